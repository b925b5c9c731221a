// SPDX-License-Identifier: Apache-2.0
// Random-access iterators over the elements of any strided View, for algorithms of the standard library, Thrust and CUB, on the host and in kernels.
#pragma once

#include <bit>
#include <cassert>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>

#include <ndlease/device.hpp>
#include <ndlease/error.hpp>
#include <ndlease/export.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/layout.hpp>
#include <ndlease/typed_view.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

namespace detail {

/// Division by a number that is known when the divisor is made: a multiplication and a shift. Granlund and Montgomery, "Division by invariant integers using
/// multiplication" (1994): for d >= 2 and l = ceil(log2 d), n/d = n*m >> (63+l) with m = ceil(2^(63+l)/d), which fits in 64 bits, for every n < 2^63.
class Divisor {
public:
    Divisor() = default;
    /// divisor >= 2.
    explicit Divisor(std::int64_t divisor) noexcept : shift_(static_cast<std::uint32_t>(std::bit_width(static_cast<std::uint64_t>(divisor - 1)) - 1)) {
        const auto d = static_cast<UnsignedInt128>(divisor);
        multiplier_ = static_cast<std::uint64_t>(((static_cast<UnsignedInt128>(1) << (64 + shift_)) + d - 1) / d);
    }
    [[nodiscard]] NDLEASE_HOST_DEVICE std::uint64_t quotient(std::uint64_t n) const noexcept {
#if defined(__CUDA_ARCH__)
        return __umul64hi(n, multiplier_) >> shift_;
#else
        return static_cast<std::uint64_t>((static_cast<UnsignedInt128>(n) * multiplier_) >> 64) >> shift_;
#endif
    }

private:
    std::uint64_t multiplier_ = 0;
    std::uint32_t shift_ = 0;
};

/// One axis of what an iterator walks; strides in bytes.
struct WalkAxis {
    std::int64_t extent = 1;
    std::int64_t stride = 0;
};
/// The axes in the order of the walk, fastest first, without those of extent 1 and with neighbours joined where the strides allow it. Returns how many.
/// Throws Error{errc::bad_layout} where more than `most` are left, or the layout has suboffsets.
[[nodiscard]] NDLEASE_API int walk_axes(const Layout& layout, Order order, WalkAxis* axes, int most);

/// What every random-access iterator has once it can be moved, measured and dereferenced at a distance.
template <class Self>
struct RandomAccess {
    using iterator_category = std::random_access_iterator_tag;
    using difference_type = std::ptrdiff_t;

    NDLEASE_HOST_DEVICE friend Self& operator++(Self& i) noexcept { return i += 1; }
    NDLEASE_HOST_DEVICE friend Self& operator--(Self& i) noexcept { return i += -1; }
    NDLEASE_HOST_DEVICE friend Self operator++(Self& i, int) noexcept {
        const Self before = i;
        i += 1;
        return before;
    }
    NDLEASE_HOST_DEVICE friend Self operator--(Self& i, int) noexcept {
        const Self before = i;
        i += -1;
        return before;
    }
    NDLEASE_HOST_DEVICE friend Self& operator-=(Self& i, difference_type n) noexcept { return i += -n; }
    NDLEASE_HOST_DEVICE friend Self operator+(Self i, difference_type n) noexcept { return i += n; }
    NDLEASE_HOST_DEVICE friend Self operator+(difference_type n, Self i) noexcept { return i += n; }
    NDLEASE_HOST_DEVICE friend Self operator-(Self i, difference_type n) noexcept { return i += -n; }
    NDLEASE_HOST_DEVICE friend bool operator==(const Self& a, const Self& b) noexcept { return a - b == 0; }
    NDLEASE_HOST_DEVICE friend bool operator!=(const Self& a, const Self& b) noexcept { return a - b != 0; }
    NDLEASE_HOST_DEVICE friend bool operator<(const Self& a, const Self& b) noexcept { return a - b < 0; }
    NDLEASE_HOST_DEVICE friend bool operator>(const Self& a, const Self& b) noexcept { return a - b > 0; }
    NDLEASE_HOST_DEVICE friend bool operator<=(const Self& a, const Self& b) noexcept { return a - b <= 0; }
    NDLEASE_HOST_DEVICE friend bool operator>=(const Self& a, const Self& b) noexcept { return a - b >= 0; }
};

template <class T>
[[nodiscard]] NDLEASE_HOST_DEVICE inline T* at_byte(T* base, std::int64_t bytes) noexcept {
    using Byte = std::conditional_t<std::is_const_v<T>, const char, char>;
    return reinterpret_cast<T*>(reinterpret_cast<Byte*>(base) + bytes);
}

}  // namespace detail

/// Walks along one axis: a pointer and a stride. Trivially copyable; kernels take it by value. It borrows, as TypedView does.
template <class T>
class LineIterator : public detail::RandomAccess<LineIterator<T>> {
public:
    using value_type = std::remove_cv_t<T>;
    using reference = T&;
    using pointer = T*;
    using difference_type = std::ptrdiff_t;

    LineIterator() = default;
    /// Position `index` of a line whose element 0 is at `first`. A stride of 0 bytes is one element again and again.
    NDLEASE_HOST_DEVICE LineIterator(T* first, std::int64_t stride_bytes, std::int64_t index = 0) noexcept
        : first_(first), stride_(stride_bytes), index_(index) {}

