// SPDX-License-Identifier: Apache-2.0
#include "format/scan.hpp"

#include <ndlease/error.hpp>

#include "format/utf8.hpp"

namespace ndlease::detail {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string quoted(std::string_view text, std::size_t position) {
    if (position >= text.size()) return "the end of the string";
    const char c = text[position];
    if (c > ' ' && c <= '~') return {'\'', c, '\''};
    if (c == ' ') return "a space";
    constexpr char digits[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    return {'b', 'y', 't', 'e', ' ', '0', 'x', digits[byte / 16], digits[byte % 16]};
}

}  // namespace

void Scanner::skip_space() noexcept {
    while (position_ < text_.size() && is_space(text_[position_])) ++position_;
}

std::int64_t Scanner::count() {
    if (!is_digit(next())) fail("digits");
    const std::size_t start = position_;
    std::int64_t value = 0;
    for (; is_digit(next()); ++position_) {
        if (mul_fits(value, 10, &value) && add_fits(value, next() - '0', &value)) continue;
        throw Error(errc::overflow, "byte " + std::to_string(start) + ": expected a number of at most 63 bits, found a larger one",
                    static_cast<std::int64_t>(start));
    }
    return value;
}

void Scanner::shape(Dims& extents) {
    for (;;) {
        skip_space();
        if (!is_digit(next())) fail("an extent");
        if (extents.size() == max_rank) fail("at most " + std::to_string(max_rank) + " extents");
        extents.push_back(count());
        skip_space();
        const char separator = next();
        if (separator != ',' && separator != ')') fail("',' or ')' after an extent");
        advance();
        if (separator == ')') return;
    }
}

std::string_view Scanner::name() {
    const std::size_t start = position_ + 1;
    const std::size_t end = text_.find(':', start);
    if (end == std::string_view::npos) fail_at(text_.size(), "':' that ends the name begun at byte " + std::to_string(position_));
    const std::string_view name = text_.substr(start, end - start);
    const std::size_t bad = find_bad_utf8(name);
    if (bad != name.size()) fail_at(start + bad, "UTF-8 without NUL in a name");
    position_ = end + 1;
    return name;
}

void Scanner::fail_at(std::size_t position, const std::string& expected) const {
    throw Error(errc::bad_format, "byte " + std::to_string(position) + ": expected " + expected + ", found " + quoted(text_, position),
                static_cast<std::int64_t>(position));
}

}  // namespace ndlease::detail
