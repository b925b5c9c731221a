// SPDX-License-Identifier: Apache-2.0
// The two buffers that all measurements of a run share, so that pages are touched and filled once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "patterns/oracle.hpp"

namespace ndlease::tool {

/// Pages of our own, large ones where the system gives them: what NumPy and other libraries with large arrays ask for too. Every page is touched.
class Pages {
public:
    Pages() = default;
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;
    ~Pages();
    /// Makes them at least this long; true if what they held is gone. Throws std::bad_alloc.
    bool reserve(std::int64_t bytes, int threads);
    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::int64_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::span<std::byte> first(std::int64_t bytes) const { return {data_, static_cast<std::size_t>(bytes)}; }

private:
    void release() noexcept;
    std::byte* data_ = nullptr;
    std::int64_t bytes_ = 0;
};

/// Whether the system may give large pages to who asks.
[[nodiscard]] bool has_huge_pages();

/// A source that is random, and a destination.
class BenchMemory {
public:
    explicit BenchMemory(int threads) : threads_(threads) {}
    /// `bytes` of source with that content.
    [[nodiscard]] std::span<std::byte> source(std::int64_t bytes, patterns::Content content);
    [[nodiscard]] std::span<std::byte> destination(std::int64_t bytes);
    /// Whether the first `bytes` of the source are as source() made them. They are filled anew next time when they are not.
    [[nodiscard]] bool source_is_unchanged(std::int64_t bytes);
    /// Reads through four times `cache_bytes` of the longer buffer, or all of it, so that a cache holds nothing of what was there before.
    void sweep(std::int64_t cache_bytes) const;
    [[nodiscard]] int threads() const noexcept { return threads_; }

private:
    static constexpr std::uint64_t seed = 1;
    Pages source_, destination_;
    patterns::Content content_ = patterns::Content::bytes;
    std::int64_t filled_ = 0;
    int threads_;
};

}  // namespace ndlease::tool
