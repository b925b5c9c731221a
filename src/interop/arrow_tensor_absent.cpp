// SPDX-License-Identifier: Apache-2.0
// Stands in for arrow_tensor.cpp where nlohmann-json was not found.
#include <ndlease/error.hpp>

#include "interop/arrow_tensor.hpp"

namespace ndlease::arrow {
namespace {

[[noreturn]] void refuse() { throw Error(errc::not_supported, "arrow.fixed_shape_tensor: this build of ndlease has no JSON (nlohmann-json was not found)"); }

}  // namespace

Tensor read_tensor(std::string_view /*json*/, std::int64_t /*list_size*/) { refuse(); }
std::string write_tensor(const Tensor& /*tensor*/) { refuse(); }

}  // namespace ndlease::arrow
