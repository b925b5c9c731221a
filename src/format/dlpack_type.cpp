// SPDX-License-Identifier: Apache-2.0
// DLPack's DLDataType (dlpack.h 1.3) as one table of codes.
#include <array>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>

#include "format/refusal.hpp"

namespace ndlease {
namespace {

constexpr std::uint8_t code_opaque_handle = 3;
constexpr int pointer_bits = static_cast<int>(8 * sizeof(void*));

struct Code {
    std::uint8_t code;
    Kind kind;
    std::array<std::uint8_t, 4> widths;  // bits that the code may have; 0: none; integers of fewer than 8 bits are not listed
};
constexpr Code codes[] = {
    {0, Kind::integer, {8, 16, 32, 64}},
    {1, Kind::unsigned_integer, {8, 16, 32, 64}},
    {2, Kind::floating, {16, 32, 64, 128}},
    {4, Kind::bfloat, {16}},
    {5, Kind::complex, {32, 64, 128}},
    {6, Kind::boolean, {8}},
    {7, Kind::float8_e3m4, {8}},
    {8, Kind::float8_e4m3, {8}},
    {9, Kind::float8_e4m3b11fnuz, {8}},
    {10, Kind::float8_e4m3fn, {8}},
    {11, Kind::float8_e4m3fnuz, {8}},
    {12, Kind::float8_e5m2, {8}},
    {13, Kind::float8_e5m2fnuz, {8}},
    {14, Kind::float8_e8m0fnu, {8}},
    {15, Kind::float6_e2m3fn, {6}},
    {16, Kind::float6_e3m2fn, {6}},
    {17, Kind::float4_e2m1fn, {4}},
};

bool has_width(const Code& code, std::int64_t bits) {
    const bool integer = code.kind == Kind::integer || code.kind == Kind::unsigned_integer;
    if (integer && ((bits >= 1 && bits < 8) || bits == 128)) return true;
    for (const std::uint8_t width : code.widths) {
        if (width != 0 && width == bits) return true;
    }
    return false;
}

std::string to_text(DlpackType type) {
    return "DLDataType {code " + std::to_string(type.code) + ", bits " + std::to_string(type.bits) + ", lanes " + std::to_string(type.lanes) + '}';
}

Format scalar_from(DlpackType type) {
    if (type.code == code_opaque_handle) {
        if (type.bits == pointer_bits) return Format::pointer();
        throw Error(errc::bad_format, to_text(type) + ": a handle has " + std::to_string(pointer_bits) + " bits here");
    }
    for (const Code& code : codes) {
        if (code.code != type.code) continue;
        if (has_width(code, type.bits)) return Format::number(code.kind, type.bits);
        throw Error(errc::bad_format, to_text(type) + ": " + to_string(code.kind) + " has no width of " + std::to_string(type.bits) + " bits");
    }
    throw Error(errc::bad_format, to_text(type) + ": unknown type code " + std::to_string(type.code));
}

}  // namespace

Format from_dlpack_type(DlpackType type) {
    if (type.lanes == 0) throw Error(errc::bad_format, to_text(type) + ": there must be at least 1 lane");
    Format scalar = scalar_from(type);
    if (type.lanes == 1) return scalar;
    const std::int64_t shape[] = {type.lanes};
    return Format::subarray(scalar, shape);
}

DlpackType to_dlpack_type(const Format& format) {
    constexpr const char* target = "DLPack";
    if (format.is_subarray()) {
        const Dims& shape = format.shape();
        if (shape.size() != 1 || shape[0] < 2 || shape[0] > 65535) {
            detail::refuse(format, target, "lanes are one dimension of 2 to 65535, this is " + to_string(shape));
        }
        if (format.element().is_subarray()) detail::refuse(format, target, "lanes do not nest");
        DlpackType type = to_dlpack_type(format.element());
        type.lanes = static_cast<std::uint16_t>(shape[0]);
        return type;
    }
    if (!format.is_native()) detail::refuse(format, target, "its byte order is not this machine's");
    const Kind kind = format.kind();
    if (kind == Kind::pointer || kind == Kind::function) {
        if (format.bits() != pointer_bits) detail::refuse(format, target, "its " + std::to_string(format.bits()) + " bits are another platform's");
        return {code_opaque_handle, static_cast<std::uint8_t>(pointer_bits), 1};
    }
    if (kind == Kind::bit_field && format.bits() == 1) return {1, 1, 1};
    for (const Code& code : codes) {
        if (code.kind == kind && has_width(code, format.bits())) return {code.code, static_cast<std::uint8_t>(format.bits()), 1};
    }
    detail::refuse(format, target);
}

}  // namespace ndlease
