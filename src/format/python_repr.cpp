// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <ndlease/error.hpp>

#include "format/python_literal.hpp"
#include "format/utf8.hpp"

namespace ndlease::detail {
namespace {

struct Range {
    std::uint32_t first, last;
};
// Unicode 15's controls, format characters, separators but the space, private use, and noncharacters: what Python's repr() escapes.
// Code points that are merely unassigned are written as they are; both forms read back the same.
constexpr Range unprintable[] = {
    {0x0, 0x1f},        {0x7f, 0xa0},       {0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},      {0x6dd, 0x6dd},     {0x70f, 0x70f},
    {0x890, 0x891},     {0x8e2, 0x8e2},     {0x1680, 0x1680},   {0x180e, 0x180e},   {0x2000, 0x200f},    {0x2028, 0x202f},   {0x205f, 0x206f},
    {0x3000, 0x3000},   {0xe000, 0xf8ff},   {0xfeff, 0xfeff},   {0xfff0, 0xfffb},   {0xfffe, 0xffff},    {0x110bd, 0x110bd}, {0x110cd, 0x110cd},
    {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe00ff}, {0xe01f0, 0x10ffff},
};

bool is_printable(std::uint32_t value) {
    for (const Range& range : unprintable) {
        if (value >= range.first && value <= range.last) return false;
    }
    return true;
}

void append_hex(std::string& out, std::uint32_t value, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> static_cast<unsigned>(shift) & 0xfU];
}

}  // namespace

std::string python_repr(std::string_view text) {
    const bool double_quotes = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
    const char quote = double_quotes ? '"' : '\'';
    std::string out(1, quote);
    while (!text.empty()) {
        const CodePoint point = decode_utf8(text);
        if (point.bytes == 0) throw Error(errc::not_expressible, "a field name is no UTF-8, which is all that descr can say");
        const std::string_view bytes = text.substr(0, static_cast<std::size_t>(point.bytes));
        text.remove_prefix(bytes.size());
        const std::uint32_t value = point.value;
        if (value == '\\' || value == static_cast<std::uint32_t>(quote)) {
            out += '\\';
            out += bytes;
        } else if (value == '\n' || value == '\r' || value == '\t') {
            out += value == '\n' ? "\\n" : value == '\r' ? "\\r" : "\\t";
        } else if (is_printable(value)) {
            out += bytes;
        } else {
            out += value < 0x100 ? "\\x" : value < 0x10000 ? "\\u" : "\\U";
            append_hex(out, value, value < 0x100 ? 2 : value < 0x10000 ? 4 : 8);
        }
    }
    return out + quote;
}

}  // namespace ndlease::detail
