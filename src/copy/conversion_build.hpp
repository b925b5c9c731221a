// SPDX-License-Identifier: Apache-2.0
// Walks two formats side by side and writes the steps and checks that turn items of one into items of the other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <ndlease/copy.hpp>
#include <ndlease/format.hpp>

#include "copy/conversion_step.hpp"

namespace ndlease::detail {

class ConversionBuilder {
public:
    explicit ConversionBuilder(Conversion mode) noexcept : mode_(mode) {}

    /// Throws Error{errc::not_expressible} whose message starts with the field's path where there is one.
    void build(const Format& to, const Format& from);

    std::vector<ConversionStep> steps;
    std::vector<ConversionCheck> checks;

private:
    /// Bytes of the destination that a part of the format writes; two parts may write the same only as copies of the same bytes.
    struct Written {
        std::int64_t begin, end;
        std::int64_t shift;  ///< source offset minus destination offset
        bool copied;
        std::string path;
    };

    void item(const Format& to, std::int64_t dst_offset, const Format& from, std::int64_t src_offset);
    void record(const Format& to, std::int64_t dst_offset, const Format& from, std::int64_t src_offset);
    void subarray(const Format& to, std::int64_t dst_offset, const Format& from, std::int64_t src_offset);
    void scalar(const Format& to, std::int64_t dst_offset, const Format& from, std::int64_t src_offset);
    void number(const Format& to, std::int64_t dst_offset, const Format& from, std::int64_t src_offset);
    void text(const Format& to, std::int64_t dst_offset, const Format& from, std::int64_t src_offset);
    void bytes(ConversionStep::Kind kind, std::int64_t dst_offset, std::int64_t src_offset, std::int64_t size, std::int64_t unit,
               const std::string& description);
    void refuse_overlap(std::size_t first_written) const;
    [[noreturn]] void refuse(const Format& to, const Format& from, std::string_view why) const;
    [[nodiscard]] std::string describe_part(const Format& to, const Format& from) const;

    Conversion mode_;
    std::string path_;
    std::vector<Written> written_;
    std::size_t fuse_from_ = 0;  ///< steps from this on may grow by what follows them
};

}  // namespace ndlease::detail
