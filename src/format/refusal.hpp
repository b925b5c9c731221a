// SPDX-License-Identifier: Apache-2.0
// How every printer of codes refuses a format that its target has no way to say.
#pragma once

#include <string>

#include <ndlease/error.hpp>
#include <ndlease/format.hpp>

namespace ndlease::detail {

/// "integer (128 bits)", "bfloat", "record": the kind, and its width where the kind alone does not say it.
[[nodiscard]] std::string kind_and_width(const Format& format);

/// Throws Error{errc::not_expressible}: "bfloat: typestr cannot say it", with `reason` behind it where there is more to say.
[[noreturn]] void refuse(const Format& format, const char* target, const std::string& reason = {});

}  // namespace ndlease::detail
