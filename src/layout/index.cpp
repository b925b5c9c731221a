// SPDX-License-Identifier: Apache-2.0
#include <ndlease/index.hpp>

#include <charconv>
#include <string>

#include <ndlease/error.hpp>

namespace ndlease {
namespace {

/// What stands at one place of a slice, or alone: a number or None.
using Part = std::optional<std::int64_t>;

class IndexParser {
public:
    explicit IndexParser(std::string_view text) : text_(text) {}

    IndexExpression parse() {
        skip_space();
        const char close = closing(peek());
        if (close == '\0') {
            parse_terms('\0');
        } else {
            ++position_;
            parse_bracketed(close);
        }
        if (!at_end()) expected("nothing more");
        return std::move(terms_);
    }

private:
    static char closing(char open) { return open == '[' ? ']' : open == '(' ? ')' : '\0'; }

    /// After the opening bracket; "[(1, 2)]" is the same as "[1, 2]".
    void parse_bracketed(char close) {
        skip_space();
        if (close == ']' && peek() == '(') {
            ++position_;
            skip_space();
            if (peek() != ')') parse_terms(')');
            take(')');
        } else if (peek() != close) {
            parse_terms(close);
        }
        take(close);
    }

    /// One term or more, up to `close` (the end of the text when '\0'), which stays; one comma may come last.
    void parse_terms(char close) {
        for (;;) {
            terms_.push_back(parse_term());
            skip_space();
            if (peek() != ',') break;
            ++position_;
            skip_space();
            if (at_end() ? close == '\0' : peek() == close) break;
        }
        const bool complete = at_end() ? close == '\0' : peek() == close;
        if (!complete) expected(close == ']' ? "',' or ']'" : close == ')' ? "',' or ')'" : "',' or the end");
    }

    IndexTerm parse_term() {
        const std::size_t start = position_;
        if (take_word("...")) {
            if (has_ellipsis_) fail(start, "a second '...'; an index has at most one");
            has_ellipsis_ = true;
            return IndexEllipsis{};
        }
        if (peek() == ':') return parse_slice({});
        const Part first = parse_part("a number, ':', '...' or None");
        skip_space();
        if (peek() == ':') return parse_slice(first);
        if (!first) return IndexNewAxis{};
        return *first;
    }

    /// From the first ':' on.
    IndexSlice parse_slice(Part start) {
        IndexSlice slice;
        slice.start = start;
        ++position_;
        slice.stop = parse_optional_part();
        if (peek() != ':') return slice;
        ++position_;
        skip_space();
        const std::size_t step_position = position_;
        slice.step = parse_optional_part();
        if (slice.step == 0) fail(step_position, "a step of 0; a slice steps by another number");
        return slice;
    }

    /// A part that may be left out, and the space around it.
    Part parse_optional_part() {
        skip_space();
        if (at_end() || peek() == ':' || peek() == ',' || peek() == ']' || peek() == ')') return {};
        const Part part = parse_part("a number, None, ':' or ','");
        skip_space();
        return part;
    }

    Part parse_part(const char* wanted) {
        if (take_word("None") || take_word("np.newaxis") || take_word("newaxis")) return {};
        const std::size_t start = position_;
        if (peek() == '-' || peek() == '+') ++position_;
        const std::size_t digits = position_;
        while (is_digit(peek())) ++position_;
        if (digits == position_) expected(digits == start ? wanted : "a digit");
        if (text_[digits] == '0' && position_ - digits > 1) fail(digits, "a number with a leading 0");
        std::int64_t number = 0;
        const char* const from = text_.data() + (text_[start] == '+' ? digits : start);
        if (std::from_chars(from, text_.data() + position_, number).ec != std::errc()) fail(start, "a number that does not fit in 63 bits");
        return number;
    }

    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    [[nodiscard]] bool at_end() const { return position_ == text_.size(); }
    /// The next character; NUL at the end, which no rule accepts when it stands in the text.
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[position_]; }
    void skip_space() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++position_;
    }
    bool take_word(std::string_view word) {
        if (text_.substr(position_, word.size()) != word) return false;
        position_ += word.size();
        return true;
    }
    void take(char close) {
        if (at_end() || peek() != close) expected(close == ']' ? "']'" : "')'");
        ++position_;
        skip_space();
    }

    [[noreturn]] void expected(const char* what) const {
        std::string found = "the end";
        if (!at_end()) {
            const auto byte = static_cast<unsigned char>(text_[position_]);
            const char* const hex = "0123456789abcdef";
            if (byte > 0x20 && byte < 0x7f) {
                found = std::string("'") + text_[position_] + '\'';
            } else {
                found = std::string("byte 0x") + hex[byte >> 4] + hex[byte & 15];
            }
        }
        fail(position_, std::string("expected ") + what + ", found " + found);
    }
    [[noreturn]] static void fail(std::size_t position, const std::string& why) {
        throw Error(errc::bad_format, "index, byte " + std::to_string(position) + ": " + why, static_cast<std::int64_t>(position));
    }

    std::string_view text_;
    std::size_t position_ = 0;
    bool has_ellipsis_ = false;
    IndexExpression terms_;
};

}  // namespace

IndexExpression parse_index(std::string_view text) { return IndexParser(text).parse(); }

}  // namespace ndlease
