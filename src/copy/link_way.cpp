// SPDX-License-Identifier: Apache-2.0
#include "copy/link_way.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>

#include "copy/link_boxes.hpp"
#include "copy/pieces.hpp"

namespace ndlease::copying {
namespace {

/// What memory moves at once for a device and for the CPU: a sector, a cache line.
constexpr double device_granule = 32;
constexpr double line_bytes = 64;
/// From here on the CPU copies chunks as it copies whole arrays.
constexpr std::int64_t cpu_chunk_bytes = 256;
/// Sparser boxes are not looked at: the link moves this many bytes for each that is wanted.
constexpr double most_gaps = 16;
/// Slots of less are not worth their events.
constexpr double least_piece = 64 << 10;

constexpr double ns_per_us = 1000;

/// What the estimates of one copy share. Bytes over GB/s are nanoseconds.
class Estimator {
public:
    Estimator(const detail::CopyTask& task, const LinkSides& sides, const LinkCosts& costs)
        : task_(task),
          sides_(sides),
          costs_(costs),
          host_(in_order_of(task, sides.to_device ? TaskSide::source : TaskSide::destination)),
          host_scatter_(scatter_of(host_, task.run_bytes)),
          device_scatter_(scatter_of(in_order_of(task, sides.to_device ? TaskSide::destination : TaskSide::source), task.run_bytes)) {
        for (int i = 0; i < host_.axes.rank; ++i) {
            const auto extent = static_cast<double>(host_.axes.axis[i].extent);
            written_ *= extent;
            if (host_.axes.axis[i].src_stride != 0) different_ *= extent;
        }
        written_ *= static_cast<double>(task.run_bytes);
        different_ *= static_cast<double>(task.run_bytes);
    }

    [[nodiscard]] double dma() const noexcept { return dma_ns(arrange_dma_rows({}, task_.run_bytes)); }
    [[nodiscard]] double rows() const noexcept { return dma_ns(arrange_dma_rows(axes_of(task_), task_.run_bytes)); }
    [[nodiscard]] double kernel() const noexcept {
        const double link = written_ * host_scatter_.touched(costs_.granule_bytes) / (sides_.to_device ? costs_.kernel_read_gbps : costs_.kernel_write_gbps);
        return costs_.kernel_us * ns_per_us + std::max(link, device_ns());
    }
    /// Through scratch memory, and the number of axes in a row that makes it shortest.
    [[nodiscard]] double through_scratch(int* row_axes) const {
        double best = LinkChoice::impossible;
        auto row = static_cast<double>(host_scatter_.chunk_bytes);
        double wanted = row;
        for (int axes = host_scatter_.axes;; ++axes) {
            const double ns = boxes_ns(LinkBoxes(host_, task_, axes, static_cast<std::int64_t>(costs_.scratch_bytes)));
            if (ns < best) {
                best = ns;
                *row_axes = axes;
            }
            // One axis more in the row, with the gaps that it leaves: only where the host is read.
            if (!sides_.to_device || axes == host_.axes.rank) return best;
            const int next = host_.axes.rank - 1 - axes;
            const auto extent = static_cast<double>(host_.axes.axis[next].extent);
            if (host_.stride(next) == 0) return best;
            row += (extent - 1) * static_cast<double>(host_.stride(next));
            wanted *= extent;
            if (row > most_gaps * wanted) return best;
        }
    }
    [[nodiscard]] double ring(std::int64_t* piece_bytes) const {
        const double cpu = cpu_ns();
        // A small piece is filled soon, a large one costs fewer calls: what both leave idle is least at the root.
        const double each = (costs_.staging_us + costs_.dma_us) * ns_per_us;
        const double slot = costs_.slot_bytes;
        const double balanced = std::sqrt(different_ * each * different_ / cpu);
        const double limit = std::min(std::max(balanced, least_piece), slot);
        *piece_bytes = static_cast<std::int64_t>(limit);
        const Pieces pieces(host_, task_, *piece_bytes);
        const Piece first = pieces.at(0);
        const auto count = static_cast<double>(pieces.count());
        const LinkSides pinned{sides_.to_device, true, sides_.may_take_scratch};
        const LinkChoice device = choose_link_way(sides_.to_device ? first.halves.back : first.halves.away, pinned, costs_);
        // The last piece may be short: pro rata.
        const double full = different_ / static_cast<double>(first.halves.bytes);
        const double one_cpu = cpu / full;
        const double one_device = device.of(device.way);
        return one_cpu + one_device + (full - 1) * std::max(one_cpu, one_device) + count * costs_.staging_us * ns_per_us;
    }
    [[nodiscard]] double straight() const noexcept { return costs_.dma_us * ns_per_us + written_ / costs_.pageable_gbps; }

private:
    [[nodiscard]] double dma_ns(const DmaRows& rows) const noexcept {
        return rows.call_count() * costs_.dma_us * ns_per_us + rows.row_count() * costs_.dma_row_ns +
               rows.bytes() / (sides_.to_device ? costs_.h2d_gbps : costs_.d2h_gbps);
    }
    [[nodiscard]] double device_ns() const noexcept { return written_ * device_scatter_.touched(device_granule) / costs_.device_gbps; }
    // One stream: the kernel of one part and the transfers of the next come one after the other.
    [[nodiscard]] double boxes_ns(const LinkBoxes& boxes) const noexcept {
        const LinkBox first = boxes.outline();
        const double parts = (sides_.to_device ? different_ : written_) / static_cast<double>(first.payload);
        return parts * dma_ns(first.dma) + static_cast<double>(boxes.count()) * costs_.kernel_us * ns_per_us + device_ns();
    }
    [[nodiscard]] double cpu_ns() const noexcept {
        const double moved = sides_.to_device ? different_ : written_;
        if (host_scatter_.chunk_bytes >= cpu_chunk_bytes) return moved / costs_.cpu_gbps;
        return moved * std::max(1 / costs_.cpu_strided_gbps, host_scatter_.touched(line_bytes) / costs_.cpu_gbps);
    }

