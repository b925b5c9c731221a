// SPDX-License-Identifier: Apache-2.0
// Many copies in one call: halo faces, pages of a cache, the members of a list. On a device small ones share a launch.
#pragma once

#include <span>

#include <ndlease/batch_plan.hpp>
#include <ndlease/copy_plan.hpp>
#include <ndlease/export.hpp>
#include <ndlease/stream.hpp>

namespace ndlease {

// A batch that comes again and again is planned once: see BatchPlan (batch_plan.hpp).

/// Copies each pair's src to its dst, with the result of ndlease::copy on one pair after the other: a later pair may read or overwrite what an earlier one
/// wrote. Returns when the bytes are there; the sources may be reused at once.
/// Throws Error as ndlease::copy does, before the first byte of any pair is written; index() is then the number of the pair, which begins the message.
/// Conversion::checked is refused with errc::not_supported, since a value can be looked at only when its pair's turn comes. errc::out_of_memory for a
/// temporary alone comes when the pairs before it have been copied.
NDLEASE_API void copy_batch(std::span<const CopyPair> pairs, const CopyOptions& options = {});

/// The same for any memory, on a stream; each pair by the contract of ndlease::copy with a stream (order, leases, when a source may be reused, capture).
/// Pairs that share no byte with one another run side by side, and those of them which kernels copy on the stream's device go together: up to about 1,300
/// contiguous pairs to a launch, and 300 of up to four axes after simplification; before CUDA 12.1's drivers 160 and 30. The descriptions travel as
/// parameters of the launch: no memory is taken and nothing waited for. Pairs that are larger than 8 MiB, convert items, have more axes, overlap themselves
/// or need another route are copied as ndlease::copy does, in the same call.
/// Which pairs share bytes is found out by a limited search (options.max_overlap_work for each two whose extents meet, at most 4,096 of those); where it gives
/// up, pairs go one after the other.
/// A stream that is being captured is refused with errc::not_supported, before anything is enqueued, if one pair cannot be captured. errc::device and
/// errc::out_of_memory that come later say how many pairs were enqueued before; index() is then that number.
NDLEASE_API void copy_batch(std::span<const CopyPair> pairs, StreamRef stream, const CopyOptions& options = {});

}  // namespace ndlease
