// SPDX-License-Identifier: Apache-2.0
// NumPy's typestr: byte order, kind letter, count.
#include <charconv>
#include <string>

#include <ndlease/abi.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>

#include "format/refusal.hpp"

namespace ndlease {
namespace {

struct Code {
    char letter;
    std::int64_t bytes;
    Kind kind;
    int bits;
};
constexpr Code codes[] = {
    {'b', 1, Kind::boolean, 8},           {'i', 1, Kind::integer, 8},          {'i', 2, Kind::integer, 16},          {'i', 4, Kind::integer, 32},
    {'i', 8, Kind::integer, 64},          {'u', 1, Kind::unsigned_integer, 8}, {'u', 2, Kind::unsigned_integer, 16}, {'u', 4, Kind::unsigned_integer, 32},
    {'u', 8, Kind::unsigned_integer, 64}, {'f', 2, Kind::floating, 16},        {'f', 4, Kind::floating, 32},         {'f', 8, Kind::floating, 64},
    {'c', 8, Kind::complex, 64},          {'c', 16, Kind::complex, 128},
};

// f12, f16, c24 and c32 mean the host's long double, and nothing where that is another size: the code itself does not say which of
// x87, binary128 and double-double it is.
bool is_long_double(char letter, std::int64_t bytes) {
    const std::int64_t host = Abi::host().long_double_.size;
    return host > 8 && ((letter == 'f' && bytes == host) || (letter == 'c' && bytes == 2 * host));
}

Format long_double(bool pair, ByteOrder order) {
    if (Abi::host().long_double_kind == LongDouble::x87) return Format::number(pair ? Kind::complex_x87 : Kind::x87, pair ? 160 : 80, order);
    return Format::number(pair ? Kind::complex : Kind::floating, pair ? 256 : 128, order);
}

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    Format read() {
        const char order = read_order();
        if (position_ == text_.size()) fail("a kind letter was expected");
        const char letter = text_[position_++];
        switch (letter) {
            case 'M':
            case 'm': return read_time(letter, order);
            case 'O': return read_object();
            default: break;
        }
        const std::size_t count_at = position_;
        const std::int64_t count = read_count();
        if (position_ != text_.size()) fail("nothing more was expected");
        switch (letter) {
            case 'S': return Format::text(Kind::bytes, count);
            case 'V': return Format::opaque(count);
            case 'U': return Format::text(Kind::ucs4, count, count == 0 && order == '|' ? ByteOrder::native : byte_order(order));
            case 't': return Format::bit_field(count);
            default: break;
        }
        for (const Code& code : codes) {
            if (code.letter == letter && code.bytes == count) return Format::number(code.kind, code.bits, count == 1 ? ByteOrder::native : byte_order(order));
        }
        if (is_long_double(letter, count)) return long_double(letter == 'c', byte_order(order));
        if (std::string_view("biufc").find(letter) == std::string_view::npos) {
            position_ = count_at - 1;
            fail("unknown kind letter");
        }
        position_ = count_at;
        fail("the kind has no such size here");
    }

private:
    [[noreturn]] void fail(const char* why) const {
        throw Error(errc::bad_format, "typestr '" + std::string(text_.substr(0, 80)) + "', byte " + std::to_string(position_) + ": " + why,
                    static_cast<std::int64_t>(position_));
    }

    char read_order() {
        if (text_.empty()) fail("it is empty");
        if (std::string_view("<>|=").find(text_[0]) == std::string_view::npos) return '=';  // NumPy takes a missing order as native
        position_ = 1;
        return text_[0];
    }

    [[nodiscard]] ByteOrder byte_order(char order) const {
        if (order == '|') fail("several bytes need a byte order '<' or '>'");
        return order == '<' ? ByteOrder::little : order == '>' ? ByteOrder::big : ByteOrder::native;
    }

    std::int64_t read_count() {
        std::int64_t count = 0;
        const char* const first = text_.data() + position_;
        const char* const last = text_.data() + text_.size();
        if (first == last || *first < '0' || *first > '9') fail("a count was expected");
        const auto [end, error] = std::from_chars(first, last, count);
        if (error != std::errc()) fail("the count does not fit in 63 bits");
        position_ += static_cast<std::size_t>(end - first);
        return count;
    }

    Format read_time(char letter, char order) {
        if (position_ == text_.size() || text_[position_] != '8') fail("'8' was expected: times have 8 bytes");
        ++position_;
        std::string_view unit;
        if (position_ != text_.size()) {
            if (text_[position_] != '[' || text_.back() != ']') fail("a unit in brackets was expected");
            unit = text_.substr(position_ + 1, text_.size() - position_ - 2);
            if (unit.empty()) fail("a unit was expected between the brackets");
            if (unit == "generic") unit = {};
        }
        return Format::time(letter == 'M' ? Kind::datetime : Kind::timedelta, unit, byte_order(order));
    }

    Format read_object() {
        if (position_ != text_.size() && read_count() != static_cast<std::int64_t>(sizeof(void*))) fail("an object has the size of a pointer");
        if (position_ != text_.size()) fail("nothing more was expected");
        return Format::py_object();
    }

    std::string_view text_;
    std::size_t position_ = 0;
};

char order_character(const Format& format) {
    switch (format.byte_order()) {
        case ByteOrder::little: return '<';
        case ByteOrder::big: return '>';
        case ByteOrder::none: break;
    }
    return '|';
}

std::string with_order(const Format& format, char letter, std::int64_t count) { return {order_character(format) + (letter + std::to_string(count))}; }

}  // namespace

Format parse_typestr(std::string_view text) { return Reader(text).read(); }

std::string print_typestr(const Format& format) {
    const Kind kind = format.kind();
    switch (kind) {
        case Kind::character:
        case Kind::bytes: return "|S" + std::to_string(format.itemsize());
        case Kind::opaque:
        case Kind::record: return "|V" + std::to_string(format.itemsize());
        case Kind::ucs4: return with_order(format, 'U', format.length());
        case Kind::bit_field: return "|t" + std::to_string(format.bits());
        case Kind::py_object:
            if (format.itemsize() != static_cast<std::int64_t>(sizeof(void*))) detail::refuse(format, "typestr", "it is another platform's");
            return "|O";
        case Kind::datetime:
        case Kind::timedelta: {
            const std::string code = with_order(format, kind == Kind::datetime ? 'M' : 'm', 8);
            return format.unit().empty() ? code : code + '[' + std::string(format.unit()) + ']';
        }
        default: break;
    }
    for (const Code& code : codes) {
        if (code.kind == kind && code.bits == format.bits()) return with_order(format, code.letter, code.bytes);
    }
    for (const bool pair : {false, true}) {
        const char letter = pair ? 'c' : 'f';
        if (!is_long_double(letter, format.itemsize())) continue;
        const Format host = long_double(pair, ByteOrder::native);
        if (host.kind() == kind && host.bits() == format.bits()) return with_order(format, letter, format.itemsize());
    }
    detail::refuse(format, "typestr");
}

}  // namespace ndlease
