// SPDX-License-Identifier: Apache-2.0
// Arrow's C data interface format strings, the fixed-width primitive ones.
#include <charconv>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>

#include "format/refusal.hpp"

namespace ndlease {
namespace {

struct Code {
    char letter;
    Kind kind;
    int bits;
};
constexpr Code codes[] = {
    {'c', Kind::integer, 8},   {'C', Kind::unsigned_integer, 8},  {'s', Kind::integer, 16},  {'S', Kind::unsigned_integer, 16},
    {'i', Kind::integer, 32},  {'I', Kind::unsigned_integer, 32}, {'l', Kind::integer, 64},  {'L', Kind::unsigned_integer, 64},
    {'e', Kind::floating, 16}, {'f', Kind::floating, 32},         {'g', Kind::floating, 64}, {'b', Kind::bit_field, 1},
};

struct Unit {
    char letter;
    const char* numpy;
};
constexpr Unit units[] = {{'s', "s"}, {'m', "ms"}, {'u', "us"}, {'n', "ns"}};

[[noreturn]] void throw_unreadable(std::string_view text, std::int64_t position, const std::string& why) {
    throw Error(errc::bad_format, "Arrow format '" + std::string(text) + "': " + why, position);
}

[[noreturn]] void throw_unsupported(std::string_view text, const char* what) {
    throw Error(errc::not_expressible, "Arrow format '" + std::string(text) + "': " + what + " cannot be an item of fixed width");
}

Format parse_fixed_binary(std::string_view text) {
    const char* const first = text.data() + 2;
    const char* const last = text.data() + text.size();
    std::int64_t bytes = 0;
    const auto [end, error] = std::from_chars(first, last, bytes);
    // Arrow's own limit is a signed 32-bit width.
    if (first == last || *first == '-' || end != last || error != std::errc() || bytes > 0x7fffffff) {
        throw_unreadable(text, 2, "a width of 0 to 2147483647 bytes was expected after 'w:'");
    }
    return Format::opaque(bytes);
}

// "ts?:zone" and "tD?"
Format parse_time(std::string_view text) {
    const bool datetime = text[1] == 's';
    if (text.size() < 3) throw_unreadable(text, 2, "a unit s, m, u or n was expected");
    for (const Unit& unit : units) {
        if (unit.letter != text[2]) continue;
        if (!datetime) {
            if (text.size() != 3) throw_unreadable(text, 3, "nothing was expected after the unit of a duration");
            return Format::time(Kind::timedelta, unit.numpy);
        }
        if (text.size() < 4 || text[3] != ':') throw_unreadable(text, 3, "':' was expected after the unit of a timestamp");
        if (text.size() > 4) throw Error(errc::not_expressible, "Arrow format '" + std::string(text) + "': a Format has no time zones", 4);
        return Format::time(Kind::datetime, unit.numpy);
    }
    throw_unreadable(text, 2, "a unit s, m, u or n was expected");
}

}  // namespace

Format parse_arrow_format(std::string_view text) {
    if (text.empty()) throw_unreadable(text, 0, "it is empty");
    if (text.size() == 1) {
        for (const Code& code : codes) {
            if (code.letter != text[0]) continue;
            return code.kind == Kind::bit_field ? Format::bit_field(1) : Format::number(code.kind, code.bits);
        }
    }
    switch (text[0]) {
        case 'w':
            if (text.size() < 2 || text[1] != ':') throw_unreadable(text, 1, "':' was expected after 'w'");
            return parse_fixed_binary(text);
        case 't':
            if (text.size() >= 2 && (text[1] == 's' || text[1] == 'D')) return parse_time(text);
            if (text.size() == 3 && (text[1] == 'd' || text[1] == 't' || text[1] == 'i')) {
                throw Error(errc::not_expressible, "Arrow format '" + std::string(text) + "': a Format has no dates, times of day or intervals");
            }
            break;
        case '+': throw_unsupported(text, "a nested type");
        case 'u':
        case 'U':
        case 'z':
        case 'Z':
        case 'v': throw_unsupported(text, "a type of variable length");
        case 'n': throw_unsupported(text, "the null type");
        case 'd':
            if (text.size() >= 2 && text[1] == ':') {
                throw Error(errc::not_expressible, "Arrow format '" + std::string(text) + "': a Format has no decimals");
            }
            break;
        default: break;
    }
    throw_unreadable(text, 0, "unknown");
}

std::string print_arrow_format(const Format& format) {
    constexpr const char* target = "Arrow";
    const Kind kind = format.kind();
    if (!format.is_native()) detail::refuse(format, target, "its byte order is not this machine's");
    switch (kind) {
        case Kind::character:
        case Kind::bytes:
        case Kind::opaque:
            if (format.itemsize() > 0x7fffffff) detail::refuse(format, target, "its width is above 2147483647 bytes");
            return "w:" + std::to_string(format.itemsize());
        case Kind::datetime:
        case Kind::timedelta:
            for (const Unit& unit : units) {
                if (format.unit() == unit.numpy) return kind == Kind::datetime ? std::string("ts") + unit.letter + ':' : std::string("tD") + unit.letter;
            }
            detail::refuse(format, target, "its unit '" + std::string(format.unit()) + "' is none of s, ms, us, ns");
        case Kind::boolean: detail::refuse(format, target, "its booleans are single bits");
        default: break;
    }
    for (const Code& code : codes) {
        if (code.kind == kind && code.bits == format.bits()) return {code.letter};
    }
    detail::refuse(format, target);
}

}  // namespace ndlease
