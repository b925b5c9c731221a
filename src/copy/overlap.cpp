// SPDX-License-Identifier: Apache-2.0
#include "copy/overlap.hpp"

namespace ndlease::copying {
bool byte_range(const Dims& shape, const Dims& strides, std::int64_t run_bytes, std::uintptr_t address, ByteRange* range) noexcept {
    std::int64_t low = 0;
    std::int64_t high = run_bytes;
    for (int i = 0; i < shape.size(); ++i) {
        std::int64_t reach = 0;
        if (!mul_fits(strides[i], shape[i] - 1, &reach)) return false;
        std::int64_t& end = reach < 0 ? low : high;
        if (!add_fits(end, reach, &end)) return false;
    }
    range->lower = address + static_cast<std::uintptr_t>(low);
    range->upper = address + static_cast<std::uintptr_t>(high);
    return range->lower <= address && address <= range->upper;
}

Overlap destination_overlap(const AxisList& axes, std::int64_t run_bytes, std::int64_t max_work) {
    // Nested axes, each stepping over all that lies inside of it, share nothing.
    std::int64_t inside = run_bytes;
    bool nested = true;
    for (int i = axes.rank - 1; i >= 0 && nested; --i) {
        const Axis& axis = axes.axis[i];
        std::int64_t reach = 0;
        nested = axis.dst_stride >= inside && mul_fits(axis.dst_stride, axis.extent - 1, &reach) && add_fits(inside, reach, &inside);
    }
    if (nested) return Overlap::no;
    Dims shape;
    Dims strides;
    for (int i = 0; i < axes.rank; ++i) {
        if (axes.axis[i].dst_stride == 0) return Overlap::yes;
        shape.push_back(axes.axis[i].extent);
        strides.push_back(axes.axis[i].dst_stride);
    }
    return internal_overlap(Layout(shape, strides), run_bytes, max_work);
}

Overlap sides_overlap(const detail::CopyTask& task, std::uintptr_t dst, std::uintptr_t src, std::int64_t max_work) {
    const std::int64_t dst_run = task.run_bytes > 0 ? task.run_bytes : task.dst_itemsize;
    const std::int64_t src_run = task.run_bytes > 0 ? task.run_bytes : task.src_itemsize;
    if (task.dst_suboffsets.empty() && task.src_suboffsets.empty()) {
        ByteRange written{}, read{};
        const bool known = byte_range(task.shape, task.dst_strides, dst_run, dst, &written) && byte_range(task.shape, task.src_strides, src_run, src, &read);
        if (known && (written.upper <= read.lower || read.upper <= written.lower)) return Overlap::no;
    }
    const Layout dst_layout = task.dst_suboffsets.empty() ? Layout(task.shape, task.dst_strides) : Layout(task.shape, task.dst_strides, task.dst_suboffsets);
    const Layout src_layout = task.src_suboffsets.empty() ? Layout(task.shape, task.src_strides) : Layout(task.shape, task.src_strides, task.src_suboffsets);
    return mutual_overlap(dst, dst_layout, dst_run, src, src_layout, src_run, max_work);
}

bool is_same(const detail::CopyTask& task, std::uintptr_t dst, std::uintptr_t src) noexcept {
    return dst == src && task.dst_itemsize == task.src_itemsize && task.dst_strides == task.src_strides && task.dst_suboffsets == task.src_suboffsets;
}

}  // namespace ndlease::copying
