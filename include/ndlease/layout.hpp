// SPDX-License-Identifier: Apache-2.0
// Layout: shape and byte strides, with optional suboffsets. It knows no memory and no format.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>

#include <ndlease/dims.hpp>
#include <ndlease/export.hpp>

namespace ndlease {

enum class Order : std::uint8_t {
    c,    ///< last index fastest
    f,    ///< first index fastest
    any,  ///< either
};

/// Bytes [lower, upper) that the elements touch, relative to element (0,...,0); both 0 when there is no element.
struct ByteExtent {
    std::int64_t lower = 0;
    std::int64_t upper = 0;
    friend constexpr bool operator==(ByteExtent, ByteExtent) noexcept = default;
};

/// An answer about overlap; `may` means that the search gave up at its work limit.
enum class Overlap : std::uint8_t { no, yes, may };

class NDLEASE_API Layout {
public:
    /// Rank 0: one element.
    Layout() noexcept = default;
    Layout(const Layout&) = default;
    Layout& operator=(const Layout& other) { return *this = Layout(other); }
    /// The other one holds some layout afterwards, whole and usable.
    Layout(Layout&& other) noexcept
        : shape_(std::move(other.shape_)),
          strides_(std::move(other.strides_)),
          suboffsets_(std::move(other.suboffsets_)),
          size_(std::exchange(other.size_, 1)) {}
    Layout& operator=(Layout&& other) noexcept {
        shape_ = std::move(other.shape_);
        strides_ = std::move(other.strides_);
        suboffsets_ = std::move(other.suboffsets_);
        size_ = std::exchange(other.size_, 1);
        return *this;
    }
    ~Layout() = default;
    /// Strides are bytes, of any sign. Throws Error: errc::bad_layout when the lengths differ or an extent is negative (naming
    /// the axis), errc::out_of_range above max_rank, errc::overflow when the number of elements or the distance between two
    /// elements does not fit in 63 bits. Strides of axes with extent 1 are kept as they are and never matter; where an extent
    /// is 0 there is no element, and no stride or product matters.
    Layout(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides);
    Layout(std::initializer_list<std::int64_t> shape, std::initializer_list<std::int64_t> strides);
    /// PEP 3118's indirect dimensions: where suboffsets[i] >= 0, the address found after axis i is a pointer to follow, and
    /// suboffsets[i] bytes are added to it. All negative, or empty, means none; negative ones are kept as -1.
    Layout(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides, std::span<const std::int64_t> suboffsets);

    /// Without gaps, last (c) or first (f) index fastest. itemsize in bytes, >= 0. Throws as the constructors do, and
    /// errc::overflow when the bytes of all elements do not fit in 63 bits.
    [[nodiscard]] static Layout c_order(std::span<const std::int64_t> shape, std::int64_t itemsize);
    [[nodiscard]] static Layout f_order(std::span<const std::int64_t> shape, std::int64_t itemsize);
    [[nodiscard]] static Layout c_order(std::initializer_list<std::int64_t> shape, std::int64_t itemsize);
    [[nodiscard]] static Layout f_order(std::initializer_list<std::int64_t> shape, std::int64_t itemsize);

    [[nodiscard]] int rank() const noexcept { return shape_.size(); }
    [[nodiscard]] const Dims& shape() const noexcept { return shape_; }
    [[nodiscard]] const Dims& strides() const noexcept { return strides_; }        ///< bytes
    [[nodiscard]] const Dims& suboffsets() const noexcept { return suboffsets_; }  ///< empty when no dimension is indirect
    [[nodiscard]] bool is_indirect() const noexcept { return !suboffsets_.empty(); }
    [[nodiscard]] std::int64_t extent(int axis) const { return shape_[checked_axis(axis)]; }
    [[nodiscard]] std::int64_t stride(int axis) const { return strides_[checked_axis(axis)]; }
    [[nodiscard]] std::int64_t size() const noexcept { return size_; }  ///< number of elements; 1 for rank 0
    [[nodiscard]] bool is_empty() const noexcept { return size_ == 0; }

    /// `axis` in [-rank, rank), counted from the end when negative, as [0, rank). Throws Error{errc::out_of_range}.
    [[nodiscard]] int checked_axis(int axis) const {
        const int r = rank();
        if (axis >= 0 && axis < r) return axis;
        return checked_axis_slow(axis);
    }

    /// Relaxed contiguity: strides of axes with extent 1, and all strides of an empty layout, do not matter. Never with suboffsets.
    [[nodiscard]] bool is_contiguous(Order order, std::int64_t itemsize) const noexcept;
    /// Bytes that the elements touch; their number fits in 63 bits, else Error{errc::overflow}. Items of 0 bytes touch none.
    /// Throws Error{errc::bad_layout} with suboffsets (there it is unknown).
    [[nodiscard]] ByteExtent byte_extent(std::int64_t itemsize) const;
    /// Bytes from element (0,...,0) to the element of these indices, each in [0, extent). Throws Error{errc::out_of_range},
    /// Error{errc::bad_layout} with suboffsets.
    [[nodiscard]] std::int64_t offset_of(std::span<const std::int64_t> indices) const;

    /// Same shape and suboffsets, and same strides where they matter.
    friend NDLEASE_API bool operator==(const Layout& a, const Layout& b) noexcept;

private:
    [[nodiscard]] int checked_axis_slow(int axis) const;
    /// Shape and size checked for c_order and f_order; the strides have their length and no values yet.
    [[nodiscard]] static Layout without_gaps(std::span<const std::int64_t> shape, std::int64_t itemsize);

    Dims shape_;
    Dims strides_;
    Dims suboffsets_;
    std::int64_t size_ = 1;
};

/// Whether two different elements share a byte. Exact when the search ends within `max_work` steps.
[[nodiscard]] NDLEASE_API Overlap internal_overlap(const Layout& layout, std::int64_t itemsize, std::int64_t max_work = 10'000) noexcept;

/// Whether an element of `a` at address `a_data` and one of `b` at `b_data` share a byte. Addresses are compared, not read.
/// `may` also where suboffsets hide the addresses.
[[nodiscard]] NDLEASE_API Overlap mutual_overlap(std::uintptr_t a_data, const Layout& a, std::int64_t a_itemsize, std::uintptr_t b_data, const Layout& b,
                                                 std::int64_t b_itemsize, std::int64_t max_work = 10'000) noexcept;

/// "(2,3):(12,4)": shape and strides; indirect dimensions as "(2,3):(8,4)->(0,-1)".
[[nodiscard]] NDLEASE_API std::string to_string(const Layout& layout);

}  // namespace ndlease
