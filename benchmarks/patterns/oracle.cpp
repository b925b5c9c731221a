// SPDX-License-Identifier: Apache-2.0
#include "oracle.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>
#include <vector>

#include "compare.hpp"
#include "expected.hpp"
#include "parts.hpp"

namespace ndlease::patterns {
namespace {

constexpr std::int64_t word = 8;  // bytes

/// The random number of one word: splitmix64.
std::uint64_t random_word(std::uint64_t seed, std::int64_t index, Content content) {
    std::uint64_t value = seed + (static_cast<std::uint64_t>(index) + 1) * 0x9E3779B97F4A7C15U;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
    value ^= value >> 31U;
    if (content == Content::floats) value = (value & 0x87FFFFFF87FFFFFFU) | 0x3C0000003C000000U;  // magnitudes of 2^-7 to 2
    return value;
}

std::int64_t words_of(std::size_t bytes) { return (static_cast<std::int64_t>(bytes) + word - 1) / word; }

std::size_t bytes_from(std::size_t bytes, std::int64_t index) { return std::min<std::size_t>(word, bytes - static_cast<std::size_t>(index * word)); }

bool all_poison(std::span<const std::byte> buffer, int threads) {
    std::atomic<bool> good{true};
    in_parts(static_cast<std::int64_t>(buffer.size()), threads, [&](std::int64_t begin, std::int64_t end) {
        if (begin == end) return;
        const std::byte* const first = buffer.data() + begin;
        if (*first != poison || std::memcmp(first, first + 1, static_cast<std::size_t>(end - begin - 1)) != 0) good = false;
    });
    return good;
}

/// The bytes from the first to behind the last item, when there are no gaps between items; else an empty range.
std::pair<std::int64_t, std::int64_t> dense_range(const Strided& side) {
    std::vector<std::pair<std::int64_t, std::int64_t>> axes;  // stride, extent
    std::int64_t first = side.offset;
    for (int axis = 0; axis < side.shape.size(); ++axis) {
        if (side.shape[axis] == 1) continue;
        if (side.strides[axis] < 0) first += (side.shape[axis] - 1) * side.strides[axis];
        axes.emplace_back(std::abs(side.strides[axis]), side.shape[axis]);
    }
    std::sort(axes.begin(), axes.end());
    std::int64_t length = side.itemsize;
    for (const auto& [stride, extent] : axes) {
        if (stride != length) return {0, 0};
        length *= extent;
    }
    return {first, first + length};
}

std::string stray_byte(std::span<const std::byte> dst, std::int64_t from, std::int64_t to) {
    const auto stray = std::find_if(dst.begin() + from, dst.begin() + to, [](std::byte b) { return b != poison; });
    return "a byte outside of the elements was written: byte " + std::to_string(stray - dst.begin()) + " of the destination buffer";
}

std::string check_outside(std::span<const std::byte> dst, std::int64_t from, std::int64_t to, int threads) {
    if (all_poison(dst.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)), threads)) return "";
    return stray_byte(dst, from, to);
}

/// Item by item in the order of the indices: names what the fast comparison saw.
std::string first_wrong_item(const Copy& copy, std::span<const std::byte> src, std::span<const std::byte> dst) {
    const Dims& shape = copy.dst.shape;
    Dims index(shape.size(), 0);
    std::int64_t src_at = copy.src.offset;
    std::int64_t dst_at = copy.dst.offset;
    for (std::int64_t left = copy.dst.size(); left > 0; --left) {
        if (!item_is_right(copy.change, src.data() + src_at, dst.data() + dst_at, copy.src.itemsize)) {
            return "a wrong item at index " + to_string(index) + ", byte " + std::to_string(dst_at) + " of the destination buffer";
        }
        for (int axis = shape.size() - 1; axis >= 0; --axis) {
            src_at += copy.src.strides[axis];
            dst_at += copy.dst.strides[axis];
            if (++index[axis] < shape[axis]) break;
            src_at -= shape[axis] * copy.src.strides[axis];
            dst_at -= shape[axis] * copy.dst.strides[axis];
            index[axis] = 0;
        }
    }
    return "the two ways of checking disagree: a bug in the benchmark";
}

}  // namespace

Content content_for(const Copy& copy) noexcept {
    const bool floats = copy.change == Change::f32_to_bf16 || copy.change == Change::f32_to_f16 || copy.change == Change::f32_to_f64;
    return floats ? Content::floats : Content::bytes;
}

void fill_random(std::span<std::byte> buffer, Content content, std::uint64_t seed, int threads) {
    in_parts(words_of(buffer.size()), threads, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const std::uint64_t value = random_word(seed, i, content);
            std::memcpy(buffer.data() + i * word, &value, bytes_from(buffer.size(), i));
        }
    });
}

void fill_random(std::span<std::byte> buffer, const Copy& copy, std::uint64_t seed) { fill_random(buffer, content_for(copy), seed); }

bool is_random(std::span<const std::byte> buffer, Content content, std::uint64_t seed, int threads) {
    std::atomic<bool> good{true};
    in_parts(words_of(buffer.size()), threads, [&](std::int64_t begin, std::int64_t end) {
        bool same = true;
        for (std::int64_t i = begin; i < end; ++i) {
            const std::uint64_t value = random_word(seed, i, content);
            same &= std::memcmp(buffer.data() + i * word, &value, bytes_from(buffer.size(), i)) == 0;
        }
        if (!same) good = false;
    });
    return good;
}

void fill_poison(std::span<std::byte> buffer, int threads) {
    in_parts(static_cast<std::int64_t>(buffer.size()), threads, [&](std::int64_t begin, std::int64_t end) {
        std::memset(buffer.data() + begin, std::to_integer<int>(poison), static_cast<std::size_t>(end - begin));
    });
}

std::string find_mismatch(const std::vector<Copy>& copies, std::span<const std::byte> src, std::span<std::byte> dst, int threads) {
    if (dst.size() < (std::size_t{1} << 20U)) threads = 1;  // not worth their start
    for (std::size_t i = 0; i < copies.size(); ++i) {
        if (all_items_right(copies[i], src, dst, threads)) continue;
        return (copies.size() > 1 ? "copy " + std::to_string(i) + " of the batch: " : "") + first_wrong_item(copies[i], src, dst);
    }
    const auto bytes = static_cast<std::int64_t>(dst.size());
    if (copies.size() == 1) {
        if (const auto [first, end] = dense_range(copies[0].dst); first < end) {
            const std::string before = check_outside(dst, 0, first, threads);
            return before.empty() ? check_outside(dst, end, bytes, threads) : before;
        }
    }
    for (const Copy& copy : copies) erase_items(copy, dst, threads);
    return check_outside(dst, 0, bytes, threads);
}

std::string find_mismatch(const Copy& copy, std::span<const std::byte> src, std::span<std::byte> dst, int threads) {
    return find_mismatch(std::vector<Copy>{copy}, src, dst, threads);
}

}  // namespace ndlease::patterns
