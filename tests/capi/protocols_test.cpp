// SPDX-License-Identifier: Apache-2.0
// The other protocols through C: random views come back, or are refused by name; views of other owners are held until the peer gives them back.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <ndlease/ndlease.h>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/arrow.hpp>
#include <ndlease/interop/c_abi.hpp>

#include "capi/foreign_owner.hpp"
#include "interop/random_view.hpp"

namespace ndlease {
namespace {

using testing::ForeignOwner;
using testing::Random;
using testing::RandomViews;

/// Out by one protocol and in again, where the export works; else its status, with the error.
struct Protocol {
    const char* name;
    int (*there_and_back)(const ndl_view& view, ndl_view* out, ndl_error* error);
};

int by_dlpack(const ndl_view& view, ndl_view* out, ndl_error* error) {
    ::DLManagedTensorVersioned* tensor = nullptr;
    if (const int status = ndl_to_dlpack_versioned(&view, nullptr, &tensor, error); status != NDL_OK) return status;
    EXPECT_EQ(ndl_from_dlpack_versioned(tensor, nullptr, out, error), NDL_OK) << error->message;
    return NDL_OK;
}
int by_legacy_dlpack(const ndl_view& view, ndl_view* out, ndl_error* error) {
    ::DLManagedTensor* tensor = nullptr;
    if (const int status = ndl_to_dlpack(&view, nullptr, &tensor, error); status != NDL_OK) return status;
    EXPECT_EQ(ndl_from_dlpack(tensor, nullptr, out, error), NDL_OK) << error->message;
    return NDL_OK;
}
int by_arrow(const ndl_view& view, ndl_view* out, ndl_error* error) {
    arrow::ArrowSchema schema = {};
    arrow::ArrowArray array = {};
    auto* const peer_schema = reinterpret_cast<::ArrowSchema*>(&schema);
    auto* const peer_array = reinterpret_cast<::ArrowArray*>(&array);
    if (const int status = ndl_to_arrow(&view, NDL_ARROW_OPAQUE_ITEMS, peer_schema, peer_array, error); status != NDL_OK) {
        EXPECT_TRUE(schema.release == nullptr && array.release == nullptr);
        return status;
    }
    EXPECT_EQ(ndl_from_arrow(peer_schema, peer_array, out, error), NDL_OK) << error->message;
    schema.release(&schema);
    return NDL_OK;
}
int by_array_struct(const ndl_view& view, ndl_view* out, ndl_error* error) {
    void* block = nullptr;
    if (const int status = ndl_to_array_struct(&view, &block, error); status != NDL_OK) return status;
    const ndl_release_callback release = [](void* context, int, const ndl_stream*) { ndl_array_struct_free(context); };
    EXPECT_EQ(ndl_from_array_struct(block, nullptr, release, block, out, error), NDL_OK) << error->message;
    return NDL_OK;
}
int by_array_interface(const ndl_view& view, ndl_view* out, ndl_error* error) {
    std::vector<char> json(1 << 16);
    if (const int status = ndl_to_array_interface(&view, json.data(), json.size(), nullptr, error); status != NDL_OK) return status;
    EXPECT_EQ(ndl_from_array_interface(json.data(), nullptr, nullptr, out, error), NDL_OK) << error->message;
    return NDL_OK;
}

int by_buffer(const ndl_view& view, ndl_view* out, ndl_error* error) {
    ndl_buffer buffer = {};
    ndl_exported* exported = nullptr;
    if (const int status = ndl_to_buffer(&view, 0x11C /* PyBUF_FULL_RO */, &buffer, &exported, error); status != NDL_OK) {
        EXPECT_TRUE(exported == nullptr && buffer.buf == nullptr && buffer.shape == nullptr);
        return status;
    }
    const ndl_release_callback release = [](void* context, int, const ndl_stream*) { ndl_exported_end(static_cast<ndl_exported*>(context)); };
    EXPECT_EQ(ndl_from_buffer(&buffer, release, exported, out, error), NDL_OK) << error->message;
    return NDL_OK;
}

/// Imports may give back on a thread of ndlease's.
void settle() {
    for (int i = 0; i < 20'000 && lease_statistics().draining != 0; ++i) std::this_thread::sleep_for(std::chrono::microseconds(100));
}

constexpr Protocol protocols[] = {
    {"dlpack", by_dlpack}, {"legacy_dlpack", by_legacy_dlpack}, {"arrow", by_arrow}, {"array_struct", by_array_struct}, {"array_interface", by_array_interface},
    {"buffer", by_buffer},
};

class CProtocols : public ::testing::TestWithParam<Protocol> {};

TEST_P(CProtocols, random_views_come_back_or_are_refused_by_name) {
    RandomViews views;
    int passed = 0;
    int refused = 0;
    testing::for_random_cases(5'000, [&](Random& random) {
        View view = views.next(random);
        const std::int64_t holders = view.lease().holders();
        ndl_view exported = c_abi::export_view(view);
        ndl_view back = {};
        ndl_error error = {};
        const int status = GetParam().there_and_back(exported, &back, &error);
        ndl_view_release(&exported);
        if (status != NDL_OK) {
            ASSERT_TRUE(status == NDL_NOT_EXPRESSIBLE || status == NDL_NOT_SUPPORTED) << ndl_error_name(status) << ": " << error.message;
            ASSERT_GT(std::strlen(error.message), 10U);
            ASSERT_EQ(back.struct_size, 0U);
            ++refused;
        } else {
            const View again = c_abi::import_view(back);
            if (!view.layout().is_empty()) {
                ASSERT_EQ(again.data(), view.data()) << to_string(view);
                ASSERT_EQ(again.size() * again.itemsize(), view.size() * view.itemsize()) << to_string(view) << " and " << to_string(again);
            }
            ++passed;
        }
        settle();
        ASSERT_EQ(view.lease().holders(), holders) << to_string(view);
    });
    EXPECT_EQ(views.outstanding(), 0);
    EXPECT_GT(passed, 300);
    EXPECT_GT(refused, 300);
}

TEST_P(CProtocols, a_view_of_another_owner_is_held_until_the_peer_gives_it_back) {
    std::array<float, 6> memory = {0, 1, 2, 3, 4, 5};
    const c_abi::OwnedFormat format = c_abi::export_format(Format::of<float>());
    const std::int64_t shape[] = {2, 3};
    ForeignOwner owner;
    ndl_view description = {};
    description.struct_size = sizeof description;
    description.abi_version = NDL_ABI_VERSION;
    description.data = memory.data();
    description.device = {NDL_CPU, 0};
    description.format = format.get();
    description.rank = 2;
    description.shape = shape;
    ndl_view view = owner.lend(description);
    ndl_view back = {};
    ndl_error error = {};
    ASSERT_EQ(GetParam().there_and_back(view, &back, &error), NDL_OK) << error.message;
    EXPECT_EQ(back.data, memory.data());
    EXPECT_GE(owner.acquired, 1) << "the export asks the owner";
    if (std::string(GetParam().name) != "array_interface") {  // which owns nothing
        ndl_view_release(&view);
        EXPECT_EQ(owner.shares, 1);
        ndl_view_release(&back);
    } else {
        ndl_view_release(&back);
        ndl_view_release(&view);
    }
    settle();
    EXPECT_EQ(owner.shares, 0);

    owner.refuse_acquire = NDL_DEVICE;
    view = owner.lend(description);
    EXPECT_EQ(GetParam().there_and_back(view, &back, &error), NDL_DEVICE);
    EXPECT_EQ(owner.shares, 1);
    owner.refuse_acquire = NDL_OK;
    owner.refuse_retain = NDL_BUSY;
    EXPECT_EQ(GetParam().there_and_back(view, &back, &error), NDL_BUSY);
    ndl_view_release(&view);
    EXPECT_EQ(owner.shares, 0);
}

INSTANTIATE_TEST_SUITE_P(Each, CProtocols, ::testing::ValuesIn(protocols), [](const auto& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace ndlease
