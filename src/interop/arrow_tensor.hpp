// SPDX-License-Identifier: Apache-2.0
// The parameters of the extension type arrow.fixed_shape_tensor, which are JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <ndlease/dims.hpp>

namespace ndlease::arrow {

struct Tensor {
    Dims shape;                          ///< physical, C order
    std::vector<std::string> dim_names;  ///< of the physical axes; empty: none
    Dims permutation;                    ///< logical axis i is physical axis permutation[i]; empty: the same order
};

/// Throws Error: errc::bad_format for what is no such JSON object (index() is the byte where known), wrong kinds of values, a permutation that is none and
/// names that are not one for each axis; errc::out_of_range above max_rank axes; errc::overflow. `list_size`: the product of the shape must be this.
[[nodiscard]] Tensor read_tensor(std::string_view json, std::int64_t list_size);
/// Without the members that are empty.
[[nodiscard]] std::string write_tensor(const Tensor& tensor);

}  // namespace ndlease::arrow
