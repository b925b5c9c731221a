// SPDX-License-Identifier: Apache-2.0
#include "lease/reaper.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "lease/release.hpp"
#include "lease/settle.hpp"
#include "stream/process_state.hpp"

namespace ndlease::detail {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto shortest_pause = std::chrono::microseconds(20);
constexpr auto longest_pause = std::chrono::milliseconds(1);

struct Reaper {
    std::mutex mutex;
    std::condition_variable work_came;
    std::condition_variable went_idle;
    ControlBlock* blocks = nullptr;  // handed over and not looked at yet, newest first
    GraphShare* shares = nullptr;
    bool stopping = false;
    bool idle = true;
    bool running = false;              // there is a thread; it is nobody's to join, since it may stay when the process exits
    std::atomic<bool> started{false};  // there is a thread; read without the lock
};

// Never destroyed: leases end in the destructors of statics, and the thread may outlive them.
Reaper*& instance() noexcept {
    static Reaper* current = new Reaper;  // NOLINT(bugprone-unhandled-exception-at-new): without memory for the first object nothing can be promised
    return current;
}
Reaper& reaper() noexcept { return *instance(); }

// A forked child has no such thread, and locks in whatever state: it gets a fresh reaper with what was left to do. Where the parent
// made device calls, nothing of that is ever done (ProcessState::forked).
void be_ready_for_forks() noexcept {
    (void)pthread_atfork([] { reaper().mutex.lock(); }, [] { reaper().mutex.unlock(); },
                         [] {
                             Reaper& old = reaper();
                             old.mutex.unlock();
                             old.running = false;
                             auto* fresh = new (std::nothrow) Reaper;
                             if (fresh == nullptr) return;  // the old one starts no thread, and keeps what is put off for shutdown()
                             fresh->blocks = std::exchange(old.blocks, nullptr);
                             fresh->shares = std::exchange(old.shares, nullptr);
                             instance() = fresh;
                         });
}

/// One look at every block. Returns those to look at again, and sets `progress` when one was finished.
ControlBlock* look_at(ControlBlock* blocks, bool* progress) noexcept {
    ControlBlock* rest = nullptr;
    while (ControlBlock* block = blocks) {
        blocks = block->next_pending();
        const Settlement settlement = settle_step(*block->uses.load(std::memory_order_acquire), block->memory);
        if (settlement.what == Settled::later) {
            block->set_next_pending(rest);
            rest = block;
        } else {
            *progress = true;
            conclude_release(*block, settlement);
        }
    }
    return rest;
}

ControlBlock* joined(ControlBlock* first, ControlBlock* second) noexcept {
    while (ControlBlock* block = first) {
        first = block->next_pending();
        block->set_next_pending(second);
        second = block;
    }
    return second;
}

bool give_back(GraphShare* shares) noexcept {
    const bool any = shares != nullptr;
    while (shares != nullptr) {
        const std::unique_ptr<GraphShare> share(std::exchange(shares, shares->next));
        (void)Lease::release_token(share->share);
    }
    return any;
}

/// With the lock, until the thread has to end.
void work(Reaper& self, std::unique_lock<std::mutex>& lock) noexcept {
    ControlBlock* mine = nullptr;
    Clock::duration pause = shortest_pause;
    for (;;) {
        // At exit nothing is asked any more, and callbacks would run beside the destructors of statics: what is left stays.
        if (process_state() == ProcessState::exiting) return;
        mine = joined(std::exchange(self.blocks, nullptr), mine);
        GraphShare* const shares = std::exchange(self.shares, nullptr);
        if (mine == nullptr && shares == nullptr) {
            self.idle = true;
            self.went_idle.notify_all();
            if (self.stopping) return;
            self.work_came.wait(lock);
            pause = shortest_pause;
            continue;
        }
        self.idle = false;
        lock.unlock();
        bool progress = give_back(shares);
        mine = look_at(mine, &progress);
        lock.lock();
        if (mine == nullptr) continue;
        if (self.stopping) {
            self.blocks = joined(mine, self.blocks);
            return;
        }
        pause = progress ? Clock::duration(shortest_pause) : std::min<Clock::duration>(2 * pause, longest_pause);
        self.work_came.wait_for(lock, pause);
    }
}

void run(Reaper& self) noexcept {
    std::unique_lock lock(self.mutex);
    work(self, lock);
    self.running = false;
    self.started.store(false, std::memory_order_release);
    self.went_idle.notify_all();
}

}  // namespace

bool start_reaper() noexcept {
    if (reaper().started.load(std::memory_order_acquire)) return true;
    Reaper& self = reaper();
    const std::lock_guard lock(self.mutex);
    if (self.running) return true;
    static const bool once = (watch_exit(), be_ready_for_forks(), true);
    (void)once;
    try {
        self.stopping = false;
        std::thread([&self] { run(self); }).detach();
        self.running = true;
        self.started.store(true, std::memory_order_release);
    } catch (...) {
        return false;
    }
    return true;
}

void settle_later(ControlBlock& block) noexcept {
    Reaper& self = reaper();
    const std::lock_guard lock(self.mutex);
    block.set_next_pending(self.blocks);
    self.blocks = &block;
    self.idle = false;
    self.work_came.notify_one();
}

void give_share_later(GraphShare* share) noexcept {
    Reaper& self = reaper();
    const std::lock_guard lock(self.mutex);
    share->next = std::exchange(self.shares, share);
    self.idle = false;
    self.work_came.notify_one();
}

void wait_for_reaper(Clock::duration patience) noexcept {
    Reaper& self = reaper();
    std::unique_lock lock(self.mutex);
    if (self.running) self.went_idle.wait_for(lock, patience, [&self] { return self.idle; });
}

ControlBlock* stop_reaper(Clock::duration patience) noexcept {
    Reaper& self = reaper();
    std::unique_lock lock(self.mutex);
    if (self.running) {
        self.went_idle.wait_for(lock, patience, [&self] { return self.idle; });
        self.stopping = true;
        self.work_came.notify_all();
        self.went_idle.wait(lock, [&self] { return !self.running; });
    }
    return std::exchange(self.blocks, nullptr);
}

}  // namespace ndlease::detail
