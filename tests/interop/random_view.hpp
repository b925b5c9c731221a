// SPDX-License-Identifier: Apache-2.0
// Random Views over one buffer, for the laws of the protocols: formats of every kind, layouts of every sort, and a count of the owners.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "copy/random_source.hpp"

#include <ndlease/format.hpp>
#include <ndlease/view.hpp>

namespace ndlease::testing {

struct RandomViewOptions {
    int most_rank = 8;
    std::int64_t most_elements = 400;
    std::int64_t most_itemsize = 512;
    /// One View in this many is indirect (suboffsets); 0: none. Host memory only.
    std::int64_t indirect_one_in = 60;
    /// One View in this many is borrowed: it has no lease. 0: none.
    std::int64_t borrowed_one_in = 12;
};

/// Lends random Views of one block. It must outlive the releases of all of them, deferred ones too.
class RandomViews {
public:
    static constexpr std::int64_t block_bytes = 1 << 18;

    /// Host memory of its own, aligned to 64 bytes and filled with the same bytes every time.
    explicit RandomViews(const RandomViewOptions& options = {});
    /// Memory of somebody else, `bytes` (at least 64 KiB) on `device`; what is in it is not touched.
    RandomViews(void* memory, std::int64_t bytes, Device device, const RandomViewOptions& options = {});

    /// Of `base`, policy, lock and pending work are kept; all else is drawn: format (every kind, nested), rank 0 to 8, strides (contiguous in either order,
    /// permuted, with gaps, negative, zero, overlapping, junk where they do not matter), no elements, NULL data without elements, read-only, allocation stated
    /// in full, exactly or not at all. The format's promise of alignment holds.
    [[nodiscard]] View next(Random& random, LendOptions base = {});
    /// A View of this format; the rest is drawn.
    [[nodiscard]] View next(Random& random, const Format& format, LendOptions base = {});

    /// Views lent with a lease whose release has not run.
    [[nodiscard]] std::int64_t outstanding() const noexcept { return lent_ - returned_.load(std::memory_order_acquire); }
    [[nodiscard]] std::int64_t lent() const noexcept { return lent_; }
    [[nodiscard]] void* memory() const noexcept { return memory_; }
    [[nodiscard]] std::int64_t bytes() const noexcept { return bytes_; }

private:
    struct Place;
    [[nodiscard]] View lend(Random& random, const Format& format, const Place& place, LendOptions&& options);
    [[nodiscard]] Place place_direct(Random& random, std::int64_t itemsize) const;
    [[nodiscard]] Place place_indirect(Random& random, std::int64_t itemsize);

    std::vector<std::byte> own_;
    std::byte* memory_;
    std::int64_t bytes_;
    Device device_;
    RandomViewOptions options_;
    std::vector<const std::byte*> table_;  // pointers of the latest indirect View
    std::int64_t lent_ = 0;
    std::atomic<std::int64_t> returned_{0};
};

/// One in four of a native number as most protocols know them, else any kind: all widths, both byte orders, text, time, bits, addresses, records and
/// sub-arrays.
[[nodiscard]] Format random_item_format(Random& random, std::int64_t most_itemsize);

}  // namespace ndlease::testing
