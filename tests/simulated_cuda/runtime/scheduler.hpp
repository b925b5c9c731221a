// SPDX-License-Identifier: Apache-2.0
// Runs queued operations, one at a time, on the thread of whoever calls.
#pragma once

#include "state.hpp"

namespace simulated_cuda {

/// Queues work in a stream. With the eager scheduler it has run on return, unless user code on another thread is in its way.
void enqueue(Runtime& runtime, Stream& stream, Operation operation, Lock& lock);
/// Runs the stream's first operation if nothing holds it up. Unlocks while it is user code.
bool step(Runtime& runtime, Stream& stream, Lock& lock);
/// Runs one operation that the stream's first one needs, or that one itself. False: user code of another thread is in the way, or nothing is left.
bool advance(Runtime& runtime, Stream& stream, Lock& lock);
/// Runs what `position` needs, and no more.
void wait_until(Runtime& runtime, Position position, Lock& lock);
/// What the scheduler runs of its own at the end of each call.
void run_at_call(Runtime& runtime, Lock& lock);
void run_everything(Runtime& runtime, Lock& lock);
void run_randomly(Runtime& runtime, std::uint64_t& random, Lock& lock);
/// Forgets queued work; stream callbacks are called with `error` unless it is cudaSuccess.
void drop_work(Runtime& runtime, Stream& stream, cudaError_t error);

/// The host has waited for the position, or for all that the clock knows.
void host_knows(Position position);
void host_knows(const Clock& clock);

[[nodiscard]] std::uint64_t next_random(std::uint64_t& state);

}  // namespace simulated_cuda
