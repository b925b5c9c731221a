// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/planes.hpp"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/simd/planes.cpp"
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

template <class T>
HWY_INLINE std::int64_t words_to_line(const std::byte* at) {
    return static_cast<std::int64_t>((line - reinterpret_cast<std::uintptr_t>(at) % line) % line) / static_cast<std::int64_t>(sizeof(T));
}

template <int planes, class T>
HWY_INLINE void split_plane(std::byte* dst, const std::byte* src, int plane, std::int64_t begin, std::int64_t end) {
    constexpr auto word = std::int64_t{sizeof(T)};
    for (std::int64_t i = begin; i < end; ++i) std::memcpy(dst + i * word, src + (i * planes + plane) * word, sizeof(T));
}

template <int planes, class T>
HWY_INLINE void split_words(std::byte* const* dst, const std::byte* src, std::int64_t begin, std::int64_t end) {
    for (int p = 0; p < planes; ++p) split_plane<planes, T>(dst[p], src, p, begin, end);
}

template <int planes, class T>
HWY_INLINE void join_words(std::byte* dst, const std::byte* const* src, std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
        for (int p = 0; p < planes; ++p) std::memcpy(dst + (i * planes + p) * std::int64_t{sizeof(T)}, src[p] + i * std::int64_t{sizeof(T)}, sizeof(T));
    }
}

/// Pixels until dst is at a line's start; -1 if it never is.
template <int planes, class T>
HWY_INLINE std::int64_t pixels_to_line(const std::byte* dst) {
    const auto pixel = static_cast<std::uintptr_t>(planes * sizeof(T));
    for (std::int64_t i = 0; i < line; ++i) {
        if ((reinterpret_cast<std::uintptr_t>(dst) + static_cast<std::uintptr_t>(i) * pixel) % line == 0) return i;
    }
    return -1;
}

#if HWY_TARGET != HWY_SCALAR  // which has no vectors of several lanes
template <class T>
using Words = hn::ScalableTag<T>;
template <class T>
using Vector = hn::Vec<Words<T>>;

template <class T>
HWY_INLINE T* words(std::byte* at) {
    return reinterpret_cast<T*>(at);
}
template <class T>
HWY_INLINE const T* words(const std::byte* at) {
    return reinterpret_cast<const T*>(at);
}

template <int planes, class T>
HWY_INLINE void load_pixels(const T* src, Vector<T>* v) {
    const Words<T> d;
    if constexpr (planes == 2) {
        hn::LoadInterleaved2(d, src, v[0], v[1]);
    } else if constexpr (planes == 3) {
        hn::LoadInterleaved3(d, src, v[0], v[1], v[2]);
    } else {
        hn::LoadInterleaved4(d, src, v[0], v[1], v[2], v[3]);
    }
}

template <int planes, class T>
HWY_INLINE void store_pixels(const Vector<T>* v, T* dst) {
    const Words<T> d;
    if constexpr (planes == 2) {
        hn::StoreInterleaved2(v[0], v[1], d, dst);
    } else if constexpr (planes == 3) {
        hn::StoreInterleaved3(v[0], v[1], v[2], d, dst);
    } else {
        hn::StoreInterleaved4(v[0], v[1], v[2], v[3], d, dst);
    }
}

/// Pixels that make whole vectors and whole lines.
template <class T>
HWY_INLINE std::int64_t pixels_at_once() {
    return std::max(static_cast<std::int64_t>(hn::Lanes(Words<T>())), line / std::int64_t{sizeof(T)});
}

template <int planes, class T>
HWY_INLINE void split(std::byte* const* dst, const std::byte* src, std::int64_t count) {
    const Words<T> d;
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
    const std::int64_t end = count / lanes * lanes;
    for (std::int64_t i = 0; i < end; i += lanes) {
        Vector<T> v[planes];
        load_pixels<planes>(words<T>(src) + i * planes, v);
        for (int p = 0; p < planes; ++p) hn::StoreU(v[p], d, words<T>(dst[p]) + i);
    }
    split_words<planes, T>(dst, src, end, count);
}

/// `equal`: all planes start equally far from a line. Else the pixels are loaded anew for each plane, from where its line starts: that is in the
/// first-level cache, and costs less than to collect the planes' lines in a buffer.
template <int planes, class T, bool equal>
HWY_INLINE void split_streamed(std::byte* const* dst, const std::byte* src, std::int64_t count) {
    const Words<T> d;
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
    std::int64_t head[planes];
    std::int64_t end = count;  // of the vectors, were there no heads
    for (int p = 0; p < planes; ++p) {
        head[p] = std::min(count, words_to_line<T>(dst[p]));
        end = std::min(end, (count - head[p]) / pixels_at_once<T>() * pixels_at_once<T>());
    }
    for (int p = 0; p < planes; ++p) split_plane<planes, T>(dst[p], src, p, 0, head[p]);
    const T* from[planes];
    T* to[planes];
    for (int p = 0; p < planes; ++p) {
        from[p] = words<T>(src) + head[p] * planes;
        to[p] = words<T>(dst[p]) + head[p];
    }
    for (std::int64_t i = 0; i < end; i += lanes) {
        Vector<T> v[planes];
        if constexpr (equal) load_pixels<planes>(from[0] + i * planes, v);
        for (int p = 0; p < planes; ++p) {
            if constexpr (!equal) load_pixels<planes>(from[p] + i * planes, v);
            hn::Stream(v[p], d, to[p] + i);
        }
    }
    for (int p = 0; p < planes; ++p) split_plane<planes, T>(dst[p], src, p, head[p] + end, count);
}

