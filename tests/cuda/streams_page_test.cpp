// SPDX-License-Identifier: Apache-2.0
// The code of docs/streams-and-ownership.md, compiled and run; the last test finds every line of the page's blocks in this file.
#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <ndlease/access.hpp>
#include <ndlease/view.hpp>

#include "shown_code.hpp"

namespace ndlease {
namespace {

int freed = 0;

void free_in_order(void* data, const ReleaseInfo& info) noexcept {
    if (info.status == ReleaseStatus::ok && cudaFreeAsync(data, info.stream.cuda()) == cudaSuccess) ++freed;
}

void enqueue_work(const View& view, StreamRef stream) {
    ASSERT_EQ(cudaMemsetAsync(view.mutable_data(), 1, static_cast<std::size_t>(view.nbytes()), stream.cuda()), cudaSuccess);
}

TEST(StreamsPage, the_four_calls) {
    if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
    const Stream a = Stream::make(Device::cuda(0));
    const Stream b = Stream::make(Device::cuda(0));
    void* pixels = nullptr;
    ASSERT_EQ(cudaMallocAsync(&pixels, 480 * 640 * sizeof(float), a.ref().cuda()), cudaSuccess);
    freed = 0;
    // clang-format off
    // The owner lends memory that work on stream `a` is still filling, to be freed in the order of `a`.
    View image = View::lend(pixels, Device::cuda(0), Format::number(Kind::floating, 32), Layout::c_order({480, 640}, sizeof(float)),
                            {.policy = ReleasePolicy::in_order_of(a),
                             .ready = a.ref(),
                             .release = [pixels](const ReleaseInfo& info) noexcept { free_in_order(pixels, info); }});
    {
        Access use(image, b);      // b is ordered after a's pending work
        enqueue_work(image, b);
    }                              // what b does with it is recorded in the lease
    image = {};                    // a waits for b's work, then the callback runs: no host wait
    // clang-format on
    EXPECT_EQ(freed, 1);
    a.synchronize();
}

TEST(StreamsPage, shows_the_code_above) { testing::expect_shown_code(NDLEASE_STREAMS_PAGE, NDLEASE_STREAMS_PAGE_TEST, 9); }

}  // namespace
}  // namespace ndlease
