// SPDX-License-Identifier: Apache-2.0
// The memory that tiles pass through: this thread's, kept from copy to copy, or a little of its stack where a copy is small or there is no memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ndlease::cpu {

class TileRoom {
public:
    static constexpr int tables = 4;

    /// For a copy of `bytes` bytes. Up to 512, and where no memory is to be had, the room is small and on the stack; else this thread's, taken once and given
    /// back when the thread ends. Only one such object of a thread is in use at a time.
    explicit TileRoom(std::int64_t bytes) noexcept;
    TileRoom(const TileRoom&) = delete;
    TileRoom& operator=(const TileRoom&) = delete;

    /// Of either buffer. At least the longest item of a copy by tiles, 1 KiB.
    [[nodiscard]] std::int64_t bytes() const noexcept { return bytes_; }
    /// Offsets that each table has room for.
    [[nodiscard]] std::int64_t positions() const noexcept { return positions_; }

    /// For rows as they are read.
    [[nodiscard]] std::byte* in() const noexcept { return memory_; }
    /// For rows as they are written.
    [[nodiscard]] std::byte* out() const noexcept { return memory_ + bytes_; }
    [[nodiscard]] std::int64_t* table(int i) const noexcept { return table_ + i * positions_; }

private:
    static constexpr std::int64_t small_bytes = 1024;
    static constexpr std::int64_t small_positions = 32;

    alignas(64) std::byte small_[2 * small_bytes];
    std::int64_t small_table_[tables * small_positions];
    std::byte* memory_ = small_;
    std::int64_t* table_ = small_table_;
    std::int64_t bytes_ = small_bytes;
    std::int64_t positions_ = small_positions;
};

}  // namespace ndlease::cpu
