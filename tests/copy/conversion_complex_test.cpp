// SPDX-License-Identifier: Apache-2.0
// Complex numbers: part by part between themselves, with imaginary part 0 from real ones, without it to them.
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "copy/conversion.hpp"
#include "copy/conversion_oracle.hpp"

namespace ndlease {
namespace {

using oracle::Type;
using oracle::u128;

/// The oracle's part type and the complex kind made of it.
struct ComplexType {
    const char* part;
    Kind kind;
    int bits;
};
constexpr ComplexType complex_types[] = {
    {"float16", Kind::complex, 32},   {"bfloat16", Kind::complex_bfloat, 32}, {"float32", Kind::complex, 64}, {"float64", Kind::complex, 128},
#if __LDBL_MANT_DIG__ == 64
    {"x87", Kind::complex_x87, 160},
#endif
#if __LDBL_MANT_DIG__ == 113 || defined(__SIZEOF_FLOAT128__)
    {"float128", Kind::complex, 256},
#endif
};

struct Pair {
    u128 real, imaginary;
};

/// Pairs of a few hundred edge values, each value once in either place.
std::vector<Pair> pairs_of(const Type& part) {
    const std::vector<u128> all = oracle::edge_values(part, 3);
    std::vector<Pair> pairs;
    const std::size_t step = all.size() / 199 + 1;
    for (std::size_t i = 0; i < all.size(); i += step) pairs.push_back({all[i], all[(i * 7 + 3) % all.size()]});
    for (const u128 raw : {all[0], all[all.size() / 3]}) pairs.push_back({raw, 0});
    return pairs;
}

void put(const Type& type, bool swapped, u128 raw, std::byte* at) {
    for (std::int64_t i = 0; i < type.item_bytes; ++i)
        at[swapped ? type.item_bytes - 1 - i : i] = i < 16 ? static_cast<std::byte>(raw >> (8 * i)) : std::byte{0};
}

u128 get(const Type& type, bool swapped, const std::byte* at) {
    u128 raw = 0;
    for (std::int64_t i = type.value_bytes() - 1; i >= 0; --i) raw = raw << 8 | static_cast<u128>(at[swapped ? type.item_bytes - 1 - i : i]);
    return raw;
}

ByteOrder order_of(bool swapped) { return (ByteOrder::native == ByteOrder::little) != swapped ? ByteOrder::little : ByteOrder::big; }

std::vector<std::byte> items_of(const Type& part, bool swapped, const std::vector<Pair>& pairs) {
    std::vector<std::byte> items(pairs.size() * 2 * static_cast<std::size_t>(part.item_bytes));
    std::byte* at = items.data();
    for (const Pair& pair : pairs) {
        put(part, swapped, pair.real, at);
        put(part, swapped, pair.imaginary, at + part.item_bytes);
        at += 2 * part.item_bytes;
    }
    return items;
}

TEST(ConversionComplex, converts_to_complex_part_by_part) {
    for (const ComplexType& from : complex_types) {
        const Type& from_part = oracle::type_named(from.part);
        const std::vector<Pair> pairs = pairs_of(from_part);
        const auto count = static_cast<std::int64_t>(pairs.size());
        for (const ComplexType& to : complex_types) {
            const Type& to_part = oracle::type_named(to.part);
            for (const bool swapped : {false, true}) {
                const std::vector<std::byte> src = items_of(from_part, swapped, pairs);
                const std::int64_t dst_stride = 2 * to_part.item_bytes + (swapped ? 1 : 0);
                std::vector<std::byte> dst(static_cast<std::size_t>(count * dst_stride));
                const ConversionProgram program = ConversionProgram::make(Format::number(to.kind, to.bits, order_of(!swapped)),
                                                                          Format::number(from.kind, from.bits, order_of(swapped)), Conversion::cpp);
                program.run(dst.data(), dst_stride, src.data(), 2 * from_part.item_bytes, count);
                for (std::int64_t i = 0; i < count; ++i) {
                    const Pair& pair = pairs[static_cast<std::size_t>(i)];
                    const u128 real = get(to_part, !swapped, dst.data() + i * dst_stride);
                    const u128 imaginary = get(to_part, !swapped, dst.data() + i * dst_stride + to_part.item_bytes);
                    ASSERT_TRUE(oracle::same_result(to_part, real, oracle::converted(to_part, from_part, pair.real))) << from.part << to.part << i;
                    ASSERT_TRUE(oracle::same_result(to_part, imaginary, oracle::converted(to_part, from_part, pair.imaginary))) << from.part << to.part << i;
                }
            }
        }
    }
}

TEST(ConversionComplex, drops_the_imaginary_part_to_real_and_counts_it_for_bool) {
    for (const ComplexType& from : complex_types) {
        const Type& part = oracle::type_named(from.part);
        const std::vector<Pair> pairs = pairs_of(part);
        const auto count = static_cast<std::int64_t>(pairs.size());
        for (const bool swapped : {false, true}) {
            const std::vector<std::byte> src = items_of(part, swapped, pairs);
            const Format format = Format::number(from.kind, from.bits, order_of(swapped));
            for (const Type& to : oracle::all_types()) {
                std::vector<std::byte> dst(static_cast<std::size_t>(count * to.item_bytes));
                ConversionProgram::make(to.format(), format, Conversion::cpp).run(dst.data(), to.item_bytes, src.data(), 2 * part.item_bytes, count);
                const ConversionProgram checked = ConversionProgram::make(to.format(), format, Conversion::checked);
                for (std::int64_t i = 0; i < count; ++i) {
                    const Pair& pair = pairs[static_cast<std::size_t>(i)];
                    const bool has_imaginary = oracle::decode(part, pair.imaginary).what != oracle::Exact::Class::zero;
                    u128 expected = oracle::converted(to, part, pair.real);
                    if (to.what == Type::Class::boolean && has_imaginary) expected = 1;
                    ASSERT_TRUE(oracle::same_result(to, expected, get(to, false, dst.data() + i * to.item_bytes)))
                        << from.part << " -> " << to.name << ' ' << i;
                    const bool lost = has_imaginary || oracle::loses(to, part, pair.real);
                    ASSERT_EQ(checked.first_loss(src.data() + i * 2 * part.item_bytes, 0, 1) == 0, lost) << from.part << " -> " << to.name << ' ' << i;
                }
            }
        }
    }
}

TEST(ConversionComplex, comes_from_real_numbers_with_imaginary_part_0) {
    for (const ComplexType& to : complex_types) {
        const Type& part = oracle::type_named(to.part);
        for (const Type& from : oracle::all_types()) {
            const std::vector<Pair> pairs = pairs_of(from);
            for (const bool swapped : {false, true}) {
                const ConversionProgram program =
                    ConversionProgram::make(Format::number(to.kind, to.bits, order_of(swapped)), from.format(order_of(swapped)), Conversion::cpp);
                for (const Pair& pair : pairs) {
                    std::vector<std::byte> src(static_cast<std::size_t>(from.item_bytes));
                    std::vector<std::byte> dst(static_cast<std::size_t>(2 * part.item_bytes), std::byte{0xA5});
                    put(from, swapped, pair.real, src.data());
                    program.run(dst.data(), 0, src.data(), 0, 1);
                    ASSERT_TRUE(oracle::same_result(part, oracle::converted(part, from, pair.real), get(part, swapped, dst.data()))) << from.name;
                    ASSERT_TRUE(get(part, swapped, dst.data() + part.item_bytes) == 0) << from.name;
                }
            }
        }
    }
}

TEST(ConversionComplex, a_loss_in_either_part_is_found_and_told) {
    const Format f = Format::number(Kind::complex, 64);
    const Format d = Format::number(Kind::complex, 128);
    const ConversionProgram program = ConversionProgram::make(f, d, Conversion::checked);
    const double items[3][2] = {{1, 2}, {0.5, 0.1}, {0.1, 2}};
    const auto* const src = reinterpret_cast<const std::byte*>(items);
    EXPECT_EQ(program.first_loss(src, 16, 3), 1);
    EXPECT_EQ(program.first_loss(src + 32, 16, 1), 0);
    EXPECT_EQ(program.describe_loss(src), "");
    EXPECT_EQ(program.describe_loss(src + 16), "value (0.5+0.1j) does not fit in complex64 (it would become (0.5+0.1j))");
    const ConversionProgram to_real = ConversionProgram::make(Format::number(Kind::floating, 64), d, Conversion::checked);
    EXPECT_EQ(to_real.describe_loss(src), "value (1+2j) does not fit in float64 (it would become 1)");
}

}  // namespace
}  // namespace ndlease
