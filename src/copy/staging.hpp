// SPDX-License-Identifier: Apache-2.0
// Pinned memory for copies between pageable memory and a device: rings of a few slots, kept from one copy to the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <ndlease/stream.hpp>

namespace ndlease::copying {

inline constexpr std::int64_t staging_slot_bytes = std::int64_t{4} << 20;
inline constexpr int staging_slots = 3;

/// One copy's slots. A ring that was given back keeps the events of the work that still uses it; whoever takes it next waits slot by slot.
class StagingRing {
public:
    /// `slots` of them, 1 to staging_slots; nothing is enqueued. Takes a kept ring, or allocates where none is idle: in steady state nothing is
    /// allocated. Throws Error{errc::out_of_memory}, and what pinned_memory() throws. Any thread.
    [[nodiscard]] static StagingRing reserve(int slots);
    StagingRing(StagingRing&&) noexcept;
    StagingRing& operator=(StagingRing&&) = delete;
    /// Gives the ring back; at most a few are kept.
    ~StagingRing();

    [[nodiscard]] std::byte* slot(int i) const noexcept;
    /// Waits on the host for the work that was last enqueued on slot `i`. Throws Error{errc::device}.
    void wait(int i);
    /// Work enqueued on `stream` so far uses slot `i`. Throws Error{errc::device}.
    void used(int i, StreamRef stream);
    /// After a failure: waits on the host until nothing on `stream` uses the slots any more. When even that fails, the slots' memory is given up for
    /// good, never reused.
    void recover(StreamRef stream) noexcept;

private:
    struct Slot {
        std::byte* data = nullptr;
        Event last_use;
    };
    struct Ring {
        std::vector<Slot> slots;
        ~Ring();
        [[nodiscard]] bool is_idle() const noexcept;
    };
    struct Pool;
    static Pool& pool();

    explicit StagingRing(std::unique_ptr<Ring> ring) noexcept : ring_(std::move(ring)) {}
    std::unique_ptr<Ring> ring_;
};

/// Pinned bytes that were given up after failures, in this process.
[[nodiscard]] std::int64_t abandoned_staging_bytes() noexcept;

}  // namespace ndlease::copying
