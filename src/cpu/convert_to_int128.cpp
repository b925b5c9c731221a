// SPDX-License-Identifier: Apache-2.0
#include "cpu/convert_kernels.hpp"

namespace ndlease::cpu {

template const KernelRow& kernel_row<NumberType::int128>() noexcept;
template const KernelRow& kernel_row<NumberType::uint128>() noexcept;

}  // namespace ndlease::cpu
