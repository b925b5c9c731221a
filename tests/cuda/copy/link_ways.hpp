// SPDX-License-Identifier: Apache-2.0
// Costs under which a copy over the link takes one way, in many parts.
#pragma once

#include <string_view>

#include <ndlease/link_costs.hpp>

namespace ndlease::testing {

inline constexpr double slow_gbps = 1e-6;
inline constexpr double dear = 1e9;  // us, ns

/// All ways but one ("rows", "kernel", "boxed", "packed", "ring", "straight") next to impossible, and parts of that many bytes.
inline LinkCosts costs_for(std::string_view way, double part_bytes) {
    LinkCosts costs;
    costs.slot_bytes = costs.scratch_bytes = part_bytes;
    if (way != "kernel") costs.kernel_read_gbps = costs.kernel_write_gbps = slow_gbps;
    if (way != "rows") costs.dma_row_ns = dear;
    if (way == "rows") costs.kernel_us = dear;
    if (way == "kernel") costs.dma_us = dear;
    if (way == "ring") costs.pageable_gbps = slow_gbps;
    if (way == "straight") costs.cpu_gbps = costs.cpu_strided_gbps = slow_gbps;
    return costs;
}

/// Costs for all copies of a scope; the defaults afterwards.
class WithLinkCosts {
public:
    explicit WithLinkCosts(const LinkCosts& costs) { set_link_costs(costs); }
    ~WithLinkCosts() { set_link_costs(LinkCosts()); }
    WithLinkCosts(const WithLinkCosts&) = delete;
    WithLinkCosts& operator=(const WithLinkCosts&) = delete;
};

}  // namespace ndlease::testing
