// SPDX-License-Identifier: Apache-2.0
// The shared state of one lease. A block lives in a slab that is never freed, so that even a stale token points to a block.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include <ndlease/lease.hpp>

namespace ndlease::detail {

// One atomic word holds the generation (high 28 bits) and the number of holders (low 36 bits).
// A block's generation goes up by one each time it is handed out and never wraps: a block that was handed out with
// last_generation is not used again (128 bytes lost per 268 million leases). So a (block, generation) pair names one lease of
// the process for ever, and a stale token never matches a later lease.
inline constexpr int holder_bits = 36;
inline constexpr std::uint64_t holder_mask = (std::uint64_t{1} << holder_bits) - 1;
inline constexpr std::uint64_t last_generation = (std::uint64_t{1} << (64 - holder_bits)) - 1;
// A count that gets here stays here: the memory is kept for ever rather than given back early. No program can hold so many
// shares; one that leaks tokens can.
inline constexpr std::uint64_t sticky_holders = std::uint64_t{1} << (holder_bits - 1);

class StreamUses;

enum class Dropped : std::uint8_t { one_of_several, last, stale };

struct alignas(64) ControlBlock {
    std::atomic<std::uint64_t> state{0};
    std::atomic<std::uint64_t> next_free{0};  // entry of the pool's free list, see block_pool.cpp
    ReleaseCallback callback;                 // touched by the maker and by the last holder only
    ResizeLock* resize_lock = nullptr;        // NULL from the release on
    std::atomic<StreamUses*> uses{nullptr};   // what streams do with the memory; NULL while none was named
    std::atomic<StreamUses*> kept{nullptr};   // what `uses` becomes then: made once a block, and kept from lease to lease
    Device memory;                            // where the memory is
    std::uint32_t index = 0;                  // in the pool

    static std::uint64_t generation_of(std::uint64_t word) noexcept { return word >> holder_bits; }
    static std::uint64_t holders_of(std::uint64_t word) noexcept { return word & holder_mask; }
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_of(state.load(std::memory_order_relaxed)); }

    /// Holders of the lease of this generation; 0 when it was released.
    [[nodiscard]] std::uint64_t holders(std::uint64_t generation) const noexcept {
        const std::uint64_t word = state.load(std::memory_order_acquire);
        return generation_of(word) == generation ? holders_of(word) : 0;
    }

    /// The block was just taken from the pool, so no other thread changes it. Returns the new lease's generation.
    std::uint64_t start(ReleaseCallback&& release, ResizeLock* lock, Device where, StreamUses* with) noexcept {
        callback = std::move(release);
        resize_lock = lock;
        memory = where;
        uses.store(with, std::memory_order_relaxed);
        if (lock != nullptr) lock->count_.fetch_add(1, std::memory_order_relaxed);
        const std::uint64_t next = generation() + 1;
        state.store(next << holder_bits | 1, std::memory_order_release);
        return next;
    }

    /// The block was just taken from the pool and goes back without a lease: a generation is skipped, for it goes onto the free list once in each.
    void skip_generation() noexcept { state.store((generation() + 1) << holder_bits, std::memory_order_relaxed); }

    /// false when the lease of this generation was released.
    bool add_holder(std::uint64_t generation) noexcept {
        std::uint64_t word = state.load(std::memory_order_relaxed);
        do {
            if (generation_of(word) != generation || holders_of(word) == 0) return false;
            if (holders_of(word) >= sticky_holders) return true;
        } while (!state.compare_exchange_weak(word, word + 1, std::memory_order_relaxed));
        return true;
    }

    /// Whoever gets `last` must run the release. acq_rel: the last holder sees everything that the others did with the memory.
    Dropped drop_holder(std::uint64_t generation) noexcept {
        std::uint64_t word = state.load(std::memory_order_relaxed);
        do {
            if (generation_of(word) != generation || holders_of(word) == 0) return Dropped::stale;
            if (holders_of(word) >= sticky_holders) return Dropped::one_of_several;
        } while (!state.compare_exchange_weak(word, word - 1, std::memory_order_acq_rel, std::memory_order_relaxed));
        return holders_of(word) == 1 ? Dropped::last : Dropped::one_of_several;
    }

    /// Links of the queue of leases to release on one thread; the free list's word is free for it until the block is given back.
    [[nodiscard]] ControlBlock* next_pending() const noexcept {
        return reinterpret_cast<ControlBlock*>(next_free.load(std::memory_order_relaxed));  // NOLINT(performance-no-int-to-ptr)
    }
    void set_next_pending(ControlBlock* next) noexcept { next_free.store(reinterpret_cast<std::uintptr_t>(next), std::memory_order_relaxed); }

    /// The lease no longer counts on its exporter.
    void unlock_exporter() noexcept {
        if (ResizeLock* lock = std::exchange(resize_lock, nullptr)) lock->count_.fetch_sub(1, std::memory_order_release);
    }
};
static_assert(sizeof(ControlBlock) == 128);

}  // namespace ndlease::detail
