// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/stream.hpp"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/simd/stream.cpp"
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

void stream_run(std::byte* dst, const std::byte* src, std::int64_t bytes) {
    const hn::ScalableTag<std::uint8_t> d;
    constexpr std::int64_t line = 64;
    const auto step = static_cast<std::int64_t>(hn::Lanes(d));
    const std::int64_t head = static_cast<std::int64_t>((line - reinterpret_cast<std::uintptr_t>(dst) % line) % line);
    if (bytes < head + line) {
        std::memcpy(dst, src, static_cast<std::size_t>(bytes));
        return;
    }
    std::memcpy(dst, src, static_cast<std::size_t>(head));
    auto* const to = reinterpret_cast<std::uint8_t*>(dst);
    const auto* const from = reinterpret_cast<const std::uint8_t*>(src);
    std::int64_t at = head;
    for (; at + line <= bytes; at += line) {
        for (std::int64_t i = 0; i < line; i += step) hn::Stream(hn::LoadU(d, from + at + i), d, to + at + i);
    }
    std::memcpy(dst + at, src + at, static_cast<std::size_t>(bytes - at));
}

void finish_streaming() { hwy::FlushStream(); }

}  // namespace
}  // namespace ndlease::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ndlease::cpu {
HWY_EXPORT(stream_run);
HWY_EXPORT(finish_streaming);

void stream_run(std::byte* dst, const std::byte* src, std::int64_t bytes) noexcept { HWY_DYNAMIC_DISPATCH(stream_run)(dst, src, bytes); }
void finish_streaming() noexcept { HWY_DYNAMIC_DISPATCH(finish_streaming)(); }

}  // namespace ndlease::cpu
#endif
