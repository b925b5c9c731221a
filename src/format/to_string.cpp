// SPDX-License-Identifier: Apache-2.0
#include <ndlease/format.hpp>

namespace ndlease {

std::string Format::to_string() const { return std::string("<") + ndlease::to_string(kind()) + ">"; }

}  // namespace ndlease
