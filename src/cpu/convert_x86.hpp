// SPDX-License-Identifier: Apache-2.0
// Contiguous runs through x86's vector instructions, chosen at run time. The results equal the portable kernels' bit by bit.
#pragma once

#include "cpu/convert_number.hpp"

namespace ndlease::cpu {

/// Each takes contiguous runs only. NULL where this processor, or this build, has no such instructions.
struct X86Kernels {
    ConvertKernel* binary16_from_float = nullptr;
    ConvertKernel* float_from_binary16 = nullptr;
    ConvertKernel* swap_2 = nullptr;
    ConvertKernel* swap_4 = nullptr;
    ConvertKernel* swap_8 = nullptr;
};
[[nodiscard]] const X86Kernels& x86_kernels() noexcept;

}  // namespace ndlease::cpu
