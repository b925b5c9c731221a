// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/fill.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/simd/fill.cpp"
#include "cpu/simd/targets.hpp"
//
#include <hwy/foreach_target.h>
//
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ndlease::cpu::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
constexpr std::int64_t line = 64;
constexpr std::int64_t many_lines = 32;   // of a pattern: the loop over them should be worth its beginning,
constexpr std::int64_t many_rounds = 16;  // and the pattern worth making

/// What the lines hold, which repeats after `lines` of them: `pattern`.
template <bool streamed>
HWY_INLINE void fill_lines(std::byte* dst, const std::byte* pattern, std::int64_t lines, std::int64_t count) {
    const hn::ScalableTag<std::uint8_t> d;
    const auto step = static_cast<std::int64_t>(hn::Lanes(d));
    const auto* const from = reinterpret_cast<const std::uint8_t*>(pattern);
    auto* to = reinterpret_cast<std::uint8_t*>(dst);
    for (std::int64_t done = 0; done < count; done += lines) {
        const std::int64_t bytes = std::min(lines, count - done) * line;
        for (std::int64_t at = 0; at < bytes; at += step) {
            if constexpr (streamed) {
                hn::Stream(hn::Load(d, from + at), d, to + at);
            } else {
                hn::Store(hn::Load(d, from + at), d, to + at);
            }
        }
        to += bytes;
    }
}

void fill_items(std::byte* dst, const std::byte* item, std::int64_t item_bytes, std::int64_t count, bool streamed) {
    const std::int64_t bytes = item_bytes * count;
    const auto first = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(dst) % line);
    std::int64_t lines = item_bytes / std::gcd(item_bytes, line);
    while (lines < many_lines && lines * line * many_rounds < bytes) lines *= 2;
    alignas(line) std::byte pattern[longest_fill_item * line];
    // From where the first item begins in its line, around to there again.
    const std::int64_t round = lines * line;
    const std::int64_t used = std::min(round, first + bytes);
    const std::int64_t begun = (round - first) % item_bytes;  // bytes of the item that lie before the pattern
    std::memcpy(pattern, item + begun, static_cast<std::size_t>(item_bytes - begun));
    std::memcpy(pattern + item_bytes - begun, item, static_cast<std::size_t>(begun));
    for (std::int64_t made = item_bytes; made < used; made *= 2) {
        std::memcpy(pattern + made, pattern, static_cast<std::size_t>(std::min(made, used - made)));
    }
    const std::int64_t head = std::min(bytes, (line - first) % line);
    std::memcpy(dst, pattern + first, static_cast<std::size_t>(head));
    const std::int64_t whole = (bytes - head) / line;
    const std::int64_t begin = head != 0 ? line : 0;  // of the pattern, for the first whole line
    const std::int64_t until_round = std::min(whole, lines - begin / line);
    const auto fill = streamed ? &fill_lines<true> : &fill_lines<false>;
    fill(dst + head, pattern + begin, lines, until_round);
    fill(dst + head + until_round * line, pattern, lines, whole - until_round);
    const std::int64_t done = head + whole * line;
    const std::int64_t phase = (begin + whole * line) % round;
    if (done < bytes) std::memcpy(dst + done, pattern + phase, static_cast<std::size_t>(bytes - done));
}

}  // namespace
}  // namespace ndlease::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ndlease::cpu {
HWY_EXPORT(fill_items);

void fill_items(std::byte* dst, const std::byte* item, std::int64_t item_bytes, std::int64_t count, bool streamed) noexcept {
    HWY_DYNAMIC_DISPATCH(fill_items)(dst, item, item_bytes, count, streamed);
}

}  // namespace ndlease::cpu
#endif
