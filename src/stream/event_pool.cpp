// SPDX-License-Identifier: Apache-2.0
#include "stream/event_pool.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include "stream/process_state.hpp"

namespace ndlease::detail {
namespace {

struct Pool {
    const StreamOperations* operations;
    int device;
    Pool* next;
    std::mutex mutex;
    std::vector<void*> free;  // its capacity holds every event made, so that giving back allocates nothing
    std::size_t made = 0;
};

// One per backend and device, added once and never removed: few, so a list is searched.
constinit std::atomic<Pool*> first{nullptr};

Pool* find(const StreamOperations& operations, int device) noexcept {
    Pool* pool = first.load(std::memory_order_acquire);
    while (pool != nullptr && (pool->operations != &operations || pool->device != device)) pool = pool->next;
    return pool;
}

Pool& pool_of(const StreamOperations& operations, int device) {
    if (Pool* known = find(operations, device)) return *known;
    static constinit std::mutex adding;
    const std::lock_guard lock(adding);
    if (Pool* known = find(operations, device)) return *known;
    auto* pool = new Pool{&operations, device, first.load(std::memory_order_relaxed), {}, {}, 0};
    first.store(pool, std::memory_order_release);
    return *pool;
}

}  // namespace

// A forked child touches no pool: another thread of its parent may have held the lock.

Result take_event(const StreamOperations& operations, int device, void** event) {
    if (process_state() == ProcessState::forked) return {Outcome::unavailable};
    Pool& pool = pool_of(operations, device);
    {
        const std::lock_guard lock(pool.mutex);
        if (!pool.free.empty()) {
            *event = pool.free.back();
            pool.free.pop_back();
            return {};
        }
        if (pool.free.capacity() < pool.made + 1) pool.free.reserve(2 * pool.made + 16);
        ++pool.made;
    }
    const Result result = operations.make_event(device, event);
    if (!result.ok()) {
        const std::lock_guard lock(pool.mutex);
        --pool.made;
    }
    return result;
}

void give_event(const StreamOperations& operations, int device, void* event) noexcept {
    if (event == nullptr || process_state() == ProcessState::forked) return;
    Pool& pool = *find(operations, device);
    const std::lock_guard lock(pool.mutex);
    pool.free.push_back(event);
}

void discard_event(const StreamOperations& operations, int device, void* event) noexcept {
    if (process_state() == ProcessState::forked) return;
    operations.destroy_event(device, event);
    Pool& pool = *find(operations, device);
    const std::lock_guard lock(pool.mutex);
    --pool.made;
}

void empty_event_pool() noexcept {
    for (Pool* pool = first.load(std::memory_order_acquire); pool != nullptr; pool = pool->next) {
        const std::lock_guard lock(pool->mutex);
        for (void* event : pool->free) pool->operations->destroy_event(pool->device, event);
        pool->made -= pool->free.size();
        pool->free.clear();
    }
}

}  // namespace ndlease::detail
