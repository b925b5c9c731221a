// SPDX-License-Identifier: Apache-2.0
#include "cpu/convert_kernels.hpp"

namespace ndlease::cpu {

template const KernelRow& kernel_row<NumberType::binary32>() noexcept;
template const KernelRow& kernel_row<NumberType::binary64>() noexcept;
template const KernelRow& kernel_row<NumberType::binary64_odd>() noexcept;

}  // namespace ndlease::cpu
