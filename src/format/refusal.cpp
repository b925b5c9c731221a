// SPDX-License-Identifier: Apache-2.0
#include "format/refusal.hpp"

namespace ndlease::detail {

std::string kind_and_width(const Format& format) {
    const Kind kind = format.kind();
    std::string name = to_string(kind);
    const bool has_widths =
        kind == Kind::integer || kind == Kind::unsigned_integer || kind == Kind::floating || kind == Kind::complex || kind == Kind::bit_field;
    if (has_widths) name += " (" + std::to_string(format.bits()) + (format.bits() == 1 ? " bit)" : " bits)");
    return name;
}

void refuse(const Format& format, const char* target, const std::string& reason) {
    throw Error(errc::not_expressible, kind_and_width(format) + ": " + target + " cannot say it" + (reason.empty() ? "" : "; ") + reason);
}

}  // namespace ndlease::detail
