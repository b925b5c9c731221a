// SPDX-License-Identifier: Apache-2.0
// Views and formats that make no sense, by classes: each is refused with its error, before the owner is asked anything, and the share stays the caller's.
#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <ndlease/ndlease.h>
#include <ndlease/interop/c_abi.hpp>

#include "capi/foreign_owner.hpp"
#include "copy/random_source.hpp"

namespace ndlease {
namespace {

using testing::ForeignOwner;
using testing::Random;

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();

/// A good view of records {int32 tag; float values[3]; const char (*text)[5]}, rank 1 to 8, in an allocation of its own size.
struct Case {
    std::array<std::byte, 8192> memory{};
    std::array<std::int64_t, 65> shape{}, strides{}, suboffsets{};
    std::array<std::int64_t, 1> three{3};
    ndl_format tag = node(NDL_INTEGER, 4, 32), value = node(NDL_FLOATING, 4, 32), values = node(NDL_SUBARRAY, 12, 0), text = node(NDL_BYTES, 5, 0),
               pointer = node(NDL_POINTER, 8, 64), record = node(NDL_RECORD, 24, 0);
    std::array<ndl_field, 3> fields{{{"tag", 0, &tag, 0}, {"values", 4, &values, 0}, {"text", 16, &pointer, 0}}};
    ndl_view_ops ops{};
    ForeignOwner owner;
    ndl_view view{};

    static ndl_format node(int kind, std::int64_t bytes, std::int64_t bits) {
        ndl_format format = {};
        format.struct_size = sizeof format;
        format.kind = kind;
        format.itemsize = bytes;
        format.alignment = 1;
        format.bits = bits;
        format.byte_order = NDL_LITTLE_ENDIAN;
        return format;
    }

    explicit Case(Random& random) {
        values.rank = 1;
        values.shape = three.data();
        values.element = &value;
        pointer.element = &text;
        record.fields = fields.data();
        record.field_count = 3;
        view.struct_size = sizeof view;
        view.abi_version = NDL_ABI_VERSION;
        view.data = memory.data();
        view.device = {NDL_CPU, 0};
        view.format = &record;
        view.rank = static_cast<std::int32_t>(random.in(1, 8));
        view.shape = shape.data();
        view.strides = strides.data();
        std::int64_t stride = 24;
        for (int axis = view.rank - 1; axis >= 0; --axis) {
            shape[at(axis)] = random.in(1, 2);
            strides[at(axis)] = stride;
            stride *= shape[at(axis)];
        }
        shape[0] = 2;
        suboffsets.fill(-1);
        view.allocation = memory.data();
        view.allocation_bytes = 2 * strides[0];
        view = owner.lend(view);
        ops = *view.ops;
    }
    Case(const Case&) = delete;
    Case& operator=(const Case&) = delete;

