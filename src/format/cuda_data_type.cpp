// SPDX-License-Identifier: Apache-2.0
// cudaDataType_t (CUDA 13.0, library_types.h) by number, so that no CUDA header is needed.
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>

#include "format/refusal.hpp"

namespace ndlease {
namespace {

struct Code {
    int number;
    Kind kind;
    int bits;  // 0: a pair of integers, for which there is no Kind
    const char* name;
};
constexpr Code codes[] = {
    {0, Kind::floating, 32, "CUDA_R_32F"},
    {1, Kind::floating, 64, "CUDA_R_64F"},
    {2, Kind::floating, 16, "CUDA_R_16F"},
    {3, Kind::integer, 8, "CUDA_R_8I"},
    {4, Kind::complex, 64, "CUDA_C_32F"},
    {5, Kind::complex, 128, "CUDA_C_64F"},
    {6, Kind::complex, 32, "CUDA_C_16F"},
    {7, Kind::complex, 0, "CUDA_C_8I"},
    {8, Kind::unsigned_integer, 8, "CUDA_R_8U"},
    {9, Kind::complex, 0, "CUDA_C_8U"},
    {10, Kind::integer, 32, "CUDA_R_32I"},
    {11, Kind::complex, 0, "CUDA_C_32I"},
    {12, Kind::unsigned_integer, 32, "CUDA_R_32U"},
    {13, Kind::complex, 0, "CUDA_C_32U"},
    {14, Kind::bfloat, 16, "CUDA_R_16BF"},
    {15, Kind::complex_bfloat, 32, "CUDA_C_16BF"},
    {16, Kind::integer, 4, "CUDA_R_4I"},
    {17, Kind::complex, 0, "CUDA_C_4I"},
    {18, Kind::unsigned_integer, 4, "CUDA_R_4U"},
    {19, Kind::complex, 0, "CUDA_C_4U"},
    {20, Kind::integer, 16, "CUDA_R_16I"},
    {21, Kind::complex, 0, "CUDA_C_16I"},
    {22, Kind::unsigned_integer, 16, "CUDA_R_16U"},
    {23, Kind::complex, 0, "CUDA_C_16U"},
    {24, Kind::integer, 64, "CUDA_R_64I"},
    {25, Kind::complex, 0, "CUDA_C_64I"},
    {26, Kind::unsigned_integer, 64, "CUDA_R_64U"},
    {27, Kind::complex, 0, "CUDA_C_64U"},
    {28, Kind::float8_e4m3fn, 8, "CUDA_R_8F_E4M3"},  // CUDA's E4M3 has no infinities: e4m3fn
    {29, Kind::float8_e5m2, 8, "CUDA_R_8F_E5M2"},
    {30, Kind::float8_e8m0fnu, 8, "CUDA_R_8F_UE8M0"},
    {31, Kind::float6_e2m3fn, 6, "CUDA_R_6F_E2M3"},
    {32, Kind::float6_e3m2fn, 6, "CUDA_R_6F_E3M2"},
    {33, Kind::float4_e2m1fn, 4, "CUDA_R_4F_E2M1"},
};

}  // namespace

Format from_cuda_data_type(int number) {
    for (const Code& code : codes) {
        if (code.number != number) continue;
        if (code.bits != 0) return Format::number(code.kind, code.bits);
        throw Error(errc::not_expressible, std::string(code.name) + " (cudaDataType " + std::to_string(number) + "): a Format has no complex integers");
    }
    throw Error(errc::bad_format, "cudaDataType " + std::to_string(number) + " is unknown; known are 0 to 33");
}

int to_cuda_data_type(const Format& format) {
    if (!format.is_native()) detail::refuse(format, "cudaDataType", "its byte order is not this machine's");
    for (const Code& code : codes) {
        if (code.kind == format.kind() && code.bits != 0 && code.bits == format.bits()) return code.number;
    }
    detail::refuse(format, "cudaDataType");
}

}  // namespace ndlease
