// SPDX-License-Identifier: Apache-2.0
// One table of every kind against DLPack, Arrow and cudaDataType, both ways.
#include <optional>
#include <set>
#include <string>

#include <ndlease/format_codes.hpp>
#include <ndlease/format_text.hpp>

#include "format/expect_error.hpp"

#if __has_include(<library_types.h>)
#include <library_types.h>
#endif

namespace {

using ndlease::ByteOrder;
using ndlease::DlpackType;
using ndlease::errc;
using ndlease::Format;
using ndlease::Kind;

struct Row {
    const char* name;
    Format format;
    std::optional<DlpackType> dlpack;
    const char* arrow;  // NULL: Arrow cannot say it
    int cuda;           // -1: cudaDataType cannot say it
};

Format number(Kind kind, int bits) { return Format::number(kind, bits); }
DlpackType dlpack(std::uint8_t code, std::uint8_t bits) { return {code, bits, 1}; }

const std::vector<Row>& rows() {
    static const std::vector<Row> table = {
        {"bool", number(Kind::boolean, 8), dlpack(6, 8), nullptr, -1},
        {"int8", number(Kind::integer, 8), dlpack(0, 8), "c", 3},
        {"uint8", number(Kind::unsigned_integer, 8), dlpack(1, 8), "C", 8},
        {"int16", number(Kind::integer, 16), dlpack(0, 16), "s", 20},
        {"uint16", number(Kind::unsigned_integer, 16), dlpack(1, 16), "S", 22},
        {"int32", number(Kind::integer, 32), dlpack(0, 32), "i", 10},
        {"uint32", number(Kind::unsigned_integer, 32), dlpack(1, 32), "I", 12},
        {"int64", number(Kind::integer, 64), dlpack(0, 64), "l", 24},
        {"uint64", number(Kind::unsigned_integer, 64), dlpack(1, 64), "L", 26},
        {"int128", number(Kind::integer, 128), dlpack(0, 128), nullptr, -1},
        {"uint128", number(Kind::unsigned_integer, 128), dlpack(1, 128), nullptr, -1},
        {"half", number(Kind::floating, 16), dlpack(2, 16), "e", 2},
        {"bfloat16", number(Kind::bfloat, 16), dlpack(4, 16), nullptr, 14},
        {"float", number(Kind::floating, 32), dlpack(2, 32), "f", 0},
        {"double", number(Kind::floating, 64), dlpack(2, 64), "g", 1},
        {"binary128", number(Kind::floating, 128), dlpack(2, 128), nullptr, -1},
        {"x87", number(Kind::x87, 80), std::nullopt, nullptr, -1},
        {"complex half", number(Kind::complex, 32), dlpack(5, 32), nullptr, 6},
        {"complex bfloat16", number(Kind::complex_bfloat, 32), std::nullopt, nullptr, 15},
        {"complex float", number(Kind::complex, 64), dlpack(5, 64), nullptr, 4},
        {"complex double", number(Kind::complex, 128), dlpack(5, 128), nullptr, 5},
        {"complex binary128", number(Kind::complex, 256), std::nullopt, nullptr, -1},
        {"complex x87", number(Kind::complex_x87, 160), std::nullopt, nullptr, -1},
        {"fp8 e3m4", number(Kind::float8_e3m4, 8), dlpack(7, 8), nullptr, -1},
        {"fp8 e4m3", number(Kind::float8_e4m3, 8), dlpack(8, 8), nullptr, -1},
        {"fp8 e4m3b11fnuz", number(Kind::float8_e4m3b11fnuz, 8), dlpack(9, 8), nullptr, -1},
        {"fp8 e4m3fn", number(Kind::float8_e4m3fn, 8), dlpack(10, 8), nullptr, 28},
        {"fp8 e4m3fnuz", number(Kind::float8_e4m3fnuz, 8), dlpack(11, 8), nullptr, -1},
        {"fp8 e5m2", number(Kind::float8_e5m2, 8), dlpack(12, 8), nullptr, 29},
        {"fp8 e5m2fnuz", number(Kind::float8_e5m2fnuz, 8), dlpack(13, 8), nullptr, -1},
        {"fp8 e8m0fnu", number(Kind::float8_e8m0fnu, 8), dlpack(14, 8), nullptr, 30},
        {"fp6 e2m3fn", number(Kind::float6_e2m3fn, 6), dlpack(15, 6), nullptr, 31},
        {"fp6 e3m2fn", number(Kind::float6_e3m2fn, 6), dlpack(16, 6), nullptr, 32},
        {"fp4 e2m1fn", number(Kind::float4_e2m1fn, 4), dlpack(17, 4), nullptr, 33},
        {"int4", number(Kind::integer, 4), dlpack(0, 4), nullptr, 16},
        {"uint4", number(Kind::unsigned_integer, 4), dlpack(1, 4), nullptr, 18},
        {"int2", number(Kind::integer, 2), dlpack(0, 2), nullptr, -1},
        {"uint1", number(Kind::unsigned_integer, 1), dlpack(1, 1), nullptr, -1},
        {"opaque", Format::opaque(5), std::nullopt, "w:5", -1},
        {"void*", Format::pointer(), dlpack(3, 8 * sizeof(void*)), nullptr, -1},
        {"PyObject*", Format::py_object(), std::nullopt, nullptr, -1},
        {"pascal", Format::text(Kind::pascal, 5), std::nullopt, nullptr, -1},
        {"ucs4", Format::text(Kind::ucs4, 5), std::nullopt, nullptr, -1},
        {"ucs2", Format::text(Kind::ucs2, 5), std::nullopt, nullptr, -1},
        {"datetime", Format::time(Kind::datetime, "ns"), std::nullopt, "tsn:", -1},
        {"timedelta", Format::time(Kind::timedelta, "us"), std::nullopt, "tDu", -1},
        {"bit field of 3", Format::bit_field(3), std::nullopt, nullptr, -1},
        {"record", Format::record({}, 4), std::nullopt, nullptr, -1},
    };
    return table;
}

TEST(Codes, every_row_both_ways) {
    for (const Row& row : rows()) {
        SCOPED_TRACE(row.name);
        if (row.dlpack) {
            EXPECT_EQ(to_dlpack_type(row.format), *row.dlpack);
            EXPECT_EQ(from_dlpack_type(*row.dlpack), row.format);
        } else {
            expect_error(errc::not_expressible, std::string(to_string(row.format.kind())), [&] { (void)to_dlpack_type(row.format); });
            expect_error(errc::not_expressible, "DLPack cannot say it", [&] { (void)to_dlpack_type(row.format); });
        }
        if (row.arrow != nullptr) {
            EXPECT_EQ(print_arrow_format(row.format), row.arrow);
            EXPECT_EQ(ndlease::parse_arrow_format(row.arrow), row.format);
        } else {
            expect_error(errc::not_expressible, "Arrow cannot say it", [&] { (void)print_arrow_format(row.format); });
        }
        if (row.cuda >= 0) {
            EXPECT_EQ(to_cuda_data_type(row.format), row.cuda);
            EXPECT_EQ(ndlease::from_cuda_data_type(row.cuda), row.format);
        } else {
            expect_error(errc::not_expressible, "cudaDataType cannot say it", [&] { (void)to_cuda_data_type(row.format); });
        }
    }
}

TEST(Codes, formats_that_share_a_code) {
    EXPECT_EQ(to_dlpack_type(Format::function()).code, 3);
    EXPECT_EQ(to_dlpack_type(Format::pointer(number(Kind::integer, 8))).code, 3);
    EXPECT_EQ(to_dlpack_type(Format::bit_field(1)), dlpack(1, 1));
    EXPECT_EQ(print_arrow_format(Format::bit_field(1)), "b");
    EXPECT_EQ(ndlease::parse_arrow_format("b"), Format::bit_field(1));
    EXPECT_EQ(print_arrow_format(Format::text(Kind::bytes, 7)), "w:7");
    EXPECT_EQ(print_arrow_format(Format::text(Kind::character, 1)), "w:1");
}

TEST(Codes, the_other_byte_order_is_refused) {
    constexpr ByteOrder other = ByteOrder::native == ByteOrder::little ? ByteOrder::big : ByteOrder::little;
    const Format swapped = Format::number(Kind::integer, 32, other);
    expect_error(errc::not_expressible, "byte order", [&] { (void)to_dlpack_type(swapped); });
    expect_error(errc::not_expressible, "byte order", [&] { (void)print_arrow_format(swapped); });
    expect_error(errc::not_expressible, "byte order", [&] { (void)to_cuda_data_type(swapped); });
}

TEST(Codes, another_platforms_addresses_are_refused) {
    const ndlease::ParseOptions i386{.abi = &ndlease::Abi::i386(), .itemsize = {}};
    if (ndlease::Abi::host().pointer_ == i386.abi->pointer_) GTEST_SKIP() << "this is that platform";
    for (const char* text : {"P", "&i", "X{}"}) {
        expect_error(errc::not_expressible, "DLPack", [&] { (void)ndlease::to_dlpack_type(ndlease::parse_format(text, i386)); });
    }
    expect_error(errc::not_expressible, "typestr", [&] { (void)ndlease::print_typestr(ndlease::parse_format("O", i386)); });
}

TEST(Dlpack, lanes_are_a_subarray) {
    const std::int64_t four[] = {4};
    const Format float4 = Format::subarray(number(Kind::floating, 32), four);
    EXPECT_EQ(ndlease::from_dlpack_type({2, 32, 4}), float4);
    EXPECT_EQ(to_dlpack_type(float4), (DlpackType{2, 32, 4}));
    EXPECT_EQ(ndlease::from_dlpack_type({17, 4, 2}).itemsize(), 1);
    EXPECT_EQ(ndlease::from_dlpack_type({0, 8, 65535}).itemsize(), 65535);
    const std::int64_t matrix[] = {2, 2};
    expect_error(errc::not_expressible, "(2,2)", [&] { (void)to_dlpack_type(Format::subarray(number(Kind::floating, 32), matrix)); });
    const std::int64_t one[] = {1};
    expect_error(errc::not_expressible, "2 to 65535", [&] { (void)to_dlpack_type(Format::subarray(number(Kind::floating, 32), one)); });
}

TEST(Dlpack, bad_types_are_refused) {
    expect_error(errc::bad_format, "at least 1 lane", [] { (void)ndlease::from_dlpack_type({2, 32, 0}); });
    expect_error(errc::bad_format, "unknown type code 200", [] { (void)ndlease::from_dlpack_type({200, 8, 1}); });
    expect_error(errc::bad_format, "unknown type code 18", [] { (void)ndlease::from_dlpack_type({18, 32, 1}); });
    for (const DlpackType type : {dlpack(0, 0), dlpack(0, 9), dlpack(0, 255), dlpack(2, 8), dlpack(2, 80), dlpack(3, 32), dlpack(4, 32), dlpack(5, 16),
                                  dlpack(6, 1), dlpack(7, 7), dlpack(15, 8), dlpack(17, 8)}) {
        SCOPED_TRACE(int{type.code});
        SCOPED_TRACE(int{type.bits});
        expect_error(errc::bad_format, "DLDataType", [&] { (void)ndlease::from_dlpack_type(type); });
    }
}

TEST(Dlpack, every_accepted_triple_comes_back) {
    int accepted = 0;
    for (int code = 0; code < 24; ++code) {
        for (int bits = 0; bits < 256; ++bits) {
            for (const int lanes : {1, 2, 3, 65535}) {
                const DlpackType type{static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(bits), static_cast<std::uint16_t>(lanes)};
                try {
                    EXPECT_EQ(to_dlpack_type(from_dlpack_type(type)), type) << code << ' ' << bits << ' ' << lanes;
                    ++accepted;
                } catch (const ndlease::Error& error) {
                    EXPECT_EQ(error.code(), errc::bad_format);
                }
            }
        }
    }
    EXPECT_EQ(accepted, 4 * (2 * 12 + 4 + 1 + 1 + 3 + 1 + 11));
}

TEST(Arrow, times) {
    EXPECT_EQ(ndlease::parse_arrow_format("tss:"), Format::time(Kind::datetime, "s"));
    EXPECT_EQ(ndlease::parse_arrow_format("tDm"), Format::time(Kind::timedelta, "ms"));
    expect_error(errc::not_expressible, "'25s'", [] { (void)print_arrow_format(Format::time(Kind::datetime, "25s")); });
    expect_error(errc::not_expressible, "time zones", [] { (void)ndlease::parse_arrow_format("tsn:UTC"); });
}

TEST(Arrow, what_is_no_item_is_refused) {
    for (const char* text : {"u", "U", "z", "Z", "vu", "n", "+s", "+w:3", "+l", "d:19,10", "tdD", "ttn", "tiM"}) {
        SCOPED_TRACE(text);
        expect_error(errc::not_expressible, text, [&] { (void)ndlease::parse_arrow_format(text); });
    }
    for (const char* text : {"", "x", "ff", "w", "w:", "w:-1", "w:+1", "w:3x", "w:2147483648", "w:99999999999999999999", "ts", "tsn", "tsx:", "tD", "tDx",
                             "tDsx", "t", "td", "d"}) {
        SCOPED_TRACE(text);
        expect_error(errc::bad_format, "Arrow format", [&] { (void)ndlease::parse_arrow_format(text); });
    }
}

#if __has_include(<library_types.h>)
TEST(CudaDataType, numbers_are_cudas) {
    const auto expect = [](cudaDataType_t number_of_cuda, const Format& format) { EXPECT_EQ(to_cuda_data_type(format), number_of_cuda); };
    expect(CUDA_R_16F, number(Kind::floating, 16));
    expect(CUDA_R_32F, number(Kind::floating, 32));
    expect(CUDA_R_64F, number(Kind::floating, 64));
    expect(CUDA_R_16BF, number(Kind::bfloat, 16));
    expect(CUDA_C_16F, number(Kind::complex, 32));
    expect(CUDA_C_32F, number(Kind::complex, 64));
    expect(CUDA_C_64F, number(Kind::complex, 128));
    expect(CUDA_C_16BF, number(Kind::complex_bfloat, 32));
    expect(CUDA_R_4I, number(Kind::integer, 4));
    expect(CUDA_R_4U, number(Kind::unsigned_integer, 4));
    expect(CUDA_R_8I, number(Kind::integer, 8));
    expect(CUDA_R_8U, number(Kind::unsigned_integer, 8));
    expect(CUDA_R_16I, number(Kind::integer, 16));
    expect(CUDA_R_16U, number(Kind::unsigned_integer, 16));
    expect(CUDA_R_32I, number(Kind::integer, 32));
    expect(CUDA_R_32U, number(Kind::unsigned_integer, 32));
    expect(CUDA_R_64I, number(Kind::integer, 64));
    expect(CUDA_R_64U, number(Kind::unsigned_integer, 64));
    expect(CUDA_R_8F_E4M3, number(Kind::float8_e4m3fn, 8));
    expect(CUDA_R_8F_E5M2, number(Kind::float8_e5m2, 8));
}
#endif

TEST(CudaDataType, complex_integers_and_unknown_numbers_are_refused) {
    std::set<int> refused;
    for (int n = 0; n <= 33; ++n) {
        try {
            EXPECT_EQ(to_cuda_data_type(ndlease::from_cuda_data_type(n)), n);
        } catch (const ndlease::Error& error) {
            EXPECT_EQ(error.code(), errc::not_expressible);
            EXPECT_THAT(error.what(), testing::HasSubstr("complex integers"));
            refused.insert(n);
        }
    }
    EXPECT_EQ(refused, (std::set<int>{7, 9, 11, 13, 17, 19, 21, 23, 25, 27}));
    expect_error(errc::bad_format, "34", [] { (void)ndlease::from_cuda_data_type(34); });
    expect_error(errc::bad_format, "-1", [] { (void)ndlease::from_cuda_data_type(-1); });
}

}  // namespace
