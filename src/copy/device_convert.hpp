// SPDX-License-Identifier: Apache-2.0
// Which of a device's converting kernels fits: decided here, so that plans can be looked at and tested without a device.
#pragma once

#include <cstdint>

#include "backend/convert_job.hpp"

namespace ndlease::copying {

enum class ConvertingKernel : std::uint8_t {
    runs,   ///< rows that are contiguous and aligned on both sides: 16 bytes at a time of the wider side
    items,  ///< number by number in the destination's order: any strides and alignments
    tiles,  ///< the two sides are close along different axes: through shared memory
};
[[nodiscard]] const char* to_string(ConvertingKernel kernel) noexcept;

struct ConvertingChoice {
    ConvertingKernel kernel;
    int unit = 1;        ///< of tiles: numbers that lie together on both sides, along the last axis unless they are an exchange's pair
    int d_axis = -1;     ///< of tiles: along which the destination is close
    int s_axis = -1;     ///< of tiles: along which the source is
    int dst_access = 1;  ///< bytes that are written at once, at multiples of it: a chunk's (runs), an element's, half a pair's, or 1 where that is misaligned
    int src_access = 1;  ///< likewise of what is read
};

/// `task` is of elements, has one, and its addresses are those of its first axis.
[[nodiscard]] ConvertingChoice choose_converting_kernel(const detail::CopyTask& task, const backend::ElementConversion& how, std::uintptr_t dst,
                                                        std::uintptr_t src) noexcept;

}  // namespace ndlease::copying
