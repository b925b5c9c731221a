// SPDX-License-Identifier: Apache-2.0
// View: n-dimensional memory as a value: data pointer, device, format, layout, flags, lease.
// Every operation here makes another View on the same lease and copies nothing. What cannot be had without a copy is refused
// with an Error that names the axis, the value and the limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <ndlease/device.hpp>
#include <ndlease/export.hpp>
#include <ndlease/format.hpp>
#include <ndlease/index.hpp>
#include <ndlease/layout.hpp>
#include <ndlease/lease.hpp>

namespace ndlease {

template <class T, int N>
class TypedView;
namespace detail {
class ViewDraft;
}

/// The memory that an owner states: nothing outside of it may be touched. bytes 0: unknown.
/// For an indirect layout (suboffsets) it is the memory of the pointers; that of what they point to is unknown.
struct Allocation {
    const void* data = nullptr;
    std::int64_t bytes = 0;
};

struct LendOptions {
    /// When stated, the view and everything derived from it is checked to stay inside.
    Allocation allocation = {};
    bool read_only = false;
    ReleasePolicy policy = {};
    /// Work on the memory that may still be pending: consumers are ordered after it.
    PendingWork ready = {};
    /// Called exactly once when the last View is gone and every recorded use is over, by `policy`. With neither this nor a lock nor pending work
    /// the memory is borrowed: there is no lease, and the caller sees to it that the memory outlives every View.
    ReleaseCallback release = {};
    /// Counts this lease while it lives.
    ResizeLock* lock = nullptr;
};

class NDLEASE_API View {
public:
    /// Nothing: no data, rank 1 with extent 0 of unsigned bytes.
    View() noexcept;

    /// Lends memory that the caller owns. `data` is element (0,...,0), which need not be the lowest address.
    /// The lease runs `options.release` exactly once. On failure nothing is taken: `options.release` has not been
    /// called, and the memory is still the caller's.
    /// Throws Error: errc::invalid_argument (NULL data with elements), errc::out_of_bounds (outside the allocation or the address space).
    [[nodiscard]] static View lend(void* data, Device device, Format format, Layout layout, LendOptions&& options = {});
    /// Read-only, whatever options say.
    [[nodiscard]] static View lend(const void* data, Device device, Format format, Layout layout, LendOptions&& options = {});
    /// A View that stands on an existing lease (the importers' way in). The same checks.
    [[nodiscard]] static View on_lease(void* data, Device device, Format format, Layout layout, bool read_only, Allocation allocation, Lease lease);

    // -- what it is --

    [[nodiscard]] const void* data() const noexcept { return data_; }  ///< element (0,...,0)
    /// Throws Error{errc::read_only}.
    [[nodiscard]] void* mutable_data() const;
    [[nodiscard]] Device device() const noexcept { return device_; }
    [[nodiscard]] const Format& format() const noexcept { return format_; }
    [[nodiscard]] const Layout& layout() const noexcept { return layout_; }
    [[nodiscard]] const Lease& lease() const noexcept { return lease_; }
    [[nodiscard]] Allocation allocation() const noexcept { return allocation_; }
    [[nodiscard]] bool is_read_only() const noexcept { return read_only_; }
    [[nodiscard]] bool reachable_from(Device user) const noexcept { return ndlease::reachable_from(device_, user); }

    [[nodiscard]] int rank() const noexcept { return layout_.rank(); }
    [[nodiscard]] const Dims& shape() const noexcept { return layout_.shape(); }
    [[nodiscard]] const Dims& strides() const noexcept { return layout_.strides(); }  ///< bytes
    [[nodiscard]] std::int64_t size() const noexcept { return layout_.size(); }       ///< elements
    [[nodiscard]] std::int64_t itemsize() const noexcept { return format_.itemsize(); }
    [[nodiscard]] std::int64_t nbytes() const { return checked_mul(size(), itemsize(), "bytes of the view"); }  ///< if copied without gaps
    [[nodiscard]] bool is_contiguous(Order order = Order::c) const noexcept { return layout_.is_contiguous(order, itemsize()); }

    // -- selecting; axes count from the end when negative --

    /// Index `i` of `axis` (from the end when negative); the axis goes away.
    [[nodiscard]] View index(int axis, std::int64_t i) const;
    /// start:stop:step as Python's slice does: bounds are clamped, negative ones count from the end. step != 0.
    [[nodiscard]] View slice(int axis, std::optional<std::int64_t> start, std::optional<std::int64_t> stop, std::int64_t step = 1) const;
    /// NumPy's basic indexing, e.g. view[parse_index("[::2, ..., None, 3]")].
    [[nodiscard]] View operator[](const IndexExpression& expression) const;
    /// The same, parsed from text.
    [[nodiscard]] View at(std::string_view expression) const { return (*this)[parse_index(expression)]; }
    /// The field of a record in every element; "a.b" names field b of field a. A sub-array field adds its dimensions at the end.
    [[nodiscard]] View field(std::string_view name) const;
    /// The real or imaginary parts of complex items; real() of a real view is the view itself.
    [[nodiscard]] View real() const;
    [[nodiscard]] View imag() const;
    [[nodiscard]] View diagonal(std::int64_t offset = 0, int axis1 = 0, int axis2 = 1) const;
    /// Windows of `length` along `axis`, one per `step` positions; the window's axis comes last. The result overlaps itself and is read-only.
    [[nodiscard]] View sliding_window(int axis, std::int64_t length, std::int64_t step = 1) const;