    [[nodiscard]] NDLEASE_HOST_DEVICE T& operator*() const noexcept { return *detail::at_byte(first_, index_ * stride_); }
    [[nodiscard]] NDLEASE_HOST_DEVICE T* operator->() const noexcept { return detail::at_byte(first_, index_ * stride_); }
    [[nodiscard]] NDLEASE_HOST_DEVICE T& operator[](difference_type n) const noexcept { return *detail::at_byte(first_, (index_ + n) * stride_); }
    NDLEASE_HOST_DEVICE LineIterator& operator+=(difference_type n) noexcept {
        index_ += n;
        return *this;
    }
    [[nodiscard]] NDLEASE_HOST_DEVICE friend difference_type operator-(const LineIterator& a, const LineIterator& b) noexcept { return a.index_ - b.index_; }

private:
    T* first_ = nullptr;
    std::int64_t stride_ = 0;
    std::int64_t index_ = 0;
};

/// Walks through all elements: position n is found from n alone, by division without a divide instruction, so that threads begin anywhere. Axes: how many are
/// left once neighbours are joined; the fewer, the less a kernel takes by value (32 bytes each). Trivially copyable. It borrows, as TypedView does.
template <class T, int Axes = 6>
class ElementIterator : public detail::RandomAccess<ElementIterator<T, Axes>> {
    static_assert(Axes >= 1 && Axes <= max_rank);

public:
    using value_type = std::remove_cv_t<T>;
    using reference = T&;
    using pointer = T*;
    using difference_type = std::ptrdiff_t;

    ElementIterator() = default;
    /// Position `index` of a walk over `count` axes, fastest first, from element (0,...,0) at `first`.
    ElementIterator(T* first, const detail::WalkAxis* axes, int count, std::int64_t index) noexcept : first_(first), index_(index), count_(count) {
        for (int i = 0; i < count; ++i) {
            axes_[i].axis = axes[i];
            if (axes[i].extent >= 2) axes_[i].divisor = detail::Divisor(axes[i].extent);
        }
    }

    [[nodiscard]] NDLEASE_HOST_DEVICE T& operator*() const noexcept { return *at(index_); }
    [[nodiscard]] NDLEASE_HOST_DEVICE T* operator->() const noexcept { return at(index_); }
    [[nodiscard]] NDLEASE_HOST_DEVICE T& operator[](difference_type n) const noexcept { return *at(index_ + n); }
    NDLEASE_HOST_DEVICE ElementIterator& operator+=(difference_type n) noexcept {
        index_ += n;
        return *this;
    }
    /// Both belong to the same walk.
    [[nodiscard]] NDLEASE_HOST_DEVICE friend difference_type operator-(const ElementIterator& a, const ElementIterator& b) noexcept {
        return a.index_ - b.index_;
    }

private:
    struct Axis {
        detail::WalkAxis axis;
        detail::Divisor divisor;
    };

    [[nodiscard]] NDLEASE_HOST_DEVICE T* at(std::int64_t index) const noexcept {
        assert(index >= 0);
        std::int64_t bytes = 0;
        std::int64_t rest = index;
        for (int i = 0; i + 1 < count_; ++i) {
            const auto whole = static_cast<std::int64_t>(axes_[i].divisor.quotient(static_cast<std::uint64_t>(rest)));
            bytes += (rest - whole * axes_[i].axis.extent) * axes_[i].axis.stride;
            rest = whole;
        }
        if (count_ > 0) bytes += rest * axes_[count_ - 1].axis.stride;
        return detail::at_byte(first_, bytes);
    }

    T* first_ = nullptr;
    std::int64_t index_ = 0;
    int count_ = 0;
    Axis axes_[Axes] = {};
};

/// begin and end, for `for` and for algorithms.
template <class Iterator>
class IteratorRange {
public:
    IteratorRange(Iterator first, std::int64_t size) noexcept : first_(first), size_(size) {}
    [[nodiscard]] Iterator begin() const noexcept { return first_; }
    [[nodiscard]] Iterator end() const noexcept { return first_ + static_cast<std::ptrdiff_t>(size_); }
    [[nodiscard]] std::int64_t size() const noexcept { return size_; }

private:
    Iterator first_;
    std::int64_t size_;
};

/// The elements of a View of rank 1, in place. `user`: where they are accessed, Device::cuda(n) for a kernel. It orders nothing: hold an Access.
/// Throws Error as View::typed does.
template <class T>
[[nodiscard]] IteratorRange<LineIterator<T>> line(const View& view, Device user = Device::cpu()) {
    detail::check_typed(view, Format::of<std::remove_const_t<T>>(), 1, !std::is_const_v<T>, static_cast<std::int64_t>(alignof(T)), user);
    return {LineIterator<T>(static_cast<T*>(const_cast<void*>(view.data())), view.strides()[0]), view.size()};
}

/// The elements of a View of any rank, in place, in C order of its indices (or F order), whatever their order in memory.
/// Throws Error as View::typed does; errc::bad_layout, too, where more than Axes axes are left.
template <class T, int Axes = 6>
[[nodiscard]] IteratorRange<ElementIterator<T, Axes>> elements(const View& view, Order order = Order::c, Device user = Device::cpu()) {
    detail::check_typed(view, Format::of<std::remove_const_t<T>>(), view.rank(), !std::is_const_v<T>, static_cast<std::int64_t>(alignof(T)), user);
    detail::WalkAxis axes[Axes];
    const int count = detail::walk_axes(view.layout(), order, axes, Axes);
    return {ElementIterator<T, Axes>(static_cast<T*>(const_cast<void*>(view.data())), axes, count, 0), view.size()};
}

}  // namespace ndlease
