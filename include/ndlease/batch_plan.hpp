// SPDX-License-Identifier: Apache-2.0
// BatchPlan: many copies, planned together, to run again and again: halo faces of each time step, pages of a cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include <ndlease/copy_plan.hpp>
#include <ndlease/export.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

struct CopyPair {
    View dst, src;
};

/// Where element (0,...,0) of a pair lies on both sides.
struct CopyAddresses {
    void* dst = nullptr;
    const void* src = nullptr;
};

namespace detail {
struct PlannedBatch;
}

/// What copy_batch finds out about its pairs, kept: how each is copied, which may run side by side, and for a device the finished parameters of the launches
/// (about 30 bytes a contiguous pair, 110 a pair of more axes). As a CopyPlan it owns no memory and keeps no lease: the Views it was made from must live
/// while it runs. Immutable once made; copies of it are cheap and share everything; any number of threads may run it.
class NDLEASE_API BatchPlan {
public:
    /// The checks of copy_batch, all of them before anything is written or enqueued, with the number of the pair as index(). Neighbours of the same formats,
    /// layouts, devices and alignments are planned once. No pair at all is a batch that does nothing.
    /// Throws Error as copy_batch does, std::bad_alloc. Where a pair has device memory, the runtime may be asked about peers and the driver's version.
    [[nodiscard]] static BatchPlan make(std::span<const CopyPair> pairs, const CopyOptions& options = {});

    /// Copies on the host, one pair after the other. Throws as CopyPlan::run does; device memory is refused before the first byte is written, with
    /// errc::device and the pair's number as index().
    void run() const;
    /// The contract of copy_batch on a stream, but for the order among streams, since a plan knows no lease: the caller holds an Access on each View, or orders
    /// `stream` itself. On a stream of device(), pairs that kernels copy there and that are at most 8 MiB cost their launches alone: nothing is allocated,
    /// nothing waited for, and a stream that is being captured may be given. On a stream of another device the launches are prepared anew.
    /// Throws Error as copy_batch on a stream does.
    void run(StreamRef stream) const;

    /// Copies between other addresses, one element of the list for each pair, in memory of the same devices, layouts, formats and alignments, which are not
    /// checked. Which pairs share bytes is found out anew, and the launches are prepared anew, in host memory that is taken for the call: less work than
    /// planning, more than running again. Throws also Error{errc::invalid_argument}: another number of addresses than size(), or NULL for a pair that has
    /// elements.
    void run(std::span<const CopyAddresses> addresses) const;
    void run(std::span<const CopyAddresses> addresses, StreamRef stream) const;

    [[nodiscard]] std::size_t size() const noexcept;           ///< pairs
    [[nodiscard]] std::int64_t useful_bytes() const noexcept;  ///< read and written, as CopyPlan counts them, of all pairs
    [[nodiscard]] Device device() const noexcept;  ///< whose streams the launches are prepared for: of the first pair with CUDA memory; else the CPU

private:
    explicit BatchPlan(std::shared_ptr<const detail::PlannedBatch> batch) noexcept : batch_(std::move(batch)) {}
    std::shared_ptr<const detail::PlannedBatch> batch_;
};

}  // namespace ndlease
