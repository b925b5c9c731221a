// SPDX-License-Identifier: Apache-2.0
// Every ordered pair of numeric types on edge and random values, in every byte order and memory arrangement, against the integer oracle.
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "copy/conversion.hpp"
#include "copy/conversion_oracle.hpp"

namespace ndlease {
namespace {

using oracle::Type;
using oracle::u128;

constexpr std::uint64_t seed = 20070301;
constexpr std::byte guard{0xA5};

std::string hex(u128 value) {
    std::string text;
    for (int shift = 124; shift >= 0; shift -= 4) text += "0123456789abcdef"[static_cast<int>(value >> shift & 15)];
    return text;
}

/// How items lie in a buffer.
struct Arrangement {
    const char* name;
    std::int64_t first;  ///< bytes before the first item
    std::int64_t gap;    ///< bytes between items
    bool backwards;
    bool swapped;

    [[nodiscard]] std::int64_t stride(std::int64_t item) const { return backwards ? -(item + gap) : item + gap; }
    [[nodiscard]] std::int64_t bytes(std::int64_t item, std::int64_t count) const { return first + (item + gap) * count + 3; }
    [[nodiscard]] std::int64_t offset(std::int64_t item, std::int64_t count) const { return backwards ? first + (count - 1) * (item + gap) : first; }
    [[nodiscard]] ByteOrder order() const {
        const bool little = (ByteOrder::native == ByteOrder::little) != swapped;
        return little ? ByteOrder::little : ByteOrder::big;
    }
};

constexpr std::array<Arrangement, 5> arrangements = {{
    {"contiguous", 0, 0, false, false},
    {"misaligned", 1, 0, false, false},
    {"strided", 3, 5, false, false},
    {"swapped", 0, 0, false, true},
    {"swapped, strided backwards", 1, 3, true, true},
}};

void put(const Type& type, const Arrangement& how, u128 raw, std::byte* at) {
    for (std::int64_t i = 0; i < type.item_bytes; ++i) {
        const std::int64_t place = how.swapped && type.item_bytes > 1 ? type.item_bytes - 1 - i : i;
        at[place] = i < 16 ? static_cast<std::byte>(raw >> (8 * i)) : std::byte{0};
    }
}

u128 get(const Type& type, const Arrangement& how, const std::byte* at) {
    u128 raw = 0;
    for (std::int64_t i = type.value_bytes() - 1; i >= 0; --i) {
        const std::int64_t place = how.swapped && type.item_bytes > 1 ? type.item_bytes - 1 - i : i;
        raw = raw << 8 | static_cast<u128>(at[place]);
    }
    return raw;
}

void check_pair(const Type& to, const Type& from, const std::vector<u128>& values, const Arrangement& dst_how, const Arrangement& src_how) {
    const auto count = static_cast<std::int64_t>(values.size());
    std::vector<std::byte> src(static_cast<std::size_t>(src_how.bytes(from.item_bytes, count)), guard);
    std::vector<std::byte> dst(static_cast<std::size_t>(dst_how.bytes(to.item_bytes, count)), guard);
    std::byte* const src_first = src.data() + src_how.offset(from.item_bytes, count);
    std::byte* const dst_first = dst.data() + dst_how.offset(to.item_bytes, count);
    const std::int64_t src_stride = src_how.stride(from.item_bytes);
    const std::int64_t dst_stride = dst_how.stride(to.item_bytes);
    for (std::int64_t i = 0; i < count; ++i) put(from, src_how, values[static_cast<std::size_t>(i)], src_first + i * src_stride);

    const ConversionProgram program = ConversionProgram::make(to.format(dst_how.order()), from.format(src_how.order()), Conversion::cpp);
    program.run(dst_first, dst_stride, src_first, src_stride, count);
    const std::string where = from.name + " (" + src_how.name + ") -> " + to.name + " (" + dst_how.name + "): ";
    for (std::int64_t i = 0; i < count; ++i) {
        const u128 raw = values[static_cast<std::size_t>(i)];
        const u128 expected = &to == &from ? raw : oracle::converted(to, from, raw);
        const u128 actual = get(to, dst_how, dst_first + i * dst_stride);
        ASSERT_TRUE(oracle::same_result(to, expected, actual)) << where << hex(raw) << " gives " << hex(actual) << ", expected " << hex(expected);
    }
    std::int64_t untouched = 0;
    for (std::int64_t i = 0; i < count; ++i) std::memset(dst_first + i * dst_stride, 0, static_cast<std::size_t>(to.item_bytes));
    for (const std::byte b : dst) untouched += b == guard ? 1 : 0;
    ASSERT_EQ(untouched, static_cast<std::int64_t>(dst.size()) - count * to.item_bytes) << where << "bytes between items were written";
}

void check_losses(const Type& to, const Type& from, const std::vector<u128>& values, const Arrangement& src_how) {
    const auto count = static_cast<std::int64_t>(values.size());
    const std::int64_t stride = src_how.stride(from.item_bytes);
    std::vector<std::byte> src(static_cast<std::size_t>(src_how.bytes(from.item_bytes, count)), guard);
    std::byte* const first = src.data() + src_how.offset(from.item_bytes, count);
    for (std::int64_t i = 0; i < count; ++i) put(from, src_how, values[static_cast<std::size_t>(i)], first + i * stride);
    const ConversionProgram program = ConversionProgram::make(to.format(), from.format(src_how.order()), Conversion::checked);
    // Item by item, and as a search that goes on behind each find.
    std::int64_t next = program.first_loss(first, stride, count);
    for (std::int64_t i = 0; i < count; ++i) {
        const u128 raw = values[static_cast<std::size_t>(i)];
        const bool lost = &to != &from && oracle::loses(to, from, raw);
        ASSERT_EQ(program.first_loss(first + i * stride, stride, 1) == 0, lost) << from.name << " -> " << to.name << ": " << hex(raw);
        ASSERT_EQ(next == i, lost) << from.name << " -> " << to.name << ": item " << i << ", the search stood at " << next;
        if (!lost) continue;
        const std::int64_t more = program.first_loss(first + (i + 1) * stride, stride, count - i - 1);
        next = more < 0 ? -1 : i + 1 + more;
        if (i < 3) {
            EXPECT_NE(program.describe_loss(first + i * stride), "");
        }
    }
    EXPECT_EQ(next, -1);
}

std::vector<u128> thinned(const std::vector<u128>& values, std::size_t step) {
    std::vector<u128> some;
    for (std::size_t i = 0; i < values.size(); i += step) some.push_back(values[i]);
    return some;
}

class FromEach : public testing::TestWithParam<std::string> {};

TEST_P(FromEach, converts_to_every_type_as_the_oracle_does) {
    const Type& from = oracle::type_named(GetParam());
    const std::vector<u128> values = oracle::edge_values(from, seed);
    for (const Type& to : oracle::all_types()) check_pair(to, from, values, arrangements[0], arrangements[0]);
}

TEST_P(FromEach, converts_in_every_byte_order_and_arrangement) {
    const Type& from = oracle::type_named(GetParam());
    const std::vector<u128> all = oracle::edge_values(from, seed);
    const std::vector<u128> values = thinned(all, all.size() / 150 + 1);
    for (const Type& to : oracle::all_types()) {
        for (const Arrangement& dst_how : arrangements) {
            for (const Arrangement& src_how : arrangements) check_pair(to, from, values, dst_how, src_how);
        }
    }
}

TEST_P(FromEach, checked_mode_refuses_exactly_the_values_that_change) {
    const Type& from = oracle::type_named(GetParam());
    const std::vector<u128> all = oracle::edge_values(from, seed);
    for (const Type& to : oracle::all_types()) {
        check_losses(to, from, thinned(all, all.size() / 2'000 + 1), arrangements[0]);
        check_losses(to, from, thinned(all, all.size() / 200 + 1), arrangements[4]);
    }
}

std::vector<std::string> names() {
    std::vector<std::string> result;
    for (const Type& type : oracle::all_types()) result.push_back(type.name);
    return result;
}

INSTANTIATE_TEST_SUITE_P(Conversion, FromEach, testing::ValuesIn(names()), [](const auto& tested) { return tested.param; });

TEST(ConversionRuns, every_length_and_misalignment_gives_what_single_items_give) {
    // Contiguous runs take vector kernels with remainders; single items never do.
    const std::vector<std::pair<std::string, std::string>> pairs = {{"float16", "float32"}, {"float32", "float16"}, {"float32", "uint8"}, {"int16", "int16"},
                                                                    {"int32", "int32"},     {"int64", "int64"},     {"x87", "x87"}};
    for (const auto& [to_name, from_name] : pairs) {
        if (to_name == "x87" && __LDBL_MANT_DIG__ != 64) continue;
        const Type& to = oracle::type_named(to_name);
        const Type& from = oracle::type_named(from_name);
        const std::vector<u128> values = thinned(oracle::edge_values(from, seed), 97);
        const ConversionProgram program =
            ConversionProgram::make(to.format(arrangements[to_name == from_name ? 3 : 0].order()), from.format(), Conversion::cpp);
        for (std::int64_t count = 0; count <= 70; ++count) {
            for (const std::int64_t shift : {0, 1, 2, 3}) {
                std::vector<std::byte> src(static_cast<std::size_t>(shift + count * from.item_bytes));
                std::vector<std::byte> run(static_cast<std::size_t>(shift + count * to.item_bytes + 1), guard);
                std::vector<std::byte> single = run;
                for (std::int64_t i = 0; i < count; ++i) {
                    std::byte* const item = src.data() + shift + i * from.item_bytes;
                    put(from, arrangements[0], values[static_cast<std::size_t>(i + count) % values.size()], item);
                    program.run(single.data() + shift + i * to.item_bytes, to.item_bytes + 1, item, from.item_bytes + 1, 1);
                }
                program.run(run.data() + shift, to.item_bytes, src.data() + shift, from.item_bytes, count);
                ASSERT_EQ(run, single) << from_name << " -> " << to_name << ", " << count << " items at offset " << shift;
            }
        }
    }
}

TEST(ConversionOracle, agrees_with_cpp_where_cpp_defines_the_result) {
    const auto raw_of = [](auto value) {
        u128 raw = 0;
        std::memcpy(&raw, &value, sizeof value);
        return raw;
    };
    const Type& f64 = oracle::type_named("float64");
    const Type& f32 = oracle::type_named("float32");
    const Type& i64 = oracle::type_named("int64");
    for (const u128 raw : oracle::edge_values(f64, seed)) {
        double value = 0;
        std::memcpy(&value, &raw, sizeof value);
        ASSERT_TRUE(oracle::same_result(f32, oracle::converted(f32, f64, raw), raw_of(static_cast<float>(value)))) << value;
        if (value > -9.2e18 && value < 9.2e18) {
            ASSERT_EQ(hex(oracle::converted(i64, f64, raw)), hex(raw_of(static_cast<std::uint64_t>(static_cast<std::int64_t>(value))))) << value;
        }
    }
    for (const u128 raw : oracle::edge_values(i64, seed)) {
        const auto value = static_cast<std::int64_t>(raw);
        ASSERT_EQ(hex(oracle::converted(f32, i64, raw)), hex(raw_of(static_cast<float>(value)))) << value;
        ASSERT_EQ(hex(oracle::converted(oracle::type_named("int16"), i64, raw)), hex(static_cast<std::uint16_t>(static_cast<std::int16_t>(value)))) << value;
    }
}

}  // namespace
}  // namespace ndlease
