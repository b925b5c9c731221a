// SPDX-License-Identifier: Apache-2.0
// What copies with a stream promise: stream order, when memory may be reused, which route is taken, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <numeric>
#include <string>

#include "cuda/copy/device_arena.hpp"

#include <ndlease/access.hpp>
#include <ndlease/copy.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_text.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const Format int32 = Format::of<std::int32_t>();

class stream_copy : public ::testing::Test {
protected:
    void SetUp() override {
        if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
        stream_ = std::make_unique<Stream>(Stream::make(Device::cuda(0)));
    }
    [[nodiscard]] StreamRef stream() const { return stream_->ref(); }

    std::unique_ptr<Stream> stream_;
};

/// 0, 1, 2, ... in C order of the indices.
View counted(std::initializer_list<std::int64_t> shape) {
    View view = allocate(int32, shape);
    auto* const values = static_cast<std::int32_t*>(view.mutable_data());
    std::iota(values, values + view.size(), 0);
    return view;
}

bool same_elements(const View& a, const View& b) {
    const View x = contiguous(a);
    const View y = contiguous(b);
    return a.shape() == b.shape() && std::memcmp(x.data(), y.data(), static_cast<std::size_t>(x.nbytes())) == 0;
}

errc code_of(const std::function<void()>& body, std::string* message = nullptr) {
    try {
        body();
    } catch (const Error& error) {
        if (message != nullptr) *message = error.what();
        return error.code();
    }
    return errc::ok;
}

TEST_F(stream_copy, to_and_back_is_the_same) {
    const View host = counted({5, 7, 11});
    const View selected = host.permute({2, 0, 1}).slice(0, {}, {}, 2).flip(1);
    for (const Device device : {Device::cuda(0), Device::cuda_host(), Device::cuda_managed()}) {
        const View there = to(selected, device, stream());
        EXPECT_EQ(there.device(), device);
        EXPECT_TRUE(there.is_contiguous());
        EXPECT_TRUE(same_elements(to(there, Device::cpu(), stream()), selected)) << to_string(device);
    }
}

TEST_F(stream_copy, to_gives_the_same_view_where_nothing_is_to_do) {
    const View there = to(counted({4, 6}), Device::cuda(0), stream());
    EXPECT_EQ(to(there.transpose(), Device::cuda(0), stream()).data(), there.data());
    EXPECT_EQ(to(there, Device::cuda(0), stream(), Order::c).data(), there.data());
    const View turned = to(there, Device::cuda(0), stream(), Order::f);
    EXPECT_NE(turned.data(), there.data());
    EXPECT_TRUE(turned.is_contiguous(Order::f));
    EXPECT_TRUE(same_elements(to(turned, Device::cpu(), stream()), counted({4, 6})));
}

TEST_F(stream_copy, contiguous_copies_on_the_device) {
    const View there = to(counted({40, 60}), Device::cuda(0), stream());
    EXPECT_EQ(contiguous(there, Order::c, stream()).data(), there.data());
    const View turned = contiguous(there.transpose(), Order::c, stream());
    EXPECT_EQ(turned.device(), Device::cuda(0));
    EXPECT_TRUE(turned.is_contiguous());
    EXPECT_TRUE(same_elements(to(turned, Device::cpu(), stream()), counted({40, 60}).transpose()));
    const View pinned = contiguous(there.transpose(), Order::c, stream(), &pinned_memory());
    stream().synchronize();
    EXPECT_TRUE(same_elements(pinned, counted({40, 60}).transpose()));
}

TEST_F(stream_copy, a_pageable_source_may_be_reused_when_the_call_returns) {
    const View there = allocate(int32, std::array<std::int64_t, 2>{30, 50}, Order::c, memory_of(Device::cuda(0)), stream());
    const View host = counted({30, 100});
    const View every_second = host.slice(1, {}, {}, 2);
    copy(there, every_second, stream());
    std::memset(host.mutable_data(), 0xee, static_cast<std::size_t>(host.nbytes()));
    EXPECT_TRUE(same_elements(to(there, Device::cpu(), stream()), counted({30, 100}).slice(1, {}, {}, 2)));
}

