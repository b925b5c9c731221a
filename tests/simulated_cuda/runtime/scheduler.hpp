// SPDX-License-Identifier: Apache-2.0
// Runs queued operations, one at a time, on the thread of whoever calls.
#pragma once

#include "state.hpp"

namespace simulated_cuda {

/// Queues work in a stream. With the eager scheduler it has run on return, unless user code on another thread is in its way.
void enqueue(Runtime& runtime, Stream& stream, Operation operation, Lock& lock);
enum class UserCode : bool { leave, run };
/// Runs the stream's first operation if nothing holds it up. Unlocks while it is user code. User code is left alone in calls that have nothing to do
/// with it: their callers may hold the locks that it takes.
bool step(Runtime& runtime, Stream& stream, Lock& lock, UserCode user_code = UserCode::run);
/// Runs one operation that the stream's first one needs, or that one itself. False: user code of another thread is in the way, or nothing is left.
bool advance(Runtime& runtime, Stream& stream, Lock& lock);
/// Runs what `position` needs, and no more.
void wait_until(Runtime& runtime, Position position, Lock& lock);
/// What the scheduler runs of its own at the end of each call.
void run_at_call(Runtime& runtime, Lock& lock);
void run_everything(Runtime& runtime, Lock& lock, UserCode user_code);
void run_randomly(Runtime& runtime, std::uint64_t& random, Lock& lock, UserCode user_code);
/// Forgets queued work; stream callbacks are called with `error` unless it is cudaSuccess.
void drop_work(Runtime& runtime, Stream& stream, cudaError_t error);

/// The host has waited for the position, or for all that the clock knows.
void host_knows(Position position);
void host_knows(const Clock& clock);

[[nodiscard]] std::uint64_t next_random(std::uint64_t& state);

}  // namespace simulated_cuda
