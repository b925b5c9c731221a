// SPDX-License-Identifier: Apache-2.0
// CUB: temporary storage in stream order, and segments of Views. The elements of Views as iterators are in element_iterator.hpp.
// No header of CUB is needed. Source: CCCL 3, "CUB device-wide primitives".
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include <ndlease/element_iterator.hpp>
#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

/// Calls call(NULL, bytes), which says how many bytes of temporary storage it needs, then call(storage, bytes), which enqueues on `stream`; the storage is
/// allocated and goes back in the order of `stream`. Returns the first status that is not 0, else 0's. Throws Error{errc::out_of_memory}.
///
///     with_temporary_storage(stream, memory_of(stream.device()), [&](void* storage, std::size_t& bytes) {
///         return cub::DeviceReduce::Sum(storage, bytes, range.begin(), sum, range.size(), stream.cuda());
///     });
template <class Call>
auto with_temporary_storage(StreamRef stream, MemoryResource& resource, Call&& call) {
    std::size_t bytes = 0;
    const auto asked = call(static_cast<void*>(nullptr), bytes);
    if (static_cast<int>(asked) != 0) return asked;
    const Buffer storage = Buffer::make(std::max<std::size_t>(bytes, 1), resource, stream);  // NULL would only ask again
    return call(storage.data(), bytes);
}

/// Where the segments of a walk begin, 0, n, 2n, ...: offsets for CUB's segmented algorithms; `offsets + 1` are the ends. Trivially copyable.
class SegmentOffsets : public detail::RandomAccess<SegmentOffsets> {
public:
    using value_type = std::int64_t;
    using reference = std::int64_t;
    using pointer = const std::int64_t*;
    using difference_type = std::ptrdiff_t;

    SegmentOffsets() = default;
    NDLEASE_HOST_DEVICE explicit SegmentOffsets(std::int64_t length, std::int64_t index = 0) noexcept : length_(length), index_(index) {}
    [[nodiscard]] NDLEASE_HOST_DEVICE std::int64_t operator*() const noexcept { return index_ * length_; }
    [[nodiscard]] NDLEASE_HOST_DEVICE std::int64_t operator[](difference_type n) const noexcept { return (index_ + n) * length_; }
    NDLEASE_HOST_DEVICE SegmentOffsets& operator+=(difference_type n) noexcept {
        index_ += n;
        return *this;
    }
    [[nodiscard]] NDLEASE_HOST_DEVICE friend difference_type operator-(const SegmentOffsets& a, const SegmentOffsets& b) noexcept {
        return a.index_ - b.index_;
    }

private:
    std::int64_t length_ = 0;
    std::int64_t index_ = 0;
};

/// Segments along the last `axes` axes of a View, which elements<T>(view) walks in C order: `count` of `length` elements each.
struct Segments {
    std::int64_t count = 0;
    std::int64_t length = 0;
    [[nodiscard]] SegmentOffsets begins() const noexcept { return SegmentOffsets(length); }
    [[nodiscard]] SegmentOffsets ends() const noexcept { return SegmentOffsets(length, 1); }
};
/// To reduce over other axes permute them to the end first. Throws Error{errc::out_of_range} where axes is not 0 to the rank.
[[nodiscard]] inline Segments segments(const View& view, int axes) {
    if (axes < 0 || axes > view.rank()) throw Error(errc::out_of_range, std::to_string(axes) + " axes of a view of rank " + std::to_string(view.rank()), axes);
    Segments result{1, 1};
    for (int axis = 0; axis < view.rank(); ++axis) {
        std::int64_t& product = axis < view.rank() - axes ? result.count : result.length;
        if (!mul_fits(product, view.shape()[axis], &product)) throw Error(errc::overflow, "the view's segments do not fit in 63 bits");
    }
    return result;
}

}  // namespace ndlease
