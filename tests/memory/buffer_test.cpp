// SPDX-License-Identifier: Apache-2.0
// Buffers without a device: ownership is the same everywhere.
#include <utility>

#include "memory/counting_memory.hpp"

#include <ndlease/lease.hpp>
#include <ndlease/stream.hpp>

namespace ndlease {
namespace {

using testing::CountingMemory;

const Format float32 = Format::number(Kind::floating, 32);

TEST(Buffer, gives_its_memory_back_once) {
    CountingMemory memory;
    {
        Buffer buffer = Buffer::make(100, memory, StreamRef::host(), 64);
        EXPECT_EQ(memory.live.size(), 1U);
        EXPECT_EQ(buffer.bytes(), 100U);
        Buffer moved(std::move(buffer));
        EXPECT_EQ(buffer.data(), nullptr);  // NOLINT(bugprone-use-after-move): says what is left
        EXPECT_EQ(buffer.bytes(), 0U);
        buffer = std::move(moved);
        EXPECT_EQ(memory.live.size(), 1U);
        buffer = Buffer::make(50, memory, StreamRef::host());
        EXPECT_EQ(memory.live.size(), 1U);
        buffer.release_on(StreamRef::host());
        EXPECT_EQ(memory.live.size(), 0U);
        EXPECT_EQ(buffer.data(), nullptr);
    }
    EXPECT_EQ(memory.live.size(), 0U);
    EXPECT_EQ(memory.allocations, 2);
}

TEST(Buffer, of_no_bytes_asks_nobody) {
    CountingMemory memory;
    Buffer buffer = Buffer::make(0, memory, StreamRef::host());
    EXPECT_EQ(buffer.data(), nullptr);
    EXPECT_EQ(memory.allocations, 0);
    const View view = std::move(buffer).lend(float32, Layout::c_order({0, 3}, 4));
    EXPECT_EQ(view.data(), nullptr);
}

TEST(Buffer, lent_belongs_to_the_lease) {
    CountingMemory memory;
    Buffer buffer = Buffer::make(48, memory, StreamRef::host(), 64);
    void* const data = buffer.data();
    View view = std::move(buffer).lend(float32, Layout::c_order({3, 4}, 4));
    EXPECT_EQ(buffer.data(), nullptr);  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(view.data(), data);
    EXPECT_EQ(view.allocation().bytes, 48);
    View part = view.index(0, 1);
    view = View();
    EXPECT_EQ(memory.live.size(), 1U);
    part = View();
    EXPECT_EQ(memory.live.size(), 0U);
}

TEST(Buffer, stays_as_it_was_when_the_layout_needs_more) {
    CountingMemory memory;
    Buffer buffer = Buffer::make(48, memory, StreamRef::host(), 64);
    void* const data = buffer.data();
    try {
        static_cast<void>(std::move(buffer).lend(float32, Layout::c_order({4, 4}, 4)));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::out_of_bounds) << error.what();
    }
    EXPECT_EQ(buffer.data(), data);  // NOLINT(bugprone-use-after-move): the failure left it
    EXPECT_EQ(memory.live.size(), 1U);
}

TEST(Buffer, passes_failures_on) {
    CountingMemory memory;
    memory.fail = true;
    EXPECT_THROW(static_cast<void>(Buffer::make(48, memory, StreamRef::host())), Error);
}

}  // namespace
}  // namespace ndlease
