// SPDX-License-Identifier: Apache-2.0
#include "format/python_literal.hpp"

#include <cstddef>
#include <utility>

#include <ndlease/dims.hpp>
#include <ndlease/error.hpp>

#include "format/utf8.hpp"

namespace ndlease::detail {
namespace {

using Type = PythonLiteral::Type;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Recursion is bounded by max_literal_depth.
class Reader {
public:
    Reader(std::string_view text, const PythonLiteralOptions& options) : text_(text), options_(options) {}

    PythonLiteral read_all() {
        if (static_cast<std::int64_t>(text_.size()) > max_literal_bytes) {
            fail(max_literal_bytes, "the literal has " + std::to_string(text_.size()) + " bytes; at most " + std::to_string(max_literal_bytes) + " are read");
        }
        skip_space();
        PythonLiteral literal = read_value(1);
        skip_space();
        if (!at_end()) fail_expected("nothing more");
        return literal;
    }

private:
    [[noreturn]] static void fail(std::size_t position, const std::string& message) {
        throw Error(errc::bad_format, "byte " + std::to_string(position) + ": " + message, static_cast<std::int64_t>(position));
    }
    [[noreturn]] void fail_expected(const char* what) const {
        std::string found = "the end";
        if (!at_end()) {
            const auto byte = static_cast<unsigned char>(text_[position_]);
            found = byte >= 0x20 && byte < 0x7f ? std::string("'") + text_[position_] + '\'' : "byte " + std::to_string(byte);
        }
        fail(position_, "expected " + std::string(what) + ", found " + found);
    }

