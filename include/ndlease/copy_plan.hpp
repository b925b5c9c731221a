// SPDX-License-Identifier: Apache-2.0
// CopyPlan: one copy, normalised and classified, to look at and to run again.
#pragma once

#include <cstdint>
#include <string>

#include <ndlease/copy.hpp>
#include <ndlease/export.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

/// The way a backend moves the bytes.
enum class CopyPath : std::uint8_t {
    nothing,    ///< no element
    one_run,    ///< one contiguous run on both sides
    rows,       ///< contiguous runs at strides
    broadcast,  ///< one item, or one run, written many times
    tiles,      ///< the two sides are contiguous along different axes: tiles through the cache
    gather,     ///< item by item
    convert,    ///< items change format on the way
    indirect,   ///< a side has suboffsets: pointers are followed
};
[[nodiscard]] NDLEASE_API const char* to_string(CopyPath path) noexcept;

/// A plan owns no memory and keeps no lease: the Views it was made from, or others of the same layouts and formats, must live
/// while it runs. Immutable once made; any number of threads may run it.
class NDLEASE_API CopyPlan {
public:
    /// The checks of ndlease::copy, but for those on the values (errc::lossy). Allocates nothing for rank <= 8 without conversion.
    [[nodiscard]] static CopyPlan make(const View& dst, const View& src, const CopyOptions& options = {});

    /// Copies between the Views that the plan was made from.
    void run() const;
    /// Copies between other addresses of the same layouts, formats and alignments, which are not checked; overlap is checked anew.
    void run(void* dst, const void* src) const;

    [[nodiscard]] CopyPath path() const noexcept;
    [[nodiscard]] std::int64_t useful_bytes() const noexcept;  ///< read and written: items of both sides, each once
    [[nodiscard]] int rank() const noexcept;                   ///< after simplification
    [[nodiscard]] std::int64_t word_bytes() const noexcept;    ///< the unit that is moved at once
    /// Several lines for people: path, why, simplified shape, strides of both sides, word, temporary or not.
    [[nodiscard]] std::string describe() const;

    // (The copy engine's author replaces this line by the plan's members.)
};

}  // namespace ndlease
