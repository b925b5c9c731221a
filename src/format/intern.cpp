// SPDX-License-Identifier: Apache-2.0
// The common scalars, ready made: each in both byte orders and with its natural alignment and with none.
#include <array>
#include <iterator>
#include <utility>

#include "format/host_abi.hpp"
#include "format/node.hpp"

namespace ndlease::detail {
namespace {

struct Common {
    Kind kind;
    int bits;
    int itemsize;
    int alignment;
};

constexpr const Abi& abi = host_abi;
constexpr SizeAlign x87 = abi.long_double_kind == LongDouble::x87 ? abi.long_double_ : SizeAlign{16, 16};

// Ordered by kind; find_interned() relies on it.
constexpr Common commons[] = {
    {Kind::boolean, 8, 1, 1},
    {Kind::integer, 8, 1, 1},
    {Kind::integer, 16, 2, abi.short_.align},
    {Kind::integer, 32, 4, abi.int_.align},
    {Kind::integer, 64, 8, abi.long_long_.align},
    {Kind::integer, 128, 16, 16},
    {Kind::unsigned_integer, 8, 1, 1},
    {Kind::unsigned_integer, 16, 2, abi.short_.align},
    {Kind::unsigned_integer, 32, 4, abi.int_.align},
    {Kind::unsigned_integer, 64, 8, abi.long_long_.align},
    {Kind::unsigned_integer, 128, 16, 16},
    {Kind::floating, 16, 2, 2},
    {Kind::floating, 32, 4, abi.float_.align},
    {Kind::floating, 64, 8, abi.double_.align},
    {Kind::floating, 128, 16, 16},
    {Kind::x87, 80, x87.size, x87.align},
    {Kind::bfloat, 16, 2, 2},
    {Kind::float8_e3m4, 8, 1, 1},
    {Kind::float8_e4m3, 8, 1, 1},
    {Kind::float8_e4m3b11fnuz, 8, 1, 1},
    {Kind::float8_e4m3fn, 8, 1, 1},
    {Kind::float8_e4m3fnuz, 8, 1, 1},
    {Kind::float8_e5m2, 8, 1, 1},
    {Kind::float8_e5m2fnuz, 8, 1, 1},
    {Kind::float8_e8m0fnu, 8, 1, 1},
    {Kind::float6_e2m3fn, 6, 1, 1},
    {Kind::float6_e3m2fn, 6, 1, 1},
    {Kind::float4_e2m1fn, 4, 1, 1},
    {Kind::complex, 32, 4, 2},
    {Kind::complex, 64, 8, abi.float_.align},
    {Kind::complex, 128, 16, abi.double_.align},
    {Kind::complex, 256, 32, 16},
    {Kind::complex_x87, 160, 2 * x87.size, x87.align},
    {Kind::complex_bfloat, 32, 4, 2},
    {Kind::character, 8, 1, 1},
    {Kind::pointer, 8 * abi.pointer_.size, abi.pointer_.size, abi.pointer_.align},
    {Kind::function, 8 * abi.pointer_.size, abi.pointer_.size, abi.pointer_.align},
    {Kind::py_object, 8 * abi.pointer_.size, abi.pointer_.size, abi.pointer_.align},
};

constexpr std::size_t variants = 4;  // order * 2 + (natural alignment ? 0 : 1)

constexpr ScalarSpec spec_at(std::size_t index) {
    const Common& common = commons[index / variants];
    const std::size_t variant = index % variants;
    const ByteOrder order = common.itemsize == 1 ? ByteOrder::none : (variant / 2 == 0 ? ByteOrder::little : ByteOrder::big);
    return {common.kind, order, common.bits, common.itemsize, variant % 2 == 0 ? common.alignment : 1};
}

struct InternedNode : FormatNode {
    explicit constexpr InternedNode(std::size_t index) noexcept : FormatNode(spec_at(index)) { interned = true; }
};

template <std::size_t... Index>
constexpr std::array<InternedNode, sizeof...(Index)> make_table(std::index_sequence<Index...> /*unused*/) {
    return {InternedNode(Index)...};
}

constinit const auto table = make_table(std::make_index_sequence<std::size(commons) * variants>());

constexpr std::size_t kind_count = static_cast<std::size_t>(Kind::subarray) + 1;

constexpr auto first_of_kind = [] {
    std::array<std::uint8_t, kind_count> first{};
    first.fill(std::size(commons));
    for (std::size_t i = std::size(commons); i-- > 0;) first[static_cast<std::size_t>(commons[i].kind)] = static_cast<std::uint8_t>(i);
    return first;
}();

constexpr std::size_t byte_index = first_of_kind[static_cast<std::size_t>(Kind::unsigned_integer)] * variants;

}  // namespace

const FormatNode* find_interned(const ScalarSpec& spec) noexcept {
    for (std::size_t i = first_of_kind[static_cast<std::size_t>(spec.kind)]; i < std::size(commons) && commons[i].kind == spec.kind; ++i) {
        const Common& common = commons[i];
        if (common.bits != spec.bits) continue;
        if (common.itemsize != spec.itemsize) return nullptr;
        const std::size_t base = i * variants + (spec.order == ByteOrder::big ? 2 : 0);
        if (common.alignment == spec.alignment) return &table[base];
        if (spec.alignment == 1) return &table[base + 1];
        return nullptr;
    }
    return nullptr;
}

const FormatNode* find_natural(Kind kind, std::int64_t bits, ByteOrder order) noexcept {
    for (std::size_t i = first_of_kind[static_cast<std::size_t>(kind)]; i < std::size(commons) && commons[i].kind == kind; ++i) {
        if (commons[i].bits == bits) return &table[i * variants + (order == ByteOrder::big ? 2 : 0)];
    }
    return nullptr;
}

const FormatNode* byte_node() noexcept { return &table[byte_index]; }

}  // namespace ndlease::detail
