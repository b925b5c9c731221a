// SPDX-License-Identifier: Apache-2.0
// A contiguous part of the destination that is made in small pieces: they are collected in the first-level cache, and whole lines of them go around the
// caches (cpu/simd/stream.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "cpu/simd/stream.hpp"

namespace ndlease::cpu {

class StagedOutput {
public:
    static constexpr std::int64_t line = 64;
    /// The longest piece that room() can be asked for.
    static constexpr std::int64_t largest_piece = 2048;

    explicit StagedOutput(std::byte* dst) noexcept { start(dst); }
    StagedOutput(const StagedOutput&) = delete;
    StagedOutput& operator=(const StagedOutput&) = delete;

    /// What follows is written from `dst` on. All that was put in before must be finished.
    void start(std::byte* dst) noexcept {
        done_ = fill_ = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(dst) % line);
        base_ = dst - fill_;
    }

    /// Where the next bytes belong; at least largest_piece of them fit.
    [[nodiscard]] std::byte* room() noexcept { return buffer_ + fill_; }
    /// `bytes` were written to room().
    void advance(std::int64_t bytes) noexcept {
        fill_ += bytes;
        while (fill_ - done_ >= lag + written_at_once) write(written_at_once - done_ % line);
        if (fill_ > capacity - largest_piece) move_to_front();
    }

    /// Writes what is left.
    void finish() noexcept { write(fill_ - done_); }

private:
    // What was just put in is still on its way to the cache, from where it is read.
    static constexpr std::int64_t lag = 1024;
    static constexpr std::int64_t written_at_once = 256;
    static constexpr std::int64_t capacity = 8192;

    void write(std::int64_t bytes) noexcept {
        stream_run(base_ + done_, buffer_ + done_, bytes);
        done_ += bytes;
    }
    void move_to_front() noexcept {
        const std::int64_t whole = done_ / line * line;
        std::memmove(buffer_, buffer_ + whole, static_cast<std::size_t>(fill_ - whole));
        base_ += whole;
        done_ -= whole;
        fill_ -= whole;
    }

    std::byte* base_;    // the line of the destination that the buffer starts with
    std::int64_t done_;  // bytes of the buffer that are written, or are not ours
    std::int64_t fill_;  // bytes of the buffer that are taken, those included
    alignas(line) std::byte buffer_[capacity];
};

}  // namespace ndlease::cpu