// More bytes than all slots together: slots are reused while earlier parts may still be under way.
TEST_F(stream_copy, large_copies_go_through_the_slots_in_parts) {
    const View host = counted({5, 1024, 2, 512});  // 20 MiB
    const View strided = host.permute({0, 2, 1, 3});
    const View there = to(strided, Device::cuda(0), stream());
    EXPECT_TRUE(same_elements(to(there, Device::cpu(), stream()), strided));
    const View back = allocate(int32, host.shape().span());
    copy(back.permute({0, 2, 1, 3}), there, stream());  // unpacked by the CPU
    EXPECT_TRUE(same_elements(back, host));
    copy(back, there.permute({0, 2, 1, 3}), stream());  // packed by the device
    EXPECT_TRUE(same_elements(back, host));
}

TEST_F(stream_copy, a_broadcast_source_crosses_the_link_once) {
    const View row = counted({600});
    const View there = allocate(int32, std::array<std::int64_t, 2>{400, 600}, Order::c, memory_of(Device::cuda(0)), stream());
    copy(there, row, stream());
    EXPECT_TRUE(same_elements(to(there, Device::cpu(), stream()), row.broadcast_to({400, 600})));
    const View back = allocate(int32, {400, 600});
    copy(back, there.slice(0, 0, 1), stream());
    EXPECT_TRUE(same_elements(back, row.broadcast_to({400, 600})));
}

TEST_F(stream_copy, the_host_as_stream_waits) {
    const View there = to(counted({33, 65}), Device::cuda(0), StreamRef::host());
    const View pinned = allocate(int32, {65, 33}, Order::c, pinned_memory());
    copy(pinned, there.transpose(), StreamRef::host());
    EXPECT_TRUE(same_elements(pinned, counted({33, 65}).transpose()));
}

TEST_F(stream_copy, conversions_of_the_device_and_of_the_host) {
    const View there = to(counted({6, 9}), Device::cuda(0), stream());
    const View floats = convert(there.transpose(), Format::of<double>(), Conversion::cpp, Order::c, stream());
    EXPECT_EQ(floats.device(), Device::cuda(0));
    EXPECT_TRUE(same_elements(to(floats, Device::cpu(), stream()), convert(counted({6, 9}).transpose(), Format::of<double>())));
    const View bytes = allocate(Format::of<std::uint8_t>(), std::array<std::int64_t, 2>{30, 30}, Order::c, memory_of(Device::cuda(0)), stream());
    const View large = to(counted({30, 30}), Device::cuda(0), stream());
    std::string message;
    CopyOptions checked;
    checked.conversion = Conversion::checked;
    EXPECT_EQ(code_of([&] { copy(bytes, large, stream(), checked); }, &message), errc::lossy) << message;
    EXPECT_THAT(message, HasSubstr("256"));
}

// The padding of a record in device memory stays as it was.
TEST_F(stream_copy, converted_records_keep_their_padding) {
    struct Item {
        std::int8_t a;
        std::int32_t b;
    };
    const Format padded = parse_format("T{b:a:3xi:b:}");
    const Format wide = parse_format("T{<q:a:<d:b:}");
    const View host = allocate(padded, {16});
    std::memset(host.mutable_data(), 0x5a, static_cast<std::size_t>(host.nbytes()));
    const View there = to(host, Device::cuda(0), stream());
    const View source = allocate(wide, {16});
    std::memset(source.mutable_data(), 0, static_cast<std::size_t>(source.nbytes()));
    CopyOptions options;
    options.conversion = Conversion::cpp;
    copy(there, source, stream(), options);
    copy(host, source, options);
    EXPECT_TRUE(same_elements(to(there, Device::cpu(), stream()), host));
    EXPECT_EQ(static_cast<const unsigned char*>(host.data())[1], 0x5a);
}

TEST_F(stream_copy, orders_itself_after_what_the_lease_knows) {
    const Stream other = Stream::make(Device::cuda(0));
    const View a = to(counted({64, 64}), Device::cuda(0), other);
    const View b = contiguous(a.transpose(), Order::c, other);
    const View c = contiguous(b.transpose().flip(0), Order::c, stream());  // on another stream: after the work on `other`
    const View d = to(c, Device::cpu(), stream());
    EXPECT_TRUE(same_elements(d, counted({64, 64}).flip(0)));
}

