// SPDX-License-Identifier: Apache-2.0
#include "cpu/convert_number.hpp"

#include <type_traits>

#include "cpu/convert_kernels.hpp"

namespace ndlease::cpu {

// clang-format 14 breaks this list anew each time it runs.
// clang-format off
#define NDLEASE_EACH_NUMBER(X) \
    X(boolean) X(int8) X(uint8) X(int16) X(uint16) X(int32) X(uint32) X(int64) X(uint64) X(int128) X(uint128) \
    X(binary16) X(bfloat16) X(binary32) X(binary64) X(x87) X(binary128) X(binary64_odd)
// clang-format on

#define NDLEASE_ROW(type) extern template const KernelRow& kernel_row<NumberType::type>() noexcept;
NDLEASE_EACH_NUMBER(NDLEASE_ROW)
#undef NDLEASE_ROW

namespace {

template <NumberType S>
void or_nonzero(std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    for (std::int64_t i = 0; i < count; ++i) dst[i * dst_stride] |= std::byte{converted<NumberType::boolean, S>(load<S>(src + i * src_stride))};
}

template <NumberType S>
std::int64_t find_nonzero(const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    for (std::int64_t i = 0; i < count; ++i) {
        if (converted<NumberType::boolean, S>(load<S>(src + i * src_stride)) != 0) return i;
    }
    return -1;
}

}  // namespace

NumberKernels number_kernels(NumberType to, NumberType from) noexcept {
    const auto source = static_cast<std::size_t>(from);
    switch (to) {
#define NDLEASE_ROW(type) \
    case NumberType::type: return kernel_row<NumberType::type>()[source];
        NDLEASE_EACH_NUMBER(NDLEASE_ROW)
#undef NDLEASE_ROW
    }
    return {};
}

ImaginaryKernels imaginary_kernels(NumberType type) noexcept {
    switch (type) {
#define NDLEASE_IMAGINARY(type)                                                             \
    case NumberType::type:                                                                  \
        if constexpr (Number<NumberType::type>::is_float && is_available(NumberType::type)) \
            return {&or_nonzero<NumberType::type>, &find_nonzero<NumberType::type>};        \
        else                                                                                \
            return {};
        NDLEASE_EACH_NUMBER(NDLEASE_IMAGINARY)
#undef NDLEASE_IMAGINARY
    }
    return {};
}

bool has_number(NumberType type) noexcept { return is_available(type); }

std::int64_t number_bytes(NumberType type) noexcept {
    switch (type) {
#define NDLEASE_BYTES(type) \
    case NumberType::type: return NumberType::type == NumberType::x87 ? 16 : static_cast<std::int64_t>(sizeof(Raw<NumberType::type>));
        NDLEASE_EACH_NUMBER(NDLEASE_BYTES)
#undef NDLEASE_BYTES
    }
    return 0;
}

}  // namespace ndlease::cpu
