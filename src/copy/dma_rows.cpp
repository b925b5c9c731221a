// SPDX-License-Identifier: Apache-2.0
#include "copy/dma_rows.hpp"

namespace ndlease::copying {
namespace {

constexpr int none = -1;

bool are_rows(const Axis& axis, std::int64_t width) noexcept {
    constexpr std::int64_t most = backend::RowBlock::most_pitch;
    return axis.dst_stride >= width && axis.src_stride >= width && axis.dst_stride <= most && axis.src_stride <= most && axis.extent <= most;
}

bool are_planes(const Axis& plane, const Axis& row) noexcept {
    const auto holds = [&](std::int64_t stride, std::int64_t pitch) { return stride % pitch == 0 && stride / pitch >= row.extent; };
    return holds(plane.dst_stride, row.dst_stride) && holds(plane.src_stride, row.src_stride);
}

/// The axes that become rows and planes of one call.
struct Pick {
    int row = none, plane = none;
    double positions = 1;
};

Pick pick_axes(const AxisList& axes, std::int64_t width) noexcept {
    Pick best;
    for (int row = axes.rank - 1; row >= 0; --row) {
        if (!are_rows(axes.axis[row], width)) continue;
        const auto rows = static_cast<double>(axes.axis[row].extent);
        if (rows > best.positions) best = {row, none, rows};
        for (int plane = row - 1; plane >= 0; --plane) {
            const double positions = rows * static_cast<double>(axes.axis[plane].extent);
            if (positions > best.positions && are_planes(axes.axis[plane], axes.axis[row])) best = {row, plane, positions};
        }
    }
    return best;
}

}  // namespace

DmaRows arrange_dma_rows(const AxisList& axes, std::int64_t width) noexcept {
    const Pick pick = pick_axes(axes, width);
    DmaRows result;
    result.block.width = width;
    for (int i = 0; i < axes.rank; ++i) {
        const Axis& axis = axes.axis[i];
        if (i == pick.row) {
            result.block.rows = axis.extent;
            result.block.dst_pitch = axis.dst_stride;
            result.block.src_pitch = axis.src_stride;
        } else if (i == pick.plane) {
            result.block.planes = axis.extent;
            result.block.dst_plane = axis.dst_stride;
            result.block.src_plane = axis.src_stride;
        } else {
            result.calls.push_back(axis);
        }
    }
    return result;
}

double DmaRows::call_count() const noexcept {
    double count = 1;
    for (int i = 0; i < calls.rank; ++i) count *= static_cast<double>(calls.axis[i].extent);
    return count;
}

double DmaRows::row_count() const noexcept { return block.rows == 1 ? 0 : call_count() * static_cast<double>(block.rows) * static_cast<double>(block.planes); }

double DmaRows::bytes() const noexcept {
    return call_count() * static_cast<double>(block.rows) * static_cast<double>(block.planes) * static_cast<double>(block.width);
}

}  // namespace ndlease::copying
