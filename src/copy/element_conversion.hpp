// SPDX-License-Identifier: Apache-2.0
// Conversions that treat every number of a copy alike: devices do these themselves.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "backend/convert_job.hpp"
#include "copy/conversion.hpp"

namespace ndlease::copying {

/// Repetitions inside of an item come as loops, outermost first.
struct ItemConversion {
    static constexpr int max_loops = 3;
    backend::ElementConversion how;
    std::array<detail::ConversionLoop, max_loops> loops{};
    int loop_count = 0;
    std::int64_t dst_bytes = 0, src_bytes = 0;  ///< of an element

    void repeat(std::int64_t count, std::int64_t dst_stride, std::int64_t src_stride) noexcept {
        if (count != 1) loops[static_cast<std::size_t>(loop_count++)] = {count, dst_stride, src_stride};
    }
};

/// Nothing for conversions that look at the values first, for records (but those that are byte swaps throughout), text of other lengths, and numbers of
/// 128 bits, less than a byte, float8 and x87. `program` is that of the two formats.
[[nodiscard]] std::optional<ItemConversion> find_item_conversion(const ConversionProgram& program, const Format& to, const Format& from);

/// The geometry of the elements, from that of the items, with no more than max_rank axes and loops together.
[[nodiscard]] detail::CopyTask element_task(const detail::CopyTask& items, const ItemConversion& conversion);

}  // namespace ndlease::copying
