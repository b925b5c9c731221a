// SPDX-License-Identifier: Apache-2.0
// The loops over strided runs, and one row of kernels per destination type. Each row is instantiated in one convert_to_*.cpp.
#pragma once

#include <array>
#include <utility>

#include "cpu/convert_number.hpp"
#include "cpu/convert_value.hpp"
#include "cpu/convert_x86.hpp"
#include "cpu/simd/convert.hpp"

namespace ndlease::cpu {

template <NumberType D, NumberType S, class DstStride, class SrcStride>
inline void convert_loop(std::byte* dst, DstStride dst_stride, const std::byte* src, SrcStride src_stride, std::int64_t count) noexcept {
    for (std::int64_t i = 0; i < count; ++i) store<D>(dst + i * dst_stride, converted<D, S>(load<S>(src + i * src_stride)));
}

template <NumberType D, NumberType S>
void convert_run(std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    constexpr bool vectorises = sizeof(Raw<D>) <= 8 && sizeof(Raw<S>) <= 8;
    if constexpr (vectorises) {
        using DstBytes = std::integral_constant<std::int64_t, sizeof(Raw<D>)>;
        using SrcBytes = std::integral_constant<std::int64_t, sizeof(Raw<S>)>;
        if (dst_stride == DstBytes::value && src_stride == SrcBytes::value) {
            if constexpr (D == NumberType::binary16 || D == NumberType::bfloat16 || D == NumberType::binary32 || D == NumberType::binary64) {
                if (VectorKernel* const kernel = vector_kernel(D, S)) return kernel(dst, src, count, false);
            }
            if constexpr (D == NumberType::binary16 && S == NumberType::binary32) {
                if (const auto kernel = x86_kernels().binary16_from_float) return kernel(dst, dst_stride, src, src_stride, count);
            } else if constexpr (D == NumberType::binary32 && S == NumberType::binary16) {
                if (const auto kernel = x86_kernels().float_from_binary16) return kernel(dst, dst_stride, src, src_stride, count);
            }
            return convert_loop<D, S>(dst, DstBytes(), src, SrcBytes(), count);
        }
    }
    convert_loop<D, S>(dst, dst_stride, src, src_stride, count);
}

template <NumberType D, NumberType S>
std::int64_t find_loss(const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    for (std::int64_t i = 0; i < count; ++i) {
        if (!keeps_value<D, S>(load<S>(src + i * src_stride))) return i;
    }
    return -1;
}

using KernelRow = std::array<NumberKernels, number_source_count>;

template <NumberType D, NumberType S>
[[nodiscard]] constexpr NumberKernels kernels_of() noexcept {
    if constexpr (!is_available(D) || !is_available(S)) {
        return {};
    } else if constexpr (never_loses<D, S>()) {
        return {&convert_run<D, S>, nullptr};
    } else {
        return {&convert_run<D, S>, &find_loss<D, S>};
    }
}

/// The kernels to D from every source type, in NumberType's order.
template <NumberType D>
[[nodiscard]] const KernelRow& kernel_row() noexcept {
    static constexpr KernelRow row = []<std::size_t... s>(std::index_sequence<s...>) { return KernelRow{kernels_of<D, static_cast<NumberType>(s)>()...}; }
    (std::make_index_sequence<number_source_count>());
    return row;
}

}  // namespace ndlease::cpu
