// SPDX-License-Identifier: Apache-2.0
// What the adaptors for C++ and CUDA libraries share: Views counted in elements instead of bytes, and numbers of foreign enumerations.
#pragma once

#include <cstdint>
#include <type_traits>

#include <ndlease/dims.hpp>
#include <ndlease/export.hpp>
#include <ndlease/format.hpp>
#include <ndlease/layout.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

/// An enumerator of another library by its number; it becomes that library's enumeration where one is wanted, so that no header of it is needed here.
struct EnumNumber {
    int value = 0;
    template <class Enumeration>
    requires std::is_enum_v<Enumeration>
    constexpr operator Enumeration() const noexcept { return static_cast<Enumeration>(value); }  // NOLINT(google-explicit-constructor): that is what it is for
    friend constexpr bool operator==(EnumNumber, EnumNumber) noexcept = default;
};

namespace detail {

/// Strides of `view` in elements. Those of axes that never move (extent 1, or a view without elements) are 0. `library` is who wants to know.
/// Throws Error{errc::bad_layout}: suboffsets; a stride that is no multiple of the itemsize (index() is the axis).
[[nodiscard]] NDLEASE_API Dims element_strides(const View& view, const char* library);

/// Refuses items that are no native numbers with the number that `library` has for their type, and addresses that are no multiple of the
/// item's size (of 16 at most). Throws Error: errc::not_expressible, errc::bad_layout. Returns the cudaDataType_t.
[[nodiscard]] NDLEASE_API int cuda_number(const View& view, const char* library);

/// The other way: strides in elements to a Layout in bytes. Where an extent is 0 the strides mean nothing.
/// Throws Error{errc::overflow}, index() is the axis, and what Layout throws.
[[nodiscard]] NDLEASE_API Layout layout_of_elements(int rank, const std::int64_t* extents, const std::int64_t* strides, std::int64_t itemsize);

/// One axis that several operands share: strides in elements, one per operand.
struct SharedAxis {
    static constexpr int most_operands = 3;
    int axis = 0;  ///< in the view that messages name
    std::int64_t extent = 1;
    std::int64_t stride[most_operands] = {};
};

/// Axes over which operands go side by side, in any order as long as it is the same for all.
struct SharedAxes {
    int count = 0;
    SharedAxis axes[max_rank];
    /// Elements from each operand's element (0,...,0) to where the axes begin: those that run backwards in operand 0 are turned round in all.
    std::int64_t start[SharedAxis::most_operands] = {};
};

/// Drops axes of extent 1, turns those round that run backwards in operand 0, sorts them (largest stride of operand 0 first) and joins neighbours where
/// every operand's strides allow it. Axes without elements stay as they are.
NDLEASE_API void join(SharedAxes& shared, int operands) noexcept;

}  // namespace detail
}  // namespace ndlease
