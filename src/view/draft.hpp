// SPDX-License-Identifier: Apache-2.0
// A View being derived from another: data, shape, strides and suboffsets that change together, so that every operation treats
// indirect axes and empty views the same way.
#pragma once

#include <cstdint>
#include <optional>

#include <ndlease/dims.hpp>
#include <ndlease/view.hpp>

namespace ndlease::detail {

class ViewDraft {
public:
    explicit ViewDraft(const View& from);

    Dims shape;
    Dims strides;     // bytes
    Dims suboffsets;  // empty when no axis is indirect
    bool read_only;

    [[nodiscard]] int rank() const noexcept { return shape.size(); }
    /// Elements of at least a byte: else no address means anything, and data may be NULL.
    [[nodiscard]] bool has_elements() const noexcept { return has_elements_; }
    /// Whether the address found after `axis` is a pointer to follow.
    [[nodiscard]] bool is_indirect(int axis) const noexcept { return !suboffsets.empty() && suboffsets[axis] >= 0; }

    /// Moves the address that the axes before `axis` lead to: the data pointer, or the suboffset of the nearest indirect axis
    /// before it. Without elements the data pointer stays.
    void shift(int axis, std::int64_t bytes);
    /// Other axes altogether, none of them indirect.
    void set_layout(const Layout& layout);
    /// A direct axis at `position`.
    void insert_axis(int position, std::int64_t extent, std::int64_t stride);
    /// Drops an axis at its index 0. An indirect axis 0 has its pointer followed, on the host.
    void remove_axis(int axis);

    /// `named_axis`: what error messages call the axis.
    void index(int axis, std::int64_t i, int named_axis);
    void slice(int axis, std::optional<std::int64_t> start, std::optional<std::int64_t> stop, std::int64_t step, int named_axis);

    [[nodiscard]] View finish() const { return finish(from_.format()); }
    [[nodiscard]] View finish(const Format& format) const;

private:
    void follow_first_axis();

    const View& from_;
    void* data_;
    Allocation allocation_;
    bool has_elements_;
};

/// Throws Error{errc::bad_layout} that says which operation cannot treat indirect axes.
void refuse_indirect(const View& view, const char* operation);

}  // namespace ndlease::detail
