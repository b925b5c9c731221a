// SPDX-License-Identifier: Apache-2.0
#include "copy/staging.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease::copying {
namespace {

constexpr std::size_t kept_rings = 4;
constexpr std::size_t alignment = 256;

std::atomic<std::int64_t> abandoned_bytes{0};

}  // namespace

/// Never destroyed: at exit no call to the runtime is made.
struct StagingRing::Pool {
    std::mutex mutex;
    std::vector<std::unique_ptr<Ring>> kept;  // the one given back first, first
};

StagingRing::Pool& StagingRing::pool() {
    static Pool& instance = *new Pool;
    return instance;
}

StagingRing::Ring::~Ring() {
    for (Slot& slot : slots) {
        if (slot.data == nullptr) continue;
        try {
            slot.last_use.synchronize();
            pinned_memory().deallocate(slot.data, static_cast<std::size_t>(staging_slot_bytes), alignment);
        } catch (const Error&) {
            abandoned_bytes += staging_slot_bytes;  // nobody can tell whether a transfer still uses it
        }
    }
}

bool StagingRing::Ring::is_idle() const noexcept {
    try {
        return std::all_of(slots.begin(), slots.end(), [](const Slot& slot) { return slot.last_use.is_done(); });
    } catch (const Error&) {
        return false;
    }
}

StagingRing StagingRing::reserve(int slots) {
    std::unique_ptr<Ring> ring;
    {
        Pool& all = pool();
        const std::lock_guard lock(all.mutex);
        auto found = std::find_if(all.kept.begin(), all.kept.end(), [](const auto& kept) { return kept->is_idle(); });
        if (found == all.kept.end() && all.kept.size() == kept_rings) found = all.kept.begin();
        if (found != all.kept.end()) {
            ring = std::move(*found);
            all.kept.erase(found);
        }
    }
    if (ring == nullptr) ring = std::make_unique<Ring>();
    StagingRing result(std::move(ring));
    result.ring_->slots.reserve(staging_slots);
    while (result.ring_->slots.size() < static_cast<std::size_t>(slots)) {
        void* const data = pinned_memory().allocate(static_cast<std::size_t>(staging_slot_bytes), alignment);
        result.ring_->slots.push_back({static_cast<std::byte*>(data), Event()});
    }
    return result;
}

StagingRing::StagingRing(StagingRing&&) noexcept = default;

StagingRing::~StagingRing() {
    if (ring_ == nullptr || ring_->slots.empty()) return;
    try {
        Pool& all = pool();
        const std::lock_guard lock(all.mutex);
        all.kept.reserve(kept_rings);
        if (all.kept.size() < kept_rings) all.kept.push_back(std::move(ring_));
    } catch (const std::bad_alloc&) {
        ring_.reset();
    }
}

std::byte* StagingRing::slot(int i) const noexcept { return ring_->slots[static_cast<std::size_t>(i)].data; }

void StagingRing::wait(int i) {
    Event& event = ring_->slots[static_cast<std::size_t>(i)].last_use;
    event.synchronize();
    event = Event();
}

void StagingRing::used(int i, StreamRef stream) { ring_->slots[static_cast<std::size_t>(i)].last_use = Event::record(stream); }

void StagingRing::recover(StreamRef stream) noexcept {
    try {
        stream.synchronize();
    } catch (const Error&) {
        abandoned_bytes += staging_slot_bytes * static_cast<std::int64_t>(ring_->slots.size());
        ring_->slots.clear();  // holds plain pointers: the memory stays allocated
    }
}

std::int64_t abandoned_staging_bytes() noexcept { return abandoned_bytes; }

}  // namespace ndlease::copying
