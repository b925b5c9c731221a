// SPDX-License-Identifier: Apache-2.0
#include "lease/block_pool.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <new>
#include <string>

#include <ndlease/error.hpp>

namespace ndlease::detail {
namespace {

// Slab k holds first_slab << k blocks, so a block's slab follows from its index. 26 slabs hold 2^32 blocks.
constexpr std::uint64_t first_slab = 64;
constexpr std::size_t slab_count = 26;
constinit std::array<std::atomic<ControlBlock*>, slab_count> slabs{};

// An entry of the free list: index + 1 in the high 36 bits, the block's generation in the low 28; 0 is the end. A block goes onto
// the list once per generation and generations never wrap, so an entry never comes back: a compare-exchange on the head cannot
// mistake a re-inserted block for the one it read (ABA).
constexpr int generation_bits = 64 - holder_bits;
constinit std::atomic<std::uint64_t> free_head{0};

std::uint64_t entry_of(const ControlBlock& block) noexcept { return (std::uint64_t{block.index} + 1) << generation_bits | block.generation(); }

ControlBlock* block_of(std::uint64_t entry) noexcept {
    const std::uint64_t index = (entry >> generation_bits) - 1;
    const std::uint64_t slab_size_in_firsts = std::bit_floor(index / first_slab + 1);
    const auto slab = static_cast<std::size_t>(std::countr_zero(slab_size_in_firsts));
    const std::uint64_t slab_start = first_slab * (slab_size_in_firsts - 1);
    return slabs[slab].load(std::memory_order_acquire) + (index - slab_start);
}

// All changes of the head are read-modify-writes, so taking a block synchronises with the thread that put it there, whatever
// others did with the head in between.
void push_chain(std::uint64_t first, ControlBlock& last) noexcept {
    std::uint64_t head = free_head.load(std::memory_order_relaxed);
    do {
        last.next_free.store(head, std::memory_order_relaxed);
    } while (!free_head.compare_exchange_weak(head, first, std::memory_order_acq_rel, std::memory_order_relaxed));
}

// Threads that find the list empty together may grow it together: one wins each slab, the others try again.
void grow() {
    std::size_t slab = 0;
    while (slab < slab_count && slabs[slab].load(std::memory_order_acquire) != nullptr) ++slab;
    if (slab == slab_count) throw Error(errc::out_of_memory, "no lease can be made: 2^32 leases are live");
    const std::uint64_t count = first_slab << slab;
    const std::size_t bytes = count * sizeof(ControlBlock);
    void* memory = ::operator new (bytes, std::align_val_t{alignof(ControlBlock)}, std::nothrow);
    if (memory == nullptr) throw Error(errc::out_of_memory, "no memory for the control blocks of leases: " + std::to_string(bytes) + " bytes");

    auto* blocks = static_cast<ControlBlock*>(memory);
    const std::uint64_t slab_start = first_slab * ((std::uint64_t{1} << slab) - 1);
    for (std::uint64_t i = 0; i < count; ++i) {
        auto* block = new (blocks + i) ControlBlock;
        block->index = static_cast<std::uint32_t>(slab_start + i);
        if (i > 0) blocks[i - 1].next_free.store(entry_of(*block), std::memory_order_relaxed);
    }
    ControlBlock* none = nullptr;
    if (!slabs[slab].compare_exchange_strong(none, blocks, std::memory_order_acq_rel)) {
        ::operator delete (memory, std::align_val_t{alignof(ControlBlock)});
        return;
    }
    push_chain(entry_of(blocks[0]), blocks[count - 1]);
}

}  // namespace

ControlBlock* take_block() {
    std::uint64_t head = free_head.load(std::memory_order_acquire);
    for (;;) {
        if (head == 0) {
            grow();
            head = free_head.load(std::memory_order_acquire);
            continue;
        }
        ControlBlock* block = block_of(head);
        const std::uint64_t next = block->next_free.load(std::memory_order_relaxed);
        if (free_head.compare_exchange_weak(head, next, std::memory_order_acq_rel, std::memory_order_acquire)) return block;
    }
}

void give_block(ControlBlock* block) noexcept {
    if (block->generation() == last_generation) return;
    push_chain(entry_of(*block), *block);
}

void visit_free_blocks(void (*visit)(ControlBlock&)) noexcept {
    std::uint64_t entry = free_head.exchange(0, std::memory_order_acq_rel);
    while (entry != 0) {
        ControlBlock* const block = block_of(entry);
        entry = block->next_free.load(std::memory_order_relaxed);
        visit(*block);
        block->skip_generation();
        give_block(block);
    }
}

}  // namespace ndlease::detail
