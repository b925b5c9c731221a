// SPDX-License-Identifier: Apache-2.0
#include "cpu/convert_kernels.hpp"

namespace ndlease::cpu {

template const KernelRow& kernel_row<NumberType::boolean>() noexcept;
template const KernelRow& kernel_row<NumberType::int8>() noexcept;
template const KernelRow& kernel_row<NumberType::uint8>() noexcept;

}  // namespace ndlease::cpu
