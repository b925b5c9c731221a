// SPDX-License-Identifier: Apache-2.0
#include "format/utf8.hpp"

#include <cstdint>

namespace ndlease::detail {
namespace {

struct Form {
    std::uint32_t length;    // 0: no character starts so
    std::uint32_t smallest;  // what needs that many bytes
};

Form form_of(unsigned char lead) {
    if (lead < 0x80) return {1, 0};
    if (lead >= 0xC2 && lead < 0xE0) return {2, 0x80};
    if (lead >= 0xE0 && lead < 0xF0) return {3, 0x800};
    if (lead >= 0xF0 && lead < 0xF5) return {4, 0x10000};
    return {0, 0};
}

}  // namespace

std::size_t find_bad_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const Form form = form_of(lead);
        if (lead == 0 || form.length == 0 || text.size() - i < form.length) return i;
        std::uint32_t point = form.length == 1 ? lead : lead & (0x7FU >> form.length);
        for (std::size_t k = 1; k < form.length; ++k) {
            const auto byte = static_cast<unsigned char>(text[i + k]);
            if ((byte & 0xC0U) != 0x80U) return i;
            point = point << 6 | (byte & 0x3FU);
        }
        const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        if (point < form.smallest || point > 0x10FFFF || surrogate) return i;
        i += form.length;
    }
    return text.size();
}

}  // namespace ndlease::detail
