// SPDX-License-Identifier: Apache-2.0
// What moving bytes between the host and a device costs: the figures by which copies choose their way. docs/performance-link.md shows what they lead to.
#pragma once

#include <cstdint>

#include <ndlease/export.hpp>

namespace ndlease {

/// Rates are GB/s (10^9 bytes a second) of the bytes that arrive; a larger cost makes a way less likely, never wrong. The defaults are those of an H100
/// on PCIe 5 x16, and of a CPU where two threads copy.
struct LinkCosts {
    // -- the copy engine, on pinned memory --
    double h2d_gbps = 55;     ///< contiguous, to the device: nvbandwidth's copy engine test on PCIe 5 x16
    double d2h_gbps = 55;     ///< likewise, from the device
    double dma_us = 2.5;      ///< each call: cudaMemcpyAsync's 2.3 us on an H20 (FlexKV#193)
    double dma_row_ns = 2.5;  ///< each row of a 2-D or 3-D copy, beside its bytes: 1 M rows of one byte in 2.6 ms (rocm-systems#6910)
    // -- kernels --
    double kernel_us = 4;           ///< each launch: 2 us one after the other, 6 us alone (cccl#7391)
    double kernel_read_gbps = 35;   ///< that read pinned memory: 35.2 on an H100 (nvbandwidth#24)
    double kernel_write_gbps = 52;  ///< that write pinned memory: 52.8, likewise
    double device_gbps = 1000;      ///< that move bytes within device memory: 60 % of an H100's 3.35 TB/s, which are read and written
    double granule_bytes = 32;      ///< a kernel moves no less over the link at once: a sector
    // -- the host --
    double cpu_gbps = 20;         ///< the CPU, contiguous, between pageable and pinned memory: two threads of a Zen 3 write 22
    double cpu_strided_gbps = 7;  ///< the CPU, item by item: every second float at 7.5 on one thread of it
    double pageable_gbps = 10;    ///< the runtime's own copies of pageable memory: 9 to 18 on PCIe 4 (cuda-oxide#976)
    double staging_us = 3;        ///< each pinned slot that a copy fills: an event recorded and waited for
    // -- memory --
    double slot_bytes = 4 << 20;      ///< most of a pinned slot that is used, 256 bytes to 4 MiB
    double scratch_bytes = 32 << 20;  ///< most device memory that a copy packs into, 256 bytes to 1 GiB: far more than the link moves in one launch
};

/// What copies go by: what set_link_costs was given last, else the defaults with the changes of the environment variable NDLEASE_LINK_COSTS, which is read
/// once: "h2d_gbps=25,dma_row_ns=4" by the names above. Throws Error{errc::invalid_argument} where the variable names no figure, or one out of range;
/// so do the copies that go by it, before anything is enqueued. Any thread.
[[nodiscard]] NDLEASE_API LinkCosts link_costs();

/// For all copies from now on, and in place of the variable. Throws Error{errc::invalid_argument}: a rate that is not above 0, a cost below 0, a size out of
/// range; then nothing changes. Any thread.
NDLEASE_API void set_link_costs(const LinkCosts& costs);

}  // namespace ndlease