    [[nodiscard]] bool at_end() const { return position_ == text_.size(); }
    [[nodiscard]] char peek(std::size_t ahead = 0) const { return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0'; }
    [[nodiscard]] bool next_is(char c) const { return !at_end() && text_[position_] == c; }
    void skip_space() {
        while (!at_end() && std::string_view(" \t\n\r\f").find(text_[position_]) != std::string_view::npos) ++position_;
    }

    PythonLiteral read_value(int depth) {
        if (depth > max_literal_depth) fail(position_, "nested deeper than " + std::to_string(max_literal_depth));
        PythonLiteral literal;
        literal.position = static_cast<std::int64_t>(position_);
        const char c = peek();
        if (at_end()) fail_expected("a literal");
        if (c == '(') {
            read_sequence(literal, depth, ')');
        } else if (c == '[') {
            read_sequence(literal, depth, ']');
        } else if (c == '{') {
            read_dict(literal, depth);
        } else if (is_digit(c) || c == '-' || c == '+') {
            read_integer(literal);
        } else if (c == '\'' || c == '"' || ((c == 'b' || c == 'u' || c == 'B' || c == 'U') && (peek(1) == '\'' || peek(1) == '"'))) {
            read_string(literal);
        } else if (is_letter(c)) {
            read_word(literal);
        } else {
            fail_expected("a literal");
        }
        return literal;
    }

    void read_sequence(PythonLiteral& literal, int depth, char close) {
        literal.type = close == ')' ? Type::tuple : Type::list;
        bool comma = false;
        ++position_;
        for (skip_space(); !next_is(close); skip_space()) {
            if (!literal.items.empty() && !comma) fail_expected(close == ')' ? "',' or ')'" : "',' or ']'");
            literal.items.push_back(read_value(depth + 1));
            skip_space();
            comma = next_is(',');
            if (comma) ++position_;
        }
        ++position_;
        // (x) is x in brackets; only (x,) is a tuple.
        if (close == ')' && literal.items.size() == 1 && !comma) {
            PythonLiteral inner = std::move(literal.items.front());
            literal = std::move(inner);
        }
    }

    void read_dict(PythonLiteral& literal, int depth) {
        literal.type = Type::dict;
        bool comma = true;
        ++position_;
        for (skip_space(); !next_is('}'); skip_space()) {
            if (!comma) fail_expected("',' or '}'");
            literal.items.push_back(read_value(depth + 1));
            skip_space();
            if (!next_is(':')) fail_expected("':'");
            ++position_;
            skip_space();
            literal.items.push_back(read_value(depth + 1));
            skip_space();
            comma = next_is(',');
            if (comma) ++position_;
        }
        ++position_;
    }

    void read_integer(PythonLiteral& literal) {
        literal.type = Type::integer;
        const bool negative = peek() == '-';
        if (!is_digit(peek())) ++position_;
        if (!is_digit(peek())) fail_expected("a digit");
        if (peek() == '0' && is_digit(peek(1))) fail(position_, "a number must not start with 0");
        const std::size_t start = position_;
        for (; is_digit(peek()); ++position_) {
            const int digit = peek() - '0';
            std::int64_t value = 0;
            if (!mul_fits(literal.integer, 10, &value) || !(negative ? sub_fits(value, digit, &value) : add_fits(value, digit, &value))) {
                fail(start, "the number does not fit in 63 bits");
            }
            literal.integer = value;
        }
        if (options_.python2_longs && peek() == 'L') ++position_;
        if (is_letter(peek()) || peek() == '.') fail_expected("the end of a decimal integer");
    }

    void read_word(PythonLiteral& literal) {
        const std::size_t start = position_;
        while (is_letter(peek()) || is_digit(peek())) ++position_;
        const std::string_view word = text_.substr(start, position_ - start);
        if (word == "True" || word == "False") {
            literal.type = Type::boolean;
            literal.boolean = word == "True";
        } else if (word != "None") {
            fail(start, "expected a literal, found the name '" + std::string(word.substr(0, 40)) + "'; names are never evaluated");
        }
    }

    void read_string(PythonLiteral& literal) {
        literal.type = Type::text;
        const bool raw_bytes = peek() == 'b' || peek() == 'B';
        if (is_letter(peek())) ++position_;
        const std::size_t start = position_;
        const char quote = text_[position_++];
        while (!next_is(quote)) {
            if (at_end() || next_is('\n')) fail(start, "the string that starts here does not end");
            const auto byte = static_cast<unsigned char>(text_[position_]);
            if (byte == '\\') {
                read_escape(literal.text, raw_bytes);
            } else if (byte < 0x80) {
                literal.text += text_[position_++];
            } else if (options_.latin1 && !raw_bytes) {
                append_utf8(literal.text, byte);
                ++position_;
            } else {
                const CodePoint point = raw_bytes ? CodePoint{} : decode_utf8(text_.substr(position_));
                if (point.bytes == 0) fail(position_, raw_bytes ? "a b'' literal holds ASCII only" : "the string is no UTF-8 here");
                literal.text += text_.substr(position_, static_cast<std::size_t>(point.bytes));
                position_ += static_cast<std::size_t>(point.bytes);
            }
        }
        ++position_;
    }

    void read_escape(std::string& out, bool raw_bytes) {
        constexpr std::string_view letters = "\\'\"abfnrtv";
        constexpr std::string_view values = "\\'\"\a\b\f\n\r\t\v";
        const char c = peek(1);
        if (const std::size_t i = letters.find(c); c != '\0' && i != std::string_view::npos) {
            out += values[i];
            position_ += 2;
        } else if (c >= '0' && c <= '7') {
            std::uint32_t value = 0;
            ++position_;
            for (int digits = 0; digits < 3 && peek() >= '0' && peek() <= '7'; ++digits)
                value = value * 8 + static_cast<std::uint32_t>(text_[position_++] - '0');
            append_utf8(out, value);
        } else if (c == 'x' || (!raw_bytes && (c == 'u' || c == 'U'))) {
            read_hex_escape(out, c == 'x' ? 2 : c == 'u' ? 4 : 8);
        } else {
            fail(position_, "unknown escape in a string");
        }
    }

    void read_hex_escape(std::string& out, std::size_t digits) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            const int digit = hex_value(peek(2 + i));
            if (digit < 0) fail(position_, "expected " + std::to_string(digits) + " hexadecimal digits in the escape");
            value = value * 16 + static_cast<std::uint32_t>(digit);
        }
        if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) fail(position_, "the escape is no Unicode character");
        append_utf8(out, value);
        position_ += 2 + digits;
    }

    std::string_view text_;
    const PythonLiteralOptions& options_;
    std::size_t position_ = 0;
};

}  // namespace

const char* to_string(PythonLiteral::Type type) noexcept {
    switch (type) {
        case Type::none: return "None";
        case Type::boolean: return "a boolean";
        case Type::integer: return "an integer";
        case Type::text: return "a string";
        case Type::tuple: return "a tuple";
        case Type::list: return "a list";
        case Type::dict: return "a dict";
    }
    return "a literal";
}

PythonLiteral parse_python_literal(std::string_view text, const PythonLiteralOptions& options) { return Reader(text, options).read_all(); }

}  // namespace ndlease::detail
