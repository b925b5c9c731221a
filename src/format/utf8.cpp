// SPDX-License-Identifier: Apache-2.0
#include "format/utf8.hpp"

namespace ndlease::detail {

CodePoint decode_utf8(std::string_view text) noexcept {
    if (text.empty()) return {};
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
    const std::uint32_t first = byte(0);
    if (first < 0x80) return {first, 1};
    const int bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < static_cast<std::size_t>(bytes)) return {};
    std::uint32_t value = first & (0x7fU >> static_cast<unsigned>(bytes));
    for (int i = 1; i < bytes; ++i) {
        const std::uint32_t next = byte(static_cast<std::size_t>(i));
        if ((next & 0xc0U) != 0x80U) return {};
        value = value << 6U | (next & 0x3fU);
    }
    const std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[bytes] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
    return {value, bytes};
}

void append_utf8(std::string& out, std::uint32_t value) {
    const auto add = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (value < 0x80) {
        add(value);
    } else if (value < 0x800) {
        add(0xc0U | value >> 6U);
        add(0x80U | (value & 0x3fU));
    } else if (value < 0x10000) {
        add(0xe0U | value >> 12U);
        add(0x80U | (value >> 6U & 0x3fU));
        add(0x80U | (value & 0x3fU));
    } else {
        add(0xf0U | value >> 18U);
        add(0x80U | (value >> 12U & 0x3fU));
        add(0x80U | (value >> 6U & 0x3fU));
        add(0x80U | (value & 0x3fU));
    }
}

std::size_t find_bad_utf8(std::string_view text) noexcept {
    std::size_t position = 0;
    while (position < text.size()) {
        const CodePoint point = decode_utf8(text.substr(position));
        if (point.bytes == 0 || point.value == 0) return position;
        position += static_cast<std::size_t>(point.bytes);
    }
    return position;
}

}  // namespace ndlease::detail
