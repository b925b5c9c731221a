// SPDX-License-Identifier: Apache-2.0
#include <ndlease/format.hpp>

namespace ndlease {

const char* to_string(Kind kind) noexcept {
    switch (kind) {
        case Kind::boolean: return "boolean";
        case Kind::integer: return "integer";
        case Kind::unsigned_integer: return "unsigned_integer";
        case Kind::floating: return "floating";
        case Kind::x87: return "x87";
        case Kind::bfloat: return "bfloat";
        case Kind::float8_e3m4: return "float8_e3m4";
        case Kind::float8_e4m3: return "float8_e4m3";
        case Kind::float8_e4m3b11fnuz: return "float8_e4m3b11fnuz";
        case Kind::float8_e4m3fn: return "float8_e4m3fn";
        case Kind::float8_e4m3fnuz: return "float8_e4m3fnuz";
        case Kind::float8_e5m2: return "float8_e5m2";
        case Kind::float8_e5m2fnuz: return "float8_e5m2fnuz";
        case Kind::float8_e8m0fnu: return "float8_e8m0fnu";
        case Kind::float6_e2m3fn: return "float6_e2m3fn";
        case Kind::float6_e3m2fn: return "float6_e3m2fn";
        case Kind::float4_e2m1fn: return "float4_e2m1fn";
        case Kind::complex: return "complex";
        case Kind::complex_x87: return "complex_x87";
        case Kind::complex_bfloat: return "complex_bfloat";
        case Kind::character: return "character";
        case Kind::bytes: return "bytes";
        case Kind::pascal: return "pascal";
        case Kind::ucs2: return "ucs2";
        case Kind::ucs4: return "ucs4";
        case Kind::opaque: return "opaque";
        case Kind::bit_field: return "bit_field";
        case Kind::datetime: return "datetime";
        case Kind::timedelta: return "timedelta";
        case Kind::pointer: return "pointer";
        case Kind::function: return "function";
        case Kind::py_object: return "py_object";
        case Kind::record: return "record";
        case Kind::subarray: return "subarray";
    }
    return "unknown";
}

}  // namespace ndlease