    static std::size_t at(std::int64_t axis) { return static_cast<std::size_t>(axis); }
    std::size_t axis(Random& random) const { return at(random.in(0, view.rank - 1)); }
    ndl_format& any_node(Random& random) {
        ndl_format* const nodes[] = {&tag, &value, &values, &text, &pointer, &record};
        return *nodes[at(random.in(0, 5))];
    }
    ndl_format& any_scalar(Random& random) { return random.one_in(2) ? tag : value; }
    ndl_field& any_field(Random& random) { return fields[at(random.in(0, 2))]; }
};

struct BadInput {
    const char* name;
    std::set<int> expected;
    void (*spoil)(Case& bad, Random& random);
};

const BadInput classes[] = {
    // the view's head
    {"zeroes", {NDL_RELEASED}, [](Case& c, Random&) { c.view.struct_size = 0; }},
    {"struct_size too small",
     {NDL_INVALID_ARGUMENT},
     [](Case& c, Random& r) { c.view.struct_size = static_cast<std::uint32_t>(r.in(1, sizeof(ndl_view) - 1)); }},
    {"another major version", {NDL_NOT_SUPPORTED}, [](Case& c, Random& r) { c.view.abi_version = static_cast<std::uint32_t>(r.in(2, 65535)) << 16U; }},
    {"major version 0", {NDL_NOT_SUPPORTED}, [](Case& c, Random& r) { c.view.abi_version = static_cast<std::uint32_t>(r.in(0, 65535)); }},
    {"unknown flag", {NDL_NOT_SUPPORTED}, [](Case& c, Random& r) { c.view.flags |= 1U << static_cast<unsigned>(r.in(1, 31)); }},
    // the owner
    {"owner without ops", {NDL_INVALID_ARGUMENT}, [](Case& c, Random&) { c.view.ops = nullptr; }},
    {"ops too small",
     {NDL_INVALID_ARGUMENT},
     [](Case& c, Random& r) {
         c.ops.struct_size = static_cast<std::uint32_t>(r.in(0, sizeof(ndl_view_ops) - 1));
         c.view.ops = &c.ops;
     }},
    {"an operation is NULL",
     {NDL_INVALID_ARGUMENT},
     [](Case& c, Random& r) {
         switch (r.in(0, 3)) {
             case 0: c.ops.acquire = nullptr; break;
             case 1: c.ops.used_on = nullptr; break;
             case 2: c.ops.retain = nullptr; break;
             default: c.ops.release = nullptr;
         }
         c.view.ops = &c.ops;
     }},
    // the device
    {"unknown device type",
     {NDL_NOT_SUPPORTED},
     [](Case& c, Random& r) {
         constexpr std::int32_t unknown[] = {-1, 0, 5, 6, 22, 99, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()};
         c.view.device.type = unknown[r.in(0, 7)];
     }},
    {"negative device id", {NDL_INVALID_ARGUMENT}, [](Case& c, Random& r) { c.view.device.id = static_cast<std::int32_t>(-r.in(1, 1 << 30)); }},
    // shape and strides
    {"negative rank", {NDL_OUT_OF_RANGE}, [](Case& c, Random& r) { c.view.rank = static_cast<std::int32_t>(-r.in(1, 1 << 30)); }},
    {"rank above 64", {NDL_OUT_OF_RANGE}, [](Case& c, Random& r) { c.view.rank = static_cast<std::int32_t>(r.in(65, 1 << 30)); }},
    {"shape NULL", {NDL_INVALID_ARGUMENT}, [](Case& c, Random&) { c.view.shape = nullptr; }},
    {"negative extent", {NDL_BAD_LAYOUT}, [](Case& c, Random& r) { c.shape[c.axis(r)] = r.one_in(4) ? smallest : -r.in(1, 1000); }},
    {"number of elements overflows",
     {NDL_OVERFLOW},
     [](Case& c, Random& r) {
         c.shape[0] = largest - r.in(0, 1000);
         c.strides[0] = 0;
         c.shape[Case::at(c.view.rank)] = r.in(2, 1000);
         c.strides[Case::at(c.view.rank)] = 0;
         ++c.view.rank;
     }},
    {"distance between elements overflows",
     {NDL_OVERFLOW},
     [](Case& c, Random& r) {
         c.shape[0] = 3 + r.in(0, 1000);
         c.strides[0] = r.one_in(2) ? largest : smallest;
     }},
    {"bytes of dense strides overflow",
     {NDL_OVERFLOW},
     [](Case& c, Random& r) {
         c.view.strides = nullptr;
         c.shape[0] = largest / 24 + r.in(1, 1000);
     }},
    // memory
    {"data NULL with elements", {NDL_INVALID_ARGUMENT}, [](Case& c, Random&) { c.view.data = nullptr; }},
    {"below the allocation", {NDL_OUT_OF_BOUNDS}, [](Case& c, Random& r) { c.view.data = c.memory.data() - r.in(1, 1000); }},
    {"above the allocation", {NDL_OUT_OF_BOUNDS}, [](Case& c, Random& r) { c.view.data = c.memory.data() + r.in(1, 1000); }},
    {"negative stride leaves the allocation", {NDL_OUT_OF_BOUNDS}, [](Case& c, Random& r) { c.strides[0] = -r.in(1, 100); }},
    {"smaller allocation", {NDL_OUT_OF_BOUNDS}, [](Case& c, Random& r) { c.view.allocation_bytes -= r.in(1, 24); }},
    {"allocation of negative bytes", {NDL_INVALID_ARGUMENT}, [](Case& c, Random& r) { c.view.allocation_bytes = -r.in(1, 1000); }},
    {"allocation NULL with bytes", {NDL_INVALID_ARGUMENT}, [](Case& c, Random&) { c.view.allocation = nullptr; }},
    {"outside of the address space",
     {NDL_OUT_OF_BOUNDS},
     [](Case& c, Random& r) {
         c.view.allocation = nullptr;
         c.view.allocation_bytes = 0;
         c.shape[0] = 2;
         c.strides[0] = smallest + r.in(0, 1 << 20);
         c.view.data = reinterpret_cast<void*>(r.in(1, 1 << 20));
     }},
    {"pointers leave the allocation",
     {NDL_OUT_OF_BOUNDS},
     [](Case& c, Random& r) {
         c.suboffsets[0] = 0;
         c.view.suboffsets = c.suboffsets.data();
         c.strides[0] = c.view.allocation_bytes + r.in(0, 1000);
     }},
    // the format tree
    {"format NULL", {NDL_INVALID_ARGUMENT}, [](Case& c, Random&) { c.view.format = nullptr; }},
    {"node too small",
     {NDL_INVALID_ARGUMENT},
     [](Case& c, Random& r) { c.any_node(r).struct_size = static_cast<std::uint32_t>(r.in(0, sizeof(ndl_format) - 1)); }},
    {"unknown kind",
     {NDL_BAD_FORMAT},
     [](Case& c, Random& r) { c.any_node(r).kind = static_cast<std::int32_t>(r.one_in(2) ? -r.in(1, 1000) : r.in(NDL_SUBARRAY + 1, 1 << 30)); }},
    {"unknown byte order",
     {NDL_BAD_FORMAT},
     [](Case& c, Random& r) { c.any_node(r).byte_order = static_cast<std::int32_t>(r.one_in(2) ? -1 : r.in(3, 1 << 30)); }},
    {"a number without a byte order", {NDL_BAD_FORMAT}, [](Case& c, Random& r) { c.any_scalar(r).byte_order = NDL_NO_BYTE_ORDER; }},
    {"bits 0", {NDL_BAD_FORMAT}, [](Case& c, Random& r) { c.any_scalar(r).bits = 0; }},
    {"bits that no number has",
     {NDL_BAD_FORMAT},
     [](Case& c, Random& r) {
         constexpr std::int64_t bits[] = {-1, 9, 24, 80, 255, 256, smallest, largest, std::int64_t{1} << 32};
         c.any_scalar(r).bits = bits[r.in(0, 8)];
     }},
    {"bits and itemsize disagree", {NDL_BAD_FORMAT}, [](Case& c, Random& r) { c.any_scalar(r).bits = r.one_in(2) ? 16 : 64; }},
    {"negative itemsize", {NDL_BAD_FORMAT}, [](Case& c, Random& r) { c.any_node(r).itemsize = r.one_in(4) ? smallest : -r.in(1, 1000); }},
    {"sub-array and its itemsize disagree", {NDL_BAD_FORMAT}, [](Case& c, Random& r) { c.values.itemsize += r.one_in(2) ? -r.in(1, 12) : r.in(1, 1000); }},
    {"alignment is no power of two",
     {NDL_BAD_FORMAT},
     [](Case& c, Random& r) {
         constexpr std::int64_t alignments[] = {0, -1, -8, 3, 6, 24, smallest, largest};
         c.any_node(r).alignment = alignments[r.in(0, 7)];
     }},
    {"a field leaves its record", {NDL_BAD_FORMAT}, [](Case& c, Random& r) { c.fields[2].offset = r.in(17, 1000); }},
    {"a field's end overflows", {NDL_OVERFLOW}, [](Case& c, Random& r) { c.fields[2].offset = largest - r.in(0, 7); }},
    {"negative offset", {NDL_BAD_FORMAT}, [](Case& c, Random& r) { c.any_field(r).offset = r.one_in(4) ? smallest : -r.in(1, 1000); }},
    {"repeated name", {NDL_BAD_FORMAT}, [](Case& c, Random& r) { c.fields[Case::at(r.in(1, 2))].name = "tag"; }},
    {"name NULL", {NDL_INVALID_ARGUMENT}, [](Case& c, Random& r) { c.any_field(r).name = nullptr; }},
    {"format of a field NULL", {NDL_INVALID_ARGUMENT}, [](Case& c, Random& r) { c.any_field(r).format = nullptr; }},
    {"fields NULL", {NDL_INVALID_ARGUMENT}, [](Case& c, Random&) { c.record.fields = nullptr; }},
    {"negative number of fields", {NDL_BAD_FORMAT}, [](Case& c, Random& r) { c.record.field_count = r.one_in(4) ? smallest : -r.in(1, 1000); }},
    {"too many fields", {NDL_OUT_OF_RANGE}, [](Case& c, Random& r) { c.record.field_count = largest - r.in(0, 1 << 20); }},
    {"the tree leads back to itself",
     {NDL_BAD_FORMAT},
     [](Case& c, Random& r) {
         if (r.one_in(2)) {
             c.any_field(r).format = &c.record;
         } else {
             (r.one_in(2) ? c.pointer : c.values).element = r.one_in(2) ? &c.record : (c.pointer.element = &c.pointer);
         }
     }},
    {"element of a sub-array NULL", {NDL_INVALID_ARGUMENT}, [](Case& c, Random&) { c.values.element = nullptr; }},
    {"shape of a sub-array NULL", {NDL_INVALID_ARGUMENT}, [](Case& c, Random&) { c.values.shape = nullptr; }},
    {"rank of a sub-array",
     {NDL_BAD_FORMAT},
     [](Case& c, Random& r) { c.values.rank = static_cast<std::int32_t>(r.one_in(2) ? -r.in(0, 1000) : r.in(65, 1 << 30)); }},
    {"negative extent of a sub-array", {NDL_BAD_FORMAT}, [](Case& c, Random& r) { c.three[0] = -r.in(1, 1000); }},
    {"size of a sub-array overflows", {NDL_OVERFLOW}, [](Case& c, Random& r) { c.three[0] = largest - r.in(0, 1000); }},
    {"members of another kind",
     {NDL_BAD_FORMAT},
     [](Case& c, Random& r) {
         switch (r.in(0, 4)) {
             case 0: c.any_scalar(r).rank = static_cast<std::int32_t>(r.in(1, 64)); break;
             case 1: c.any_scalar(r).fields = c.fields.data(); break;
             case 2: c.any_scalar(r).element = &c.text; break;
             case 3: c.any_scalar(r).unit = "ns"; break;
             default: c.record.shape = c.three.data();
         }
     }},
    {"unknown unit of time",
     {NDL_BAD_FORMAT},
     [](Case& c, Random& r) {
         constexpr const char* units[] = {"lightyear", "0s", "-1s", "1234567890s", "s ", "a unit of time that has far more than thirty-two letters"};
         c.pointer = Case::node(r.one_in(2) ? NDL_DATETIME : NDL_TIMEDELTA, 8, 64);
         c.pointer.unit = units[r.in(0, 5)];
     }},
    {"text of half a unit", {NDL_BAD_FORMAT}, [](Case& c, Random& r) { c.text.kind = r.one_in(2) ? NDL_UCS2 : NDL_UCS4; }},
    {"an address of an odd size",
     {NDL_BAD_FORMAT},
     [](Case& c, Random& r) {
         c.pointer.itemsize = r.in(0, 7) == 4 ? 3 : r.in(5, 7);
         c.pointer.bits = 0;
     }},
};

class CAbiBadInput : public ::testing::TestWithParam<std::size_t> {};

TEST_P(CAbiBadInput, is_refused_and_the_share_stays_the_callers) {
    const BadInput& bad_input = classes[GetParam()];
    constexpr int cases = 150;
    for (int i = 0; i < cases; ++i) {
        Random random(static_cast<std::uint64_t>(1000 * GetParam()) + static_cast<std::uint64_t>(i));
        Case c(random);
        ndl_error error = {};
        ASSERT_EQ(ndl_view_check(&c.view, &error), NDL_OK) << error.message;
        bad_input.spoil(c, random);
        const ndl_view before = c.view;
        const auto expected = [&](int status) { return ::testing::AssertionResult(bad_input.expected.contains(status)) << ndl_error_name(status); };
        ASSERT_TRUE(expected(ndl_view_check(&c.view, &error))) << i << ": " << error.message;
        ASSERT_TRUE(expected(error.code));
        ASSERT_GT(std::strlen(error.message), 10U);
        ndl_view out = {};
        ASSERT_TRUE(expected(ndl_view_transpose(&c.view, &out, &error))) << i;
        ASSERT_EQ(out.struct_size, 0U);
        try {
            const View taken = c_abi::import_view(c.view);
            FAIL() << i << ": imported";
        } catch (const Error& refusal) {
            ASSERT_TRUE(expected(static_cast<int>(refusal.code()))) << i << ": " << refusal.what();
        }
        ASSERT_EQ(std::memcmp(&before, &c.view, sizeof before), 0) << i;
        ASSERT_TRUE(c.owner.untouched()) << i;
    }
    RecordProperty("class", bad_input.name);
    RecordProperty("cases", cases);
    std::printf("c_abi, %s: %d cases\n", bad_input.name, cases);
}

INSTANTIATE_TEST_SUITE_P(Classes, CAbiBadInput, ::testing::Range(std::size_t{0}, std::size(classes)), [](const auto& of) {
    std::string name = classes[of.param].name;
    for (char& letter : name) {
        if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
    }
    return name;
});

TEST(CAbiBadArguments, null_is_refused_by_name) {
    ndl_error error = {};
    ndl_view view = {};
    EXPECT_EQ(ndl_view_transpose(nullptr, &view, &error), NDL_INVALID_ARGUMENT);
    EXPECT_STREQ(error.message, "view is NULL");
    EXPECT_EQ(ndl_format_parse(NDL_SYNTAX_PEP3118, nullptr, -1, nullptr, &error), NDL_INVALID_ARGUMENT);
    EXPECT_EQ(ndl_copy(&view, nullptr, nullptr, nullptr, &error), NDL_RELEASED);
    EXPECT_EQ(ndl_copy(nullptr, nullptr, nullptr, nullptr, nullptr), NDL_INVALID_ARGUMENT);
}

TEST(CAbiBadArguments, streams) {
    const auto refused = [](ndl_stream stream) {
        try {
            static_cast<void>(c_abi::import_stream(&stream));
            return errc::ok;
        } catch (const Error& error) {
            return error.code();
        }
    };
    EXPECT_EQ(refused({{NDL_CPU, 0}, 0}), errc::ok);
    EXPECT_EQ(refused({{NDL_CPU, 0}, 1}), errc::invalid_argument);
    EXPECT_EQ(refused({{NDL_CUDA, 0}, 0}), errc::invalid_argument);
    EXPECT_EQ(refused({{NDL_CUDA, 0}, -2}), errc::invalid_argument);
    EXPECT_EQ(refused({{NDL_CUDA, 0}, -1}), errc::ok);
    EXPECT_EQ(refused({{NDL_CUDA, -1}, 2}), errc::invalid_argument);
    EXPECT_EQ(refused({{NDL_ROCM, 0}, 2}), errc::not_supported);
    EXPECT_EQ(refused({{77, 0}, 2}), errc::not_supported);
}

}  // namespace
}  // namespace ndlease
