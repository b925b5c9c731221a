// SPDX-License-Identifier: Apache-2.0
// Reading the characters of a format string: counts, shapes, names, and errors that say where and what.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <ndlease/dims.hpp>

namespace ndlease::detail {

class Scanner {
public:
    explicit Scanner(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] std::size_t position() const noexcept { return position_; }
    [[nodiscard]] bool at_end() const noexcept { return position_ == text_.size(); }
    /// The next character; NUL at the end, which no rule accepts either.
    [[nodiscard]] char next(std::size_t ahead = 0) const noexcept { return text_.size() - position_ > ahead ? text_[position_ + ahead] : '\0'; }
    void advance(std::size_t count = 1) noexcept { position_ += count; }
    void skip_space() noexcept;

    /// A run of digits, which must be there. Throws Error{errc::overflow} above 63 bits.
    [[nodiscard]] std::int64_t count();
    /// "(2,3)" behind its "(": appends the extents. White space around them is skipped.
    void shape(Dims& extents);
    /// What lies between the ":" that comes next and the following one.
    [[nodiscard]] std::string_view name();

    /// Throws Error{errc::bad_format} "byte N: expected ..., found ..." for what comes next.
    [[noreturn]] void fail(const std::string& expected) const { fail_at(position_, expected); }
    [[noreturn]] void fail_at(std::size_t position, const std::string& expected) const;

private:
    std::string_view text_;
    std::size_t position_ = 0;
};

}  // namespace ndlease::detail