    const detail::CopyTask& task_;
    const LinkSides& sides_;
    const LinkCosts& costs_;
    SideOrder host_;
    Scatter host_scatter_, device_scatter_;
    double written_ = 1, different_ = 1;  // bytes: all of the destination's, and the source's, each once
};

}  // namespace

const char* to_string(LinkWay way) noexcept {
    switch (way) {
        case LinkWay::dma: return "dma";
        case LinkWay::rows: return "rows";
        case LinkWay::kernel: return "kernel";
        case LinkWay::boxed: return "boxed";
        case LinkWay::packed: return "packed";
        case LinkWay::ring: return "ring";
        case LinkWay::straight: return "straight";
    }
    return "unknown";
}

LinkChoice choose_link_way(const detail::CopyTask& task, const LinkSides& sides, const LinkCosts& costs) {
    const Estimator estimate(task, sides, costs);
    const bool is_one_run = task.path == CopyPath::one_run;
    LinkChoice choice;
    std::fill(std::begin(choice.ns), std::end(choice.ns), LinkChoice::impossible);
    const auto ns = [&choice](LinkWay way) -> double& { return choice.ns[static_cast<int>(way)]; };
    if (sides.is_pinned && is_one_run) {
        ns(LinkWay::dma) = estimate.dma();
    } else if (sides.is_pinned) {
        ns(LinkWay::rows) = estimate.rows();
        ns(LinkWay::kernel) = estimate.kernel();
        if (sides.may_take_scratch) ns(sides.to_device ? LinkWay::boxed : LinkWay::packed) = estimate.through_scratch(&choice.row_axes);
    } else if (is_one_run) {
        ns(LinkWay::straight) = estimate.straight();
    }
    if (!sides.is_pinned || (sides.cpu_may_move && !is_one_run)) ns(LinkWay::ring) = estimate.ring(&choice.piece_bytes);
    choice.way = static_cast<LinkWay>(std::min_element(std::begin(choice.ns), std::end(choice.ns)) - std::begin(choice.ns));
    return choice;
}

namespace {

const char* meaning(LinkWay way) noexcept {
    switch (way) {
        case LinkWay::dma: return "one call of the copy engine";
        case LinkWay::rows: return "the copy engine moves rows";
        case LinkWay::kernel: return "a kernel reaches the pinned memory";
        case LinkWay::boxed: return "the copy engine fetches rows into scratch memory, a kernel unpacks them";
        case LinkWay::packed: return "a kernel packs into scratch memory, the copy engine sends it";
        case LinkWay::ring: return "pinned slots between the CPU and the copy engine";
        case LinkWay::straight: return "the runtime copies pageable memory";
    }
    return "";
}

std::string three_digits(double ns) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", ns / ns_per_us);
    return text;
}

}  // namespace

std::string describe(const LinkChoice& choice) {
    std::string text = std::string(to_string(choice.way)) + ": " + meaning(choice.way) + "; estimates in us:";
    const char* separator = " ";
    for (int i = 0; i < link_ways; ++i) {
        if (choice.ns[i] == LinkChoice::impossible) continue;
        text += separator + std::string(to_string(static_cast<LinkWay>(i))) + ' ' + three_digits(choice.ns[i]);
        separator = ", ";
    }
    return text;
}

}  // namespace ndlease::copying
