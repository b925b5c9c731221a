// SPDX-License-Identifier: Apache-2.0
#include "copy/packed.hpp"

#include "copy/task.hpp"

namespace ndlease::copying {

PackedHalves split_by_packed(const AxisList& axes, const Unit& unit) {
    PackedHalves halves;
    halves.bytes = unit.bytes;
    std::int64_t strides[max_rank];
    for (int i = axes.rank - 1; i >= 0; --i) {
        const bool repeated = axes.axis[i].src_stride == 0;
        strides[i] = repeated ? 0 : halves.bytes;
        if (!repeated) halves.bytes = checked_mul(halves.bytes, axes.axis[i].extent, "bytes of the temporary for a copy");
    }
    AxisList away;
    AxisList back;
    for (int i = 0; i < axes.rank; ++i) {
        const Axis& axis = axes.axis[i];
        away.push_back({axis.src_stride == 0 ? 1 : axis.extent, strides[i], axis.src_stride});
        back.push_back({axis.extent, axis.dst_stride, strides[i]});
    }
    const auto or_none = [](const Dims* suboffsets) { return suboffsets == nullptr ? Dims() : *suboffsets; };
    halves.away = build_task(&away, {unit.bytes, unit.bytes, false, {}, or_none(unit.src_suboffsets)});
    halves.back = build_task(&back, {unit.dst_itemsize, unit.bytes, unit.converting, or_none(unit.dst_suboffsets), {}});
    return halves;
}

PackedHalves split_by_packed(const detail::CopyTask& task) {
    const bool converting = task.run_bytes == 0;
    const Unit unit{converting ? task.src_itemsize : task.run_bytes, converting ? task.dst_itemsize : task.run_bytes, converting,
                    task.dst_suboffsets.empty() ? nullptr : &task.dst_suboffsets, task.src_suboffsets.empty() ? nullptr : &task.src_suboffsets};
    PackedHalves halves = split_by_packed(axes_of(task), unit);
    halves.back.single_thread = task.single_thread;
    return halves;
}

AxisList axes_of(const detail::CopyTask& task) noexcept {
    AxisList axes;
    for (int i = 0; i < task.shape.size(); ++i) axes.push_back({task.shape[i], task.dst_strides[i], task.src_strides[i]});
    return axes;
}

}  // namespace ndlease::copying