TEST_F(stream_copy, between_two_devices) {
    if (cuda_device_count() < 2) GTEST_SKIP() << "one CUDA device";
    const View one = to(counted({50, 70}), Device::cuda(0), stream());
    const View two = to(one, Device::cuda(1), stream());
    EXPECT_EQ(two.device(), Device::cuda(1));
    const View turned = to(two.transpose(), Device::cuda(0), stream(), Order::c);
    EXPECT_TRUE(same_elements(to(turned, Device::cpu(), stream()), counted({50, 70}).transpose()));
    const View pieces = allocate(int32, std::array<std::int64_t, 2>{70, 100}, Order::c, memory_of(Device::cuda(1)), StreamRef::host());
    copy(pieces.slice(1, {}, {}, 2), turned, stream());
    EXPECT_TRUE(same_elements(to(pieces.slice(1, {}, {}, 2), Device::cpu(), stream()), counted({50, 70}).transpose()));
}

TEST_F(stream_copy, without_a_stream_device_memory_is_refused) {
    const View there = to(counted({4}), Device::cuda(0), stream());
    std::string message;
    EXPECT_EQ(code_of([&] { copy(there, counted({4})); }, &message), errc::device);
    EXPECT_THAT(message, AllOf(HasSubstr("destination"), HasSubstr("cuda:0"), HasSubstr("pass a stream")));
    EXPECT_EQ(code_of([&] { copy(counted({4}), there); }, &message), errc::device);
    EXPECT_THAT(message, AllOf(HasSubstr("source"), HasSubstr("pass a stream")));
}

TEST_F(stream_copy, suboffsets_in_device_memory_are_refused) {
    const View there = to(counted({4, 4}), Device::cuda(0), stream());
    const View pointers = View::lend(there.mutable_data(), Device::cuda(0), int32, Layout(Dims{2, 2}, Dims{8, 4}, Dims{0, -1}));
    std::string message;
    EXPECT_EQ(code_of([&] { copy(counted({2, 2}), pointers, stream()); }, &message), errc::not_supported);
    EXPECT_THAT(message, AllOf(HasSubstr("source"), HasSubstr("suboffsets")));
}

TEST_F(stream_copy, suboffsets_in_host_memory_are_followed_on_the_way_to_a_device) {
    const View rows = counted({2, 3});
    void* pointers[] = {static_cast<std::int32_t*>(rows.mutable_data()) + 3, rows.mutable_data()};
    const View indirect = View::lend(static_cast<void*>(pointers), Device::cpu(), int32, Layout(Dims{2, 3}, Dims{8, 4}, Dims{0, -1}));
    const View there = to(indirect, Device::cuda(0), stream());
    EXPECT_TRUE(same_elements(to(there, Device::cpu(), stream()), rows.flip(0)));
}

TEST_F(stream_copy, plans_run_on_streams_and_other_addresses) {
    const View a = to(counted({20, 30}), Device::cuda(0), stream());
    const View b = allocate(int32, std::array<std::int64_t, 2>{30, 20}, Order::c, memory_of(Device::cuda(0)), stream());
    const View c = allocate(int32, std::array<std::int64_t, 2>{30, 20}, Order::c, memory_of(Device::cuda(0)), stream());
    const CopyPlan plan = CopyPlan::make(b, a.transpose());
    EXPECT_THAT(plan.describe(), AllOf(HasSubstr("kernels on cuda:0"), HasSubstr("kernel unit tiles, words of 4 bytes")));
    plan.run(stream());
    plan.run(c.mutable_data(), a.data(), stream());
    EXPECT_TRUE(same_elements(to(b, Device::cpu(), stream()), counted({20, 30}).transpose()));
    EXPECT_TRUE(same_elements(to(c, Device::cpu(), stream()), counted({20, 30}).transpose()));
}

}  // namespace
}  // namespace ndlease::testing
