// SPDX-License-Identifier: Apache-2.0
// The code of docs/protocols/c_abi.md, compiled and run; the last test finds every line of its blocks in this file.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include <ndlease/format_types.hpp>
#include <ndlease/interop/c_abi.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/typed_view.hpp>

#include "shown_code.hpp"

namespace ndlease {
namespace {

// clang-format off
double sum_of(ndl_view* view) {
    double sum = 0, value;
    if (ndl_view_acquire(view, NULL, NDL_USE_READ, NULL) != NDL_OK) return -1;
    for (int64_t i = 0; i < view->shape[0]; ++i) {
        memcpy(&value, (const char*)view->data + i * view->strides[0], sizeof value);
        sum += value;
    }
    ndl_view_release(view);
    return sum;
}
// clang-format on

TEST(CAbiPage, on_the_host) {
    double numbers[] = {1, 2, 3, 4};
    bool back = false;
    ndl_view view = c_abi::export_view(View::lend(numbers, Device::cpu(), Format::of<double>(), Layout({2}, {16}), {.release = [&](auto&&) { back = true; }}));
    EXPECT_EQ(sum_of(&view), 4.0);
    EXPECT_TRUE(back);
}

std::vector<std::int64_t> enqueued;
void enqueue_work(void*, std::int64_t handle) { enqueued.push_back(handle); }

TEST(CAbiPage, on_a_stream) {
    if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
    ndl_view view = c_abi::export_view(allocate(Format(), {16}, Order::c, device_memory(Device::cuda(0))));
    ndl_error error = {};
    const std::int64_t handle = 1;
    // clang-format off
    const ndl_stream stream = {{NDL_CUDA, 0}, handle};
    ndl_view_acquire(&view, &stream, NDL_USE_WRITE, &error);  /* stream starts after the producer's work */
    enqueue_work(view.data, handle);
    ndl_view_used_on(&view, &stream, NDL_USE_WRITE, &error);  /* the memory waits for it */
    ndl_view_release(&view);                                  /* you need not */
    // clang-format on
    EXPECT_EQ(enqueued.size(), 1U);
    EXPECT_EQ(error.code, NDL_OK) << error.message;
}

TEST(CAbiPage, from_cpp) {
    struct Sample {
        std::int32_t station;
        float level;
    } memory[] = {{1, 2}, {3, 4}};
    const FieldSpec fields[] = {{"station", Format::of<std::int32_t>(), 0}, {"level", Format::of<float>(), 4}};
    ndl_view view = c_abi::export_view(View::lend(memory, Device::cpu(), Format::record(fields), Layout({2}, {8})));
    // clang-format off
    View samples = c_abi::import_view(view);                      // takes the share over; view is zeroes now
    ndl_view level = c_abi::export_view(samples.field("level"));  // another share of the same owner
    // clang-format on
    EXPECT_EQ(view.struct_size, 0U);
    EXPECT_EQ((c_abi::import_view(level).typed<float, 1>()(1)), 4.0F);
}

TEST(CAbiPage, shows_the_code_above) { testing::expect_shown_code(NDLEASE_C_ABI_PAGE, NDLEASE_C_ABI_PAGE_TEST, 17); }

}  // namespace
}  // namespace ndlease
