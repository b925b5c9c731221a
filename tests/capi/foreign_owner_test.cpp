// SPDX-License-Identifier: Apache-2.0
// What views of other owners are asked, and when: by the C functions and by imports.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <ndlease/ndlease.h>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/c_abi.hpp>

#include "capi/foreign_owner.hpp"

namespace ndlease {
namespace {

using testing::ForeignOwner;

class ForeignViews : public ::testing::Test {
protected:
    void SetUp() override { format_ = c_abi::export_format(Format::of<float>()); }

    /// 3 x 4 floats, 0 to 11.
    ndl_view describe() {
        ndl_view view = {};
        view.struct_size = sizeof view;
        view.abi_version = NDL_ABI_VERSION;
        view.data = memory_.data();
        view.device = {NDL_CPU, 0};
        view.format = format_.get();
        view.rank = 2;
        view.shape = shape_;
        view.allocation = memory_.data();
        view.allocation_bytes = sizeof memory_;
        return view;
    }

    std::array<float, 12> memory_ = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    const std::int64_t shape_[2] = {3, 4};
    c_abi::OwnedFormat format_;
    ndl_error error_ = {};
    ForeignOwner owner_;
};

TEST_F(ForeignViews, parts_are_shares_of_the_first_owner) {
    ndl_view view = owner_.lend(describe());
    ndl_view part = {};
    ndl_view part_of_part = {};
    ASSERT_EQ(ndl_view_slice(&view, 1, 1, 3, 1, &part, &error_), NDL_OK) << error_.message;
    ASSERT_EQ(ndl_view_transpose(&part, &part_of_part, &error_), NDL_OK) << error_.message;
    EXPECT_EQ(owner_.retained, 2);
    EXPECT_EQ(owner_.shares, 3);
    ndl_view_release(&view);
    ndl_view_release(&part);
    EXPECT_EQ(owner_.shares, 1);
    EXPECT_EQ(static_cast<float*>(part_of_part.data)[0], 1.0F);
    const ndl_stream host = {{NDL_CPU, 0}, 0};
    EXPECT_EQ(ndl_view_acquire(&part_of_part, &host, NDL_USE_READ, &error_), NDL_OK);
    EXPECT_EQ(ndl_view_used_on(&part_of_part, &host, NDL_USE_READ, &error_), NDL_OK);
    EXPECT_EQ(owner_.acquired, 1);
    EXPECT_EQ(owner_.used, 1);
    ndl_view_release(&part_of_part);
    EXPECT_EQ(owner_.shares, 0);
    EXPECT_EQ(owner_.released, 3);
}

TEST_F(ForeignViews, a_part_that_is_refused_takes_no_share) {
    ndl_view view = owner_.lend(describe());
    ndl_view part = {};
    EXPECT_EQ(ndl_view_index(&view, 0, 3, &part, &error_), NDL_OUT_OF_RANGE);
    EXPECT_EQ(part.struct_size, 0U);
    EXPECT_TRUE(owner_.untouched());
    owner_.refuse_retain = NDL_BUSY;
    EXPECT_EQ(ndl_view_index(&view, 0, 0, &part, &error_), NDL_BUSY);
    EXPECT_NE(std::string(error_.message).find("the test says no"), std::string::npos);
    EXPECT_EQ(error_.index, 7);
    EXPECT_EQ(part.struct_size, 0U);
    ndl_view_release(&view);
    EXPECT_EQ(owner_.shares, 0);
}

TEST_F(ForeignViews, copies_ask_before_and_tell_afterwards) {
    ndl_view from = owner_.lend(describe());
    ForeignOwner to_owner;
    std::array<float, 12> target{};
    std::vector<std::string> order;
    owner_.on_acquire = [&](const ndl_stream*, std::uint32_t use) { order.push_back(use == NDL_USE_READ ? "read" : "?"); };
    owner_.on_use = [&](const ndl_stream*, std::uint32_t) {
        order.push_back("read done");
        EXPECT_EQ(target, memory_);
    };
    to_owner.on_acquire = [&](const ndl_stream*, std::uint32_t use) {
        order.push_back(use == NDL_USE_WRITE ? "write" : "?");
        EXPECT_EQ(target[5], 0.0F);
    };
    to_owner.on_use = [&](const ndl_stream*, std::uint32_t) { order.push_back("write done"); };
    ndl_view to = describe();
    to.data = target.data();
    to.allocation = nullptr;
    to.allocation_bytes = 0;
    to = to_owner.lend(to);
    ASSERT_EQ(ndl_copy(&to, &from, nullptr, nullptr, &error_), NDL_OK) << error_.message;
    EXPECT_EQ(order, (std::vector<std::string>{"write", "read", "read done", "write done"}));

    order.clear();
    to.flags = NDL_VIEW_READ_ONLY;
    EXPECT_EQ(ndl_copy(&to, &from, nullptr, nullptr, &error_), NDL_READ_ONLY);
    EXPECT_TRUE(order.empty());

    owner_.refuse_acquire = NDL_DEVICE;
    ndl_view turned = {};
    ASSERT_EQ(ndl_view_transpose(&from, &turned, &error_), NDL_OK);
    ndl_view result = {};
    EXPECT_EQ(ndl_contiguous(&turned, NDL_ORDER_C, nullptr, nullptr, &result, &error_), NDL_DEVICE);
    EXPECT_EQ(result.struct_size, 0U);
    owner_.refuse_acquire = NDL_OK;
    owner_.on_use = nullptr;
    ASSERT_EQ(ndl_contiguous(&turned, NDL_ORDER_C, nullptr, nullptr, &result, &error_), NDL_OK) << error_.message;
    EXPECT_EQ(static_cast<float*>(result.data)[1], 4.0F);
    for (ndl_view* view : {&from, &to, &turned}) ndl_view_release(view);
    EXPECT_EQ(owner_.shares, 0);
    EXPECT_EQ(to_owner.shares, 0);
    EXPECT_EQ(static_cast<float*>(result.data)[11], 11.0F);  // the copy is nobody else's
    ndl_view_release(&result);
}

TEST_F(ForeignViews, an_import_that_is_refused_takes_nothing) {
    ndl_view view = owner_.lend(describe());
    const ndl_view before = view;
    owner_.refuse_acquire = NDL_NOT_SUPPORTED;
    try {
        const View taken = c_abi::import_view(view);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::not_supported);
        EXPECT_NE(std::string(error.what()).find("the test says no"), std::string::npos) << error.what();
    }
    EXPECT_EQ(std::memcmp(&view, &before, sizeof view), 0);
    EXPECT_EQ(owner_.released, 0);
    owner_.refuse_acquire = 4711;  // a status that nobody knows
    EXPECT_THROW(static_cast<void>(c_abi::import_view(view)), Error);
    owner_.refuse_acquire = NDL_OK;
    { const View taken = c_abi::import_view(view); }
    EXPECT_EQ(owner_.released, 1);
}

TEST_F(ForeignViews, read_only_memory_is_acquired_for_reading) {
    std::uint32_t asked = 99;
    owner_.on_acquire = [&](const ndl_stream* stream, std::uint32_t use) {
        asked = use;
        EXPECT_TRUE(stream == nullptr || stream->device.type == NDL_CPU);
    };
    ndl_view view = describe();
    view.flags = NDL_VIEW_READ_ONLY;
    view = owner_.lend(view);
    const View taken = c_abi::import_view(view);
    EXPECT_EQ(asked, static_cast<std::uint32_t>(NDL_USE_READ));
    EXPECT_TRUE(taken.is_read_only());
}

TEST_F(ForeignViews, lending_calls_back_once_and_never_where_it_fails) {
    struct Count {
        int calls = 0, status = -1;
    } count;
    ndl_lend_options options = {};
    options.struct_size = sizeof options;
    options.release = [](void* context, int status, const ndl_stream*) {
        ++static_cast<Count*>(context)->calls;
        static_cast<Count*>(context)->status = status;
    };
    options.context = &count;
    const ndl_view description = describe();
    ndl_view view = {};
    ndl_view bad = description;
    bad.data = memory_.data() + 1;
    EXPECT_EQ(ndl_view_lend(&bad, &options, &view, &error_), NDL_OUT_OF_BOUNDS);
    bad = owner_.lend(description);
    EXPECT_EQ(ndl_view_lend(&bad, &options, &view, &error_), NDL_INVALID_ARGUMENT);
    options.policy = 3;
    EXPECT_EQ(ndl_view_lend(&description, &options, &view, &error_), NDL_INVALID_ARGUMENT);
    options.policy = NDL_RELEASE_IN_ORDER;
    EXPECT_EQ(ndl_view_lend(&description, &options, &view, &error_), NDL_INVALID_ARGUMENT);
    options.policy = NDL_RELEASE_WAIT;
    EXPECT_EQ(ndl_view_lend(&description, &options, nullptr, &error_), NDL_INVALID_ARGUMENT);
    EXPECT_EQ(count.calls, 0);
    EXPECT_EQ(view.struct_size, 0U);

    std::int64_t many[12] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 4};
    ndl_view deep = description;
    deep.rank = 12;
    deep.shape = many;
    ASSERT_EQ(ndl_view_lend(&deep, &options, &view, &error_), NDL_OK) << error_.message;
    many[10] = 99;  // everything was copied
    EXPECT_EQ(view.shape[10], 3);
    EXPECT_EQ(view.strides[10], 16);
    ndl_view share = {};
    ASSERT_EQ(ndl_view_share(&view, &share, &error_), NDL_OK);
    ndl_view_release(&view);
    EXPECT_EQ(count.calls, 0);
    ndl_view_release(&share);
    EXPECT_EQ(count.calls, 1);
    EXPECT_EQ(count.status, NDL_RELEASE_OK);
}

TEST_F(ForeignViews, messages_are_cut_between_characters) {
    std::string name;
    while (name.size() < 600) name += "\xc3\xa4";  // two bytes each
    for (const std::string& odd : {name, "x" + name}) {
        ndl_device device = {};
        ASSERT_EQ(ndl_device_parse(odd.c_str(), &device, &error_), NDL_INVALID_ARGUMENT);
        const std::string message = error_.message;
        ASSERT_LT(message.size(), sizeof error_.message);
        ASSERT_GE(message.size(), sizeof error_.message - 2);
        EXPECT_EQ(message.substr(message.size() - 2), "\xc3\xa4");
    }
}

}  // namespace
}  // namespace ndlease
