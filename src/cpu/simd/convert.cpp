// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/convert.hpp"

#include <algorithm>
#include <cstring>

#include "cpu/convert_value.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/simd/convert.cpp"
#include "cpu/simd/targets.hpp"
//
#include <hwy/foreach_target.h>
//
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ndlease::cpu::HWY_NAMESPACE {
namespace {

#if HWY_TARGET != HWY_SCALAR  // which has no vectors of several lanes
namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::ScalableTag<float>;
using Words = hn::ScalableTag<std::uint32_t>;
using Doubles = hn::ScalableTag<double>;

/// The highest and lowest halves of a vector, each made by `half` from a number of source items.
template <class D, class Half>
HWY_INLINE hn::Vec<D> two_halves(D d, Half&& half) {
    const auto lower = half(0);
    return hn::Combine(d, half(static_cast<std::int64_t>(hn::Lanes(d)) / 2), lower);
}

template <class T>
HWY_INLINE const T* items(const std::byte* src) {
    return reinterpret_cast<const T*>(src);
}

/// A conversion: `Dst` and `Src` are what memory holds, vector() makes one vector of Dst from the items at src, and one() makes a single item.
template <NumberType to, NumberType from>
struct Numbers {
    using Dst = Raw<to>;
    using Src = Raw<from>;
    HWY_INLINE void one(std::byte* dst, const std::byte* src) const { store<to>(dst, converted<to, from>(load<from>(src))); }
};

struct ToBfloat16 : Numbers<NumberType::bfloat16, NumberType::binary32> {
    HWY_INLINE auto vector(const std::byte* src) const {
        return two_halves(hn::ScalableTag<std::uint16_t>(), [&](std::int64_t first) {
            const Words d;
            const auto bits = hn::LoadU(d, items<std::uint32_t>(src) + first);
            const auto high = hn::ShiftRight<16>(bits);
            const auto rounded = hn::ShiftRight<16>(hn::Add(bits, hn::Add(hn::Set(d, 0x7FFFU), hn::And(high, hn::Set(d, 1U)))));
            const auto size = hn::And(bits, hn::Set(d, 0x7FFF'FFFFU));
            const hn::RebindToSigned<Words> s;  // a size has no sign, and signed comparisons are everywhere
            const auto is_nan = hn::RebindMask(d, hn::Gt(hn::BitCast(s, size), hn::Set(s, 0x7F80'0000)));
            const auto result = hn::IfThenElse(is_nan, hn::Or(high, hn::Set(d, 0x40U)), rounded);
            return hn::DemoteTo(hn::Rebind<std::uint16_t, Words>(), hn::BitCast(s, result));  // saturates, and nothing is above 65535
        });
    }
};

struct FromBfloat16 : Numbers<NumberType::binary32, NumberType::bfloat16> {
    HWY_INLINE auto vector(const std::byte* src) const {
        const Words d;
        const hn::RebindToSigned<Words> s;
        const auto bits = hn::ShiftLeft<16>(hn::PromoteTo(d, hn::LoadU(hn::Rebind<std::uint16_t, Words>(), items<std::uint16_t>(src))));
        const auto size = hn::BitCast(s, hn::And(bits, hn::Set(d, 0x7FFF'FFFFU)));
        const auto is_nan = hn::RebindMask(d, hn::Gt(size, hn::Set(s, 0x7F80'0000)));
        return hn::BitCast(Floats(), hn::IfThenElse(is_nan, hn::Or(bits, hn::Set(d, 0x0040'0000U)), bits));
    }
};

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL  // in instructions, whose roundings and NaNs are those of IEEE 754
#define NDLEASE_VECTOR_FLOAT16 1
struct ToBinary16 : Numbers<NumberType::binary16, NumberType::binary32> {
    HWY_INLINE auto vector(const std::byte* src) const {
        const hn::ScalableTag<std::uint16_t> d;
        return two_halves(d, [&](std::int64_t first) {
            const hn::Rebind<hwy::float16_t, Floats> halves;
            return hn::BitCast(hn::Rebind<std::uint16_t, Floats>(), hn::DemoteTo(halves, hn::LoadU(Floats(), items<float>(src) + first)));
        });
    }
};

struct FromBinary16 : Numbers<NumberType::binary32, NumberType::binary16> {
    HWY_INLINE auto vector(const std::byte* src) const {
        return hn::PromoteTo(Floats(), hn::LoadU(hn::Rebind<hwy::float16_t, Floats>(), items<hwy::float16_t>(src)));
    }
};
#else
#define NDLEASE_VECTOR_FLOAT16 0
#endif

struct FloatToDouble : Numbers<NumberType::binary64, NumberType::binary32> {
    HWY_INLINE auto vector(const std::byte* src) const { return hn::PromoteTo(Doubles(), hn::LoadU(hn::Rebind<float, Doubles>(), items<float>(src))); }
};

struct DoubleToFloat : Numbers<NumberType::binary32, NumberType::binary64> {
    HWY_INLINE auto vector(const std::byte* src) const {
        return two_halves(Floats(),
                          [&](std::int64_t first) { return hn::DemoteTo(hn::Rebind<float, Doubles>(), hn::LoadU(Doubles(), items<double>(src) + first)); });
    }
};

template <NumberType from>
struct IntegerToFloat : Numbers<NumberType::binary32, from> {
    using Src = typename Numbers<NumberType::binary32, from>::Src;
    HWY_INLINE auto vector(const std::byte* src) const {
        const hn::RebindToSigned<Floats> d;
        if constexpr (sizeof(Src) == 4) {
            return hn::ConvertTo(Floats(), hn::LoadU(d, items<Src>(src)));
        } else {
            return hn::ConvertTo(Floats(), hn::PromoteTo(d, hn::LoadU(hn::Rebind<Src, Floats>(), items<Src>(src))));
        }
    }
};

template <int bytes>
struct Reverse {
    struct Item {
        std::byte byte[bytes];
    };
    using Dst = Item;
    using Src = Item;
    Reverse() {
        for (std::size_t i = 0; i < sizeof table; ++i) table[i] = static_cast<std::uint8_t>(i / bytes * bytes % 16 + (bytes - 1 - i % bytes));
    }
    HWY_INLINE auto vector(const std::byte* src) const {
        const hn::ScalableTag<std::uint8_t> d;
        return hn::TableLookupBytes(hn::LoadU(d, items<std::uint8_t>(src)), hn::Load(d, table));
    }
    HWY_INLINE void one(std::byte* dst, const std::byte* src) const {
        Item item;
        std::memcpy(&item, src, bytes);
        std::reverse(item.byte, item.byte + bytes);
        std::memcpy(dst, &item, bytes);
    }
    alignas(HWY_MAX_BYTES) std::uint8_t table[HWY_MAX_BYTES];
};

template <bool streamed, class V>
HWY_INLINE void write(V v, std::byte* dst) {
    using T = hn::TFromV<V>;
    const hn::DFromV<V> d;
    if constexpr (streamed) {
        hn::Stream(v, d, reinterpret_cast<T*>(dst));
    } else {
        hn::StoreU(v, d, reinterpret_cast<T*>(dst));
    }
}

/// Vectors as far as they go; returns the items done. Streamed, dst starts at a line and whole lines are written.
template <bool streamed, class Conversion>
HWY_INLINE std::int64_t convert_vectors(const Conversion& conversion, std::byte* dst, const std::byte* src, std::int64_t count) {
    using V = decltype(conversion.vector(src));
    constexpr auto dst_bytes = static_cast<std::int64_t>(sizeof(typename Conversion::Dst));
    constexpr auto src_bytes = static_cast<std::int64_t>(sizeof(typename Conversion::Src));
    const auto vector_bytes = static_cast<std::int64_t>(hn::Lanes(hn::DFromV<V>()) * sizeof(hn::TFromV<V>));
    const std::int64_t unit = std::max<std::int64_t>(64, vector_bytes);  // bytes written at once
    const std::int64_t items_per_vector = vector_bytes / dst_bytes;
    std::int64_t done = 0;
    for (; (done * dst_bytes + unit) <= count * dst_bytes; done += unit / dst_bytes) {
        for (std::int64_t i = 0; i < unit / vector_bytes; ++i) {
            const std::int64_t at = done + i * items_per_vector;
            write<streamed>(conversion.vector(src + at * src_bytes), dst + at * dst_bytes);
        }
    }
    return done;
}

template <class Conversion>
void convert(std::byte* dst, const std::byte* src, std::int64_t count, bool streamed) {
    const Conversion conversion;
    constexpr auto dst_bytes = static_cast<std::int64_t>(sizeof(typename Conversion::Dst));
    constexpr auto src_bytes = static_cast<std::int64_t>(sizeof(typename Conversion::Src));
    std::int64_t done = 0;
    if (streamed) {
        constexpr std::int64_t line = 64;
        const std::int64_t head = (line - static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(dst) % line)) % line;
        if (head % dst_bytes == 0) {
            for (; done < std::min(count, head / dst_bytes); ++done) conversion.one(dst + done * dst_bytes, src + done * src_bytes);
            done += convert_vectors<true>(conversion, dst + done * dst_bytes, src + done * src_bytes, count - done);
        }
    }
    done += convert_vectors<false>(conversion, dst + done * dst_bytes, src + done * src_bytes, count - done);
    for (; done < count; ++done) conversion.one(dst + done * dst_bytes, src + done * src_bytes);
}
#endif

VectorKernel* vector_kernel(NumberType to, NumberType from) {
#if HWY_TARGET != HWY_SCALAR
    using enum NumberType;
    if (to == bfloat16) return from == binary32 ? &convert<ToBfloat16> : nullptr;
    if (to == binary64) return from == binary32 ? &convert<FloatToDouble> : nullptr;
#if NDLEASE_VECTOR_FLOAT16
    if (to == binary16) return from == binary32 ? &convert<ToBinary16> : nullptr;
    if (to == binary32 && from == binary16) return &convert<FromBinary16>;
#endif
    if (to != binary32) return nullptr;
    switch (from) {
        case bfloat16: return &convert<FromBfloat16>;
        case binary64: return &convert<DoubleToFloat>;
        case int8: return &convert<IntegerToFloat<int8>>;
        case uint8: return &convert<IntegerToFloat<uint8>>;
        case int16: return &convert<IntegerToFloat<int16>>;
        case uint16: return &convert<IntegerToFloat<uint16>>;
        case int32: return &convert<IntegerToFloat<int32>>;
        default: return nullptr;
    }
#else
    static_cast<void>(to), static_cast<void>(from);
    return nullptr;
#endif
}

VectorKernel* vector_swap_kernel(std::int64_t bytes) {
#if HWY_TARGET != HWY_SCALAR
    switch (bytes) {
        case 2: return &convert<Reverse<2>>;
        case 4: return &convert<Reverse<4>>;
        case 8: return &convert<Reverse<8>>;
        case 16: return &convert<Reverse<16>>;
        default: return nullptr;
    }
#else
    static_cast<void>(bytes);
    return nullptr;
#endif
}

#undef NDLEASE_VECTOR_FLOAT16

}  // namespace
}  // namespace ndlease::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ndlease::cpu {
HWY_EXPORT(vector_kernel);
HWY_EXPORT(vector_swap_kernel);

VectorKernel* vector_kernel(NumberType to, NumberType from) noexcept { return HWY_DYNAMIC_DISPATCH(vector_kernel)(to, from); }
VectorKernel* vector_swap_kernel(std::int64_t bytes) noexcept { return HWY_DYNAMIC_DISPATCH(vector_swap_kernel)(bytes); }

}  // namespace ndlease::cpu
#endif
