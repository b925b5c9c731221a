// SPDX-License-Identifier: Apache-2.0
// Which way a copy takes between the host and a device: each way's time is estimated from the geometry and LinkCosts, and the shortest wins.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include <ndlease/copy_plan.hpp>
#include <ndlease/link_costs.hpp>

namespace ndlease::copying {

enum class LinkWay : std::uint8_t {
    dma,       ///< one call of the copy engine: both sides are one run
    rows,      ///< the copy engine, row by row: 2-D and 3-D copies where the strides fit their rules, else one call for each row
    kernel,    ///< a kernel reads or writes the pinned side
    boxed,     ///< to a device: the copy engine fetches the source's rows, with their gaps, into scratch memory; a kernel unpacks
    packed,    ///< from a device: a kernel packs into scratch memory; the copy engine writes the destination's rows, never its gaps
    ring,      ///< the CPU packs or unpacks pinned slots, one while the device has another
    straight,  ///< pageable memory, by the runtime
};
inline constexpr int link_ways = 7;
[[nodiscard]] const char* to_string(LinkWay way) noexcept;

/// What is known of the two sides.
struct LinkSides {
    bool to_device;
    bool is_pinned;             ///< the host's side; else it is pageable
    bool may_take_scratch;      ///< device memory in the order of the stream
    bool cpu_may_move = false;  ///< pinned memory too: the caller waits anyway. Pageable memory always
};

struct LinkChoice {
    static constexpr double impossible = std::numeric_limits<double>::infinity();

    LinkWay way = LinkWay::kernel;
    int row_axes = 0;              ///< boxed and packed: as LinkBoxes takes them
    std::int64_t piece_bytes = 0;  ///< ring: packed bytes in a slot
    double ns[link_ways];          ///< estimates, by way

    [[nodiscard]] double of(LinkWay w) const noexcept { return ns[static_cast<int>(w)]; }
    [[nodiscard]] bool takes_scratch() const noexcept { return way == LinkWay::boxed || way == LinkWay::packed; }
};

/// `task` is neither a conversion nor indirect, and has an element. With one run on each side allocates nothing; else as Pieces does.
[[nodiscard]] LinkChoice choose_link_way(const detail::CopyTask& task, const LinkSides& sides, const LinkCosts& costs);

/// "boxed: ...; estimates in us: rows 2621, kernel 15.3, boxed 9.81", for people.
[[nodiscard]] std::string describe(const LinkChoice& choice);

}  // namespace ndlease::copying
