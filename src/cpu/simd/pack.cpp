// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/pack.hpp"

#include <algorithm>

#include "cpu/item.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/simd/pack.cpp"
#include "cpu/simd/targets.hpp"
//
#include <hwy/foreach_target.h>
//
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ndlease::cpu::HWY_NAMESPACE {
namespace {

constexpr std::int64_t ahead = 32;    // items: so far ahead those of far strides are asked for
constexpr std::int64_t together = 8;  // at once: then they are on their way together

/// The items from `src` + ahead on.
HWY_INLINE void ask_for_items(const ItemPacker& packer, const std::byte* src) {
    for (std::int64_t i = 0; i < together; ++i) __builtin_prefetch(src + (ahead + i) * packer.src_stride, 0, 2);
}

HWY_INLINE bool is_far(const ItemPacker& packer) { return packer.src_stride >= ItemPacker::far_stride || packer.src_stride <= -ItemPacker::far_stride; }

HWY_INLINE void pack_one_by_one(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t count) {
    with_item(packer.item_bytes, [&](auto item) { move_items(item, dst, item.size, src, packer.src_stride, count); });
}

/// Packs all but the last items, and returns how many.
HWY_INLINE std::int64_t pack_far(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t count) {
    const std::int64_t most = std::max<std::int64_t>(0, count - ahead - together) / together * together;
    const std::int64_t stride = packer.src_stride;
    with_item(packer.item_bytes, [=, &packer](auto item) {
        for (std::int64_t i = 0; i < most; i += together) {
            ask_for_items(packer, src + i * stride);
            for (std::int64_t k = i; k < i + together; ++k) item.move(dst + k * item.size, src + k * stride);
        }
    });
    return most;
}

#if HWY_TARGET != HWY_SCALAR  // which has no vectors of several lanes
namespace hn = hwy::HWY_NAMESPACE;
using Bytes = hn::FixedTag<std::uint8_t, ItemPacker::vector_bytes>;

HWY_INLINE hn::Vec<Bytes> load_at(const std::byte* from) { return hn::LoadU(Bytes(), reinterpret_cast<const std::uint8_t*>(from)); }
template <bool streamed>
HWY_INLINE void store_at(hn::Vec<Bytes> v, std::byte* to) {
    if constexpr (streamed) {
        hn::Stream(v, Bytes(), reinterpret_cast<std::uint8_t*>(to));
    } else {
        hn::StoreU(v, Bytes(), reinterpret_cast<std::uint8_t*>(to));
    }
}

/// Whether to begin with the last item, which lies first in memory: read forwards, it is foreseen beyond the page that it is in. Whole lines may be written
/// around the caches in any order.
template <bool streamed>
HWY_INLINE bool reads_forwards(const ItemPacker& packer) {
    return streamed && packer.src_stride < 0 && !is_far(packer);
}

/// How often all phases may run on `count` items without a load beyond them.
HWY_INLINE std::int64_t whole_rounds(const ItemPacker& packer, std::int64_t count) {
    std::int64_t rounds = count / packer.items;
    const std::int64_t reach = (count - 1) * packer.src_stride;
    const std::int64_t advance = packer.items * packer.src_stride;
    const std::int64_t rest = advance > 0 ? reach + packer.item_bytes - packer.vector_bytes - packer.last_byte : packer.first_byte - reach;
    if (rest < 0) return 0;
    return std::min(rounds, rest / (advance > 0 ? advance : -advance) + 1);
}

/// The tables stay in registers, as far as there are enough.
template <bool streamed, int phases, int loads>
HWY_INLINE void pack_rounds(const ItemPacker& packer, std::byte* HWY_RESTRICT dst, const std::byte* HWY_RESTRICT src, std::int64_t rounds) {
    const Bytes d;
    hn::Vec<Bytes> table[phases][loads];
    std::int64_t offset[phases][loads];
    for (int p = 0; p < phases; ++p) {
        for (int i = 0; i < loads; ++i) {
            const ItemPacker::Load& load = packer.load[static_cast<std::size_t>(p)][static_cast<std::size_t>(i)];
            table[p][i] = hn::Load(d, load.table.data());
            offset[p][i] = load.offset;
        }
    }
    const std::int64_t advance = packer.items * packer.src_stride;
    const auto pack_round = [&](std::byte* HWY_RESTRICT to, const std::byte* HWY_RESTRICT from) HWY_ATTR {
        for (int p = 0; p < phases; ++p) {
            auto packed = hn::TableLookupBytes(load_at(from + offset[p][0]), table[p][0]);  // x86 and Arm give 0 for `none`
            for (int i = 1; i < loads; ++i) packed = hn::Or(packed, hn::TableLookupBytes(load_at(from + offset[p][i]), table[p][i]));
            store_at<streamed>(packed, to + p * ItemPacker::vector_bytes);
        }
    };
    if (reads_forwards<streamed>(packer)) {
        HWY_UNROLL(2)
        for (std::int64_t round = rounds - 1; round >= 0; --round) pack_round(dst + round * phases * ItemPacker::vector_bytes, src + round * advance);
    } else {
        HWY_UNROLL(2)
        for (std::int64_t round = 0; round < rounds; ++round) pack_round(dst + round * phases * ItemPacker::vector_bytes, src + round * advance);
    }
}

template <bool streamed, int phases>
HWY_INLINE void pack_rounds(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t rounds) {
    switch (packer.loads) {
        case 1: pack_rounds<streamed, phases, 1>(packer, dst, src, rounds); break;
        case 2: pack_rounds<streamed, phases, 2>(packer, dst, src, rounds); break;
        case 3: pack_rounds<streamed, phases, 3>(packer, dst, src, rounds); break;
        default: pack_rounds<streamed, phases, 4>(packer, dst, src, rounds); break;
    }
}

template <bool streamed>
HWY_INLINE void pack_rounds(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t rounds) {
    switch (packer.phases) {
        case 1: pack_rounds<streamed, 1>(packer, dst, src, rounds); break;
        case 3: pack_rounds<streamed, 3>(packer, dst, src, rounds); break;
        default: pack_rounds<streamed, 5>(packer, dst, src, rounds); break;
    }
}

/// Items until the destination is aligned, of `count`; 0 if it never is.
HWY_INLINE std::int64_t items_to_alignment(const ItemPacker& packer, const std::byte* dst, std::int64_t alignment, std::int64_t count) {
    std::int64_t lone = 0;
    while (lone < alignment && reinterpret_cast<std::uintptr_t>(dst + lone * packer.item_bytes) % static_cast<std::uintptr_t>(alignment) != 0) ++lone;
    return lone == alignment || lone >= count ? 0 : lone;
}

/// Packs all but the last items, and returns how many.
HWY_INLINE std::int64_t pack_by_tables(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t count) {
    const std::int64_t lone = items_to_alignment(packer, dst, packer.vector_bytes, count);  // stores that cross cache lines are slow
    pack_one_by_one(packer, dst, src, lone);
    const std::int64_t rounds = whole_rounds(packer, count - lone);
    pack_rounds<false>(packer, dst + lone * packer.item_bytes, src + lone * packer.src_stride, rounds);
    return lone + rounds * packer.items;
}

/// Items of whole vectors but for the last, which overlaps the one before it.
template <bool streamed, int vectors>
HWY_INLINE void pack_vectors(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t count) {
    const std::int64_t last = packer.item_bytes - packer.vector_bytes;
    const auto pack_item = [&](std::byte* to, const std::byte* from) HWY_ATTR {
        const auto tail = load_at(from + last);
        for (int v = 0; v + 1 < vectors; ++v) store_at<streamed>(load_at(from + v * packer.vector_bytes), to + v * packer.vector_bytes);
        store_at<streamed>(tail, to + last);
    };
    if (reads_forwards<streamed>(packer)) {
        HWY_UNROLL(4)
        for (std::int64_t i = count - 1; i >= 0; --i) pack_item(dst + i * packer.item_bytes, src + i * packer.src_stride);
        return;
    }
    const std::int64_t asked = is_far(packer) ? count - ahead - together : 0;
    for (std::int64_t i = 0; i < count;) {
        if (i < asked) ask_for_items(packer, src);
        for (const std::int64_t end = std::min(count, i + together); i < end; ++i) {
            pack_item(dst, src);
            dst += packer.item_bytes;
            src += packer.src_stride;
        }
    }
}

template <bool streamed>
HWY_INLINE void pack_vectors(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t count) {
    switch ((packer.item_bytes + packer.vector_bytes - 1) / packer.vector_bytes) {
        case 1: pack_vectors<streamed, 1>(packer, dst, src, count); break;
        case 2: pack_vectors<streamed, 2>(packer, dst, src, count); break;
        case 3: pack_vectors<streamed, 3>(packer, dst, src, count); break;
        default: pack_vectors<streamed, 4>(packer, dst, src, count); break;
    }
}
#endif

void pack_items(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t count) {
    const std::int64_t item = packer.item_bytes;
    std::int64_t done = 0;
#if HWY_TARGET != HWY_SCALAR
    if (packer.phases != 0) {
        done = pack_by_tables(packer, dst, src, count);
    } else if (item >= packer.vector_bytes && item <= 4 * packer.vector_bytes) {
        return pack_vectors<false>(packer, dst, src, count);
    } else
#endif
        if (item <= packer.vector_bytes && is_far(packer)) {
        done = pack_far(packer, dst, src, count);
    }
    pack_one_by_one(packer, dst + done * item, src + done * packer.src_stride, count - done);
}

std::int64_t pack_streamed(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t count) {
#if HWY_TARGET != HWY_SCALAR
    constexpr std::int64_t line = 64;
    const std::int64_t lone = items_to_alignment(packer, dst, line, count);
    const std::byte* const from = src + lone * packer.src_stride;
    std::byte* const to = dst + lone * packer.item_bytes;
    if (reinterpret_cast<std::uintptr_t>(to) % line != 0) return 0;
    std::int64_t packed = 0;
    if (packer.phases != 0) {
        const std::int64_t rounds = whole_rounds(packer, count - lone) / 4 * 4;  // whole lines
        pack_rounds<true>(packer, to, from, rounds);
        packed = rounds * packer.items;
    } else if (packer.item_bytes % packer.vector_bytes == 0 && packer.item_bytes <= 4 * packer.vector_bytes) {
        packed = (count - lone) / 4 * 4;
        pack_vectors<true>(packer, to, from, packed);
    }
    if (packed == 0) return 0;
    pack_one_by_one(packer, dst, src, lone);
    return lone + packed;
#else
    static_cast<void>(packer), static_cast<void>(dst), static_cast<void>(src), static_cast<void>(count);
    return 0;
#endif
}

}  // namespace
}  // namespace ndlease::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ndlease::cpu {
HWY_EXPORT(pack_items);
HWY_EXPORT(pack_streamed);

void pack_items(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t count) noexcept {
    HWY_DYNAMIC_DISPATCH(pack_items)(packer, dst, src, count);
}

std::int64_t pack_streamed(const ItemPacker& packer, std::byte* dst, const std::byte* src, std::int64_t count) noexcept {
    return HWY_DYNAMIC_DISPATCH(pack_streamed)(packer, dst, src, count);
}

}  // namespace ndlease::cpu
#endif