template <int planes, class T, bool streamed>
HWY_INLINE void join(std::byte* dst, const std::byte* const* src, std::int64_t count) {
    const Words<T> d;
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
    const T* from[planes];
    for (int p = 0; p < planes; ++p) from[p] = words<T>(src[p]);
    T* const to = words<T>(dst);
    const std::int64_t head = streamed ? std::min(count, pixels_to_line<planes, T>(dst)) : 0;
    join_words<planes, T>(dst, src, 0, head);
    const std::int64_t end = head + (count - head) / pixels_at_once<T>() * pixels_at_once<T>();
    for (std::int64_t i = head; i < end; i += lanes) {
        Vector<T> v[planes];
        for (int p = 0; p < planes; ++p) v[p] = hn::LoadU(d, from[p] + i);
        if constexpr (streamed) {
            alignas(HWY_MAX_BYTES) T pixels[planes * HWY_MAX_BYTES / sizeof(T)];
            store_pixels<planes>(v, pixels);
            for (int p = 0; p < planes; ++p) hn::Stream(hn::Load(d, pixels + p * lanes), d, to + i * planes + p * lanes);
        } else {
            store_pixels<planes>(v, to + i * planes);
        }
    }
    join_words<planes, T>(dst, src, end, count);
}
#else
template <int planes, class T>
HWY_INLINE void split(std::byte* const* dst, const std::byte* src, std::int64_t count) {
    split_words<planes, T>(dst, src, 0, count);
}
template <int planes, class T, bool>
HWY_INLINE void split_streamed(std::byte* const* dst, const std::byte* src, std::int64_t count) {
    split_words<planes, T>(dst, src, 0, count);
}
template <int planes, class T, bool>
HWY_INLINE void join(std::byte* dst, const std::byte* const* src, std::int64_t count) {
    join_words<planes, T>(dst, src, 0, count);
}
#endif

template <int planes, class T>
void split_any(std::byte* const* dst, const std::byte* src, std::int64_t count, bool streamed) {
    std::uintptr_t within_words = 0;  // bits of where a plane starts,
    std::uintptr_t apart = 0;         // and those that tell it from the first
    for (int p = 0; p < planes; ++p) {
        within_words |= reinterpret_cast<std::uintptr_t>(dst[p]) % sizeof(T);
        apart |= (reinterpret_cast<std::uintptr_t>(dst[p]) ^ reinterpret_cast<std::uintptr_t>(dst[0])) % line;
    }
    if (!streamed || within_words != 0) {
        split<planes, T>(dst, src, count);
    } else if (apart == 0) {
        split_streamed<planes, T, true>(dst, src, count);
    } else {
        split_streamed<planes, T, false>(dst, src, count);
    }
}

template <int planes, class T>
void join_any(std::byte* dst, const std::byte* const* src, std::int64_t count, bool streamed) {
    streamed&& pixels_to_line<planes, T>(dst) >= 0 ? join<planes, T, true>(dst, src, count) : join<planes, T, false>(dst, src, count);
}

/// Calls f.operator()<planes, Word>().
template <class F>
HWY_INLINE void with_planes(int planes, std::int64_t word_bytes, F&& f) {
    const auto with_word = [&]<int n>() {
        switch (word_bytes) {
            case 1: f.template operator()<n, std::uint8_t>(); break;
            case 2: f.template operator()<n, std::uint16_t>(); break;
            case 4: f.template operator()<n, std::uint32_t>(); break;
            default: f.template operator()<n, std::uint64_t>(); break;
        }
    };
    switch (planes) {
        case 2: with_word.template operator()<2>(); break;
        case 3: with_word.template operator()<3>(); break;
        default: with_word.template operator()<4>(); break;
    }
}

void split_planes(std::byte* const* dst, int planes, std::int64_t word_bytes, const std::byte* src, std::int64_t count, bool streamed) {
    with_planes(planes, word_bytes, [&]<int n, class T>() { split_any<n, T>(dst, src, count, streamed); });
}

void join_planes(std::byte* dst, const std::byte* const* src, int planes, std::int64_t word_bytes, std::int64_t count, bool streamed) {
    with_planes(planes, word_bytes, [&]<int n, class T>() { join_any<n, T>(dst, src, count, streamed); });
}

}  // namespace
}  // namespace ndlease::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ndlease::cpu {
HWY_EXPORT(split_planes);
HWY_EXPORT(join_planes);

void split_planes(std::byte* const* dst, int planes, std::int64_t word_bytes, const std::byte* src, std::int64_t count, bool streamed) noexcept {
    HWY_DYNAMIC_DISPATCH(split_planes)(dst, planes, word_bytes, src, count, streamed);
}

void join_planes(std::byte* dst, const std::byte* const* src, int planes, std::int64_t word_bytes, std::int64_t count, bool streamed) noexcept {
    HWY_DYNAMIC_DISPATCH(join_planes)(dst, src, planes, word_bytes, count, streamed);
}

}  // namespace ndlease::cpu
#endif
