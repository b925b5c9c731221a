// SPDX-License-Identifier: Apache-2.0
#include "memory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "call.hpp"

namespace simulated_cuda {
namespace {
// Addresses come round only after this much was given out, as long as the live blocks leave room.
constexpr std::size_t kRound = std::size_t{256} << 20;

std::size_t span(std::size_t bytes) {
    return (bytes + AddressWindow::kGap + AddressWindow::kAlignment - 1) / AddressWindow::kAlignment * AddressWindow::kAlignment;
}

// The first place at or after `from`, before `limit`, that no live block takes; 0 if there is none.
std::uintptr_t free_place(const Runtime& state, std::uintptr_t from, std::uintptr_t limit, std::size_t size) {
    auto block = state.blocks.upper_bound(from);
    if (block != state.blocks.begin() && std::prev(block)->second->window != nullptr) {
        --block;
    }
    for (; block != state.blocks.end() && block->first < from + size; ++block) {
        const Block& taken = *block->second;
        if ((taken.live || taken.graph_owned) && taken.begin + span(taken.bytes) > from) {
            from = taken.begin + span(taken.bytes);
        }
    }
    return from <= limit && size <= limit - from ? from : 0;
}

std::uintptr_t place(Runtime& state, Device& device, std::size_t bytes) {
    const std::uintptr_t begin = device.window->begin(), size = span(bytes);
    if (device.next == 0) {
        device.next = begin + AddressWindow::kGap;
    }
    std::uintptr_t at = free_place(state, device.next, begin + kRound, size);
    if (at == 0) {
        at = free_place(state, begin + AddressWindow::kGap, begin + kRound, size);
    }
    if (at == 0) {
        at = free_place(state, begin + AddressWindow::kGap, begin + AddressWindow::kReserved, size);
    }
    if (at == 0 || !device.window->grow(at + size)) {
        return 0;
    }
    device.next = at + size;
    auto first = state.blocks.lower_bound(at);
    if (first != state.blocks.begin() && std::prev(first)->second->window == device.window.get() && std::prev(first)->second->end() > at) {
        --first;  // a dead block that reaches into the place
    }
    state.blocks.erase(first, state.blocks.lower_bound(at + size));
    return at;
}
}  // namespace

std::shared_ptr<Block> allocate(Runtime& state, MemoryKind kind, int device_number, std::size_t bytes) {
    const bool on_device = kind == MemoryKind::device;
    Device& device = on_device ? state.devices[device_number] : state.host;
    if (bytes > AddressWindow::kReserved / 2 || (on_device && bytes > state.options.device_bytes - std::min(device.used, state.options.device_bytes))) {
        return nullptr;
    }
    if (!device.window) {
        device.window = std::make_unique<AddressWindow>(on_device);
    }
    auto block = std::make_shared<Block>();
    block->initialised_bytes.reset(static_cast<std::uint8_t*>(std::calloc(std::max<std::size_t>(bytes, 1), 1)));
    const std::uintptr_t at = block->initialised_bytes ? place(state, device, bytes) : 0;
    if (at == 0) {
        return nullptr;
    }
    block->begin = at;
    block->bytes = bytes;
    block->kind = kind;
    block->device = device_number;
    block->window = device.window.get();
    block->initialised = block->initialised_bytes.get();
    if (!on_device) {
        std::memset(block->initialised, 1, bytes);  // the host's writes are not seen
    }
    device.used += bytes;
    ++state.statistics.allocations;
    revive(*block);
    return state.blocks[at] = std::move(block);
}

void revive(Block& block) {
    block.live = true;
    AddressWindow::unpoison(block.begin, block.bytes);
    std::memset(block.window->alias(block.begin), 0xA5, block.bytes);
}

std::shared_ptr<Block> register_host(Runtime& state, int device, std::uintptr_t begin, std::size_t bytes) {
    auto block = std::make_shared<Block>();
    block->initialised_bytes.reset(static_cast<std::uint8_t*>(std::malloc(bytes)));
    if (!block->initialised_bytes) {
        return nullptr;
    }
    block->begin = begin;
    block->bytes = bytes;
    block->kind = MemoryKind::pinned;
    block->device = device;
    block->live = true;
    block->initialised = block->initialised_bytes.get();
    std::memset(block->initialised, 1, bytes);
    return state.blocks[begin] = std::move(block);
}

void release(Runtime& state, Block& block) {
    block.live = false;
    if (block.window == nullptr) {
        const std::shared_ptr<Block> kept = state.blocks.extract(block.begin).mapped();
        return;
    }
    std::memset(block.window->alias(block.begin), 0xDD, block.bytes);
    AddressWindow::poison(block.begin, block.bytes);
    if (!block.graph_owned) {
        (block.kind == MemoryKind::device ? state.devices[block.device] : state.host).used -= block.bytes;
        ++state.statistics.frees;
    }
    if (block.pool) {
        Pool& pool = *block.pool;
        pool.used -= block.bytes;
        pool.reserved = std::max(pool.used, std::min(pool.reserved, pool.threshold));
    }
}

void forget_blocks(Runtime& state) {
    for (const auto& [begin, block] : state.blocks) {
        if (block->live && block->window != nullptr) {
            AddressWindow::poison(begin, block->bytes);
        }
        block->live = false;
    }
    state.blocks.clear();
    for (Device& device : state.devices) {
        device.used = device.next = 0;
        if (device.window) {
            device.window->trim();
        }
    }
    state.host.used = state.host.next = 0;
    if (state.host.window) {
        state.host.window->trim();
    }
}

bool in_windows(const Runtime& state, std::uintptr_t address) {
    return (state.host.window && state.host.window->contains(address)) ||
           std::any_of(std::begin(state.devices), std::end(state.devices),
                       [&](const Device& device) { return device.window && device.window->contains(address); });
}

std::shared_ptr<Block> find_block(const Runtime& state, std::uintptr_t address) {
    auto after = state.blocks.upper_bound(address);
    if (after == state.blocks.begin()) {
        return nullptr;
    }
    const std::shared_ptr<Block>& block = std::prev(after)->second;
    const bool near = block->window != nullptr ? block->window->contains(address) : address - block->begin < block->bytes;
    return near ? block : nullptr;
}

std::byte* reach(const Block* block, std::uintptr_t address) {
    return block == nullptr || block->window == nullptr ? reinterpret_cast<std::byte*>(address) : block->window->alias(address);
}

bool used_by_pending(const Runtime& state, std::uintptr_t address, std::size_t bytes, bool writes_only) {
    for (const Stream* const stream : state.active) {
        for (const Operation& operation : stream->queue) {
            for (const Range& range : operation.ranges) {
                if ((range.write || !writes_only) && range.begin < address + bytes && address < range.begin + range.bytes) {
                    return true;
                }
            }
        }
    }
    return false;
}

std::string hex(std::uintptr_t address) {
    char text[24];
    std::snprintf(text, sizeof text, "%#zx", static_cast<std::size_t>(address));
    return text;
}

std::string describe(const Block& block) {
    static constexpr const char* kKinds[] = {"device", "pinned", "managed"};
    return std::string(kKinds[static_cast<std::size_t>(block.kind)]) + " block of " + std::to_string(block.bytes) + " bytes at " + hex(block.begin) +
           " of device " + std::to_string(block.device) +
           (block.live            ? ""
            : block.lost_in_reset ? ", lost in cudaDeviceReset"
                                  : ", freed");
}

std::shared_ptr<Block> block_to_free(const Call& call, const void* pointer, bool device_memory) {
    const auto address = reinterpret_cast<std::uintptr_t>(pointer);
    std::shared_ptr<Block> block = find_block(call.runtime, address);
    if (!block || block->begin != address || (block->kind != MemoryKind::pinned) != device_memory || block->window == nullptr) {
        call.violate(violation::bad_free, hex(address) + (device_memory ? " is not the beginning of a device or managed block"
                                                                        : " is not the beginning of a block of pinned memory"));
        return nullptr;
    }
    if (!block->live || block->free_queued) {
        call.violate(violation::double_free, describe(*block) + (block->live ? " was given to cudaFreeAsync already" : ""));
        return nullptr;
    }
    return block;
}

bool report_unknown_users(const Call& call, const Block& block) {
    for (const Position& user : block.users) {
        if (call.runtime.options.strict && user.count > user.stream->host_known) {
            call.violate(violation::early_free,
                         "the host has not waited for work on stream " + std::to_string(user.stream->id) + " that uses the " + describe(block));
            return true;
        }
    }
    return false;
}

// -- what the kernel side asks; while a kernel runs its thread holds the lock, so its helpers take the kernel's own --

namespace {
template <class Body>
auto with_state(Body&& body) {
    Runtime& state = runtime();
    if (state.kernel_runs) {
        const std::lock_guard guard(state.kernel_mutex);
        return body(state);
    }
    const Lock lock(state.mutex);
    return body(state);
}
}  // namespace

MemoryBlock* block_containing(std::uintptr_t address) {
    return with_state([&](Runtime& state) -> MemoryBlock* {
        Block* const block = find_block(state, address).get();
        if (block != nullptr && block->live && block->holds(address, 1) && state.running.stream != nullptr) {
            block->used_at(state.running);
        }
        return block;
    });
}

bool reachable(int device, const MemoryBlock& memory) {
    return with_state([&](Runtime& state) {
        if (memory.kind != MemoryKind::device || memory.device == device) {
            return true;
        }
        if (device < 0 || device >= kMaxDevices) {
            return false;
        }
        const std::shared_ptr<Block> block = find_block(state, memory.begin);
        return block && block->pool ? block->pool->access[device] != cudaMemAccessFlagsProtNone : state.devices[device].peer[memory.device];
    });
}

int running_device() {
    return with_state([](Runtime& state) { return state.running_device; });
}

}  // namespace simulated_cuda