    // -- reordering --

    [[nodiscard]] View permute(std::span<const int> axes) const;
    [[nodiscard]] View permute(std::initializer_list<int> axes) const { return permute(std::span<const int>(axes.begin(), axes.size())); }
    [[nodiscard]] View transpose() const;                      ///< all axes reversed
    [[nodiscard]] View transpose(int axis1, int axis2) const;  ///< two axes swapped
    [[nodiscard]] View flip(int axis) const;

    // -- reshaping --

    [[nodiscard]] View squeeze() const;          ///< drops every axis of extent 1
    [[nodiscard]] View squeeze(int axis) const;  ///< drops this one, which must have extent 1
    /// A new axis of extent 1 at position `axis`, in [-rank-1, rank].
    [[nodiscard]] View expand(int axis) const;
    /// NumPy's rules; the result is read-only where elements repeat.
    [[nodiscard]] View broadcast_to(std::span<const std::int64_t> shape) const;
    [[nodiscard]] View broadcast_to(std::initializer_list<std::int64_t> shape) const {
        return broadcast_to(std::span<const std::int64_t>(shape.begin(), shape.size()));
    }
    /// The same elements in C (or F) order of indices; one extent may be -1. Throws Error{errc::bad_layout} where the strides do not allow it.
    [[nodiscard]] View reshape(std::span<const std::int64_t> shape, Order order = Order::c) const;
    [[nodiscard]] View reshape(std::initializer_list<std::int64_t> shape, Order order = Order::c) const {
        return reshape(std::span<const std::int64_t>(shape.begin(), shape.size()), order);
    }
    /// One axis into several, last fastest; one extent may be -1.
    [[nodiscard]] View split(int axis, std::span<const std::int64_t> extents) const;
    [[nodiscard]] View split(int axis, std::initializer_list<std::int64_t> extents) const {
        return split(axis, std::span<const std::int64_t>(extents.begin(), extents.size()));
    }
    /// Axes first..last (inclusive) into one, where the strides allow it.
    [[nodiscard]] View merge(int first, int last) const;

    // -- other readings of the same bytes --

    /// The same bytes as another format. With the same itemsize any layout will do; else the last axis must be contiguous and is rescaled.
    [[nodiscard]] View reinterpret(const Format& format) const;
    /// A last axis of unsigned bytes is added: shape (..., itemsize).
    [[nodiscard]] View as_bytes() const;
    /// A sub-array format becomes trailing axes of its element; any other format gives the same View.
    [[nodiscard]] View expand_subarray() const;
    /// Any shape and strides, starting `offset_bytes` after data(). Checked to stay inside the allocation, or, where that is
    /// unknown, inside the bytes of this view. Read-only where elements may overlap.
    [[nodiscard]] View as_strided(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides, std::int64_t offset_bytes = 0) const;
    [[nodiscard]] View as_strided(std::initializer_list<std::int64_t> shape, std::initializer_list<std::int64_t> strides, std::int64_t offset_bytes = 0) const {
        return as_strided(std::span<const std::int64_t>(shape.begin(), shape.size()), std::span<const std::int64_t>(strides.begin(), strides.size()),
                          offset_bytes);
    }
    [[nodiscard]] View read_only() const;

    /// Typed access on the host; include typed_view.hpp. T and N must match; const T is needed when read-only.
    template <class T, int N>
    [[nodiscard]] TypedView<T, N> typed() const;

    /// Drops this View's share of the lease now; the View becomes empty. Returns false, and counts a double release, when it had
    /// been given back through another path already.
    bool release() noexcept;

private:
    friend class detail::ViewDraft;

    View(void* data, Device device, Format&& format, Layout&& layout, bool read_only, Allocation allocation, Lease&& lease) noexcept
        : data_(data),
          allocation_(allocation),
          device_(device),
          read_only_(read_only),
          format_(std::move(format)),
          lease_(std::move(lease)),
          layout_(std::move(layout)) {}

    void* data_ = nullptr;
    Allocation allocation_ = {};
    Device device_ = Device::cpu();
    bool read_only_ = false;
    Format format_;
    Lease lease_;
    Layout layout_;
};

/// "<f (2,3):(12,4) on cpu, read-only": format, shape and byte strides, device; for messages and people.
[[nodiscard]] NDLEASE_API std::string to_string(const View& view);

}  // namespace ndlease
