// SPDX-License-Identifier: Apache-2.0
// Streams made of counters: work finishes when the test says so, every call is logged, any call can be made to fail.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <ndlease/stream.hpp>

#include "stream/operations.hpp"

namespace ndlease::testing {

class FakeStreams {
public:
    FakeStreams();
    ~FakeStreams();

    [[nodiscard]] StreamRef stream(std::uint64_t id, int device = 0);
    void enqueue(StreamRef stream);  ///< one piece of work
    void finish(StreamRef stream);   ///< all that is enqueued
    void finish_all();
    /// The next `times` calls of this operation ("record", "wait", "query_event", ...) give this outcome.
    void fail(const std::string& call, detail::Outcome outcome, int times = 1'000'000);
    void heal();
    void begin_capture(StreamRef stream, std::uint64_t id);
    void end_capture(StreamRef stream);
    void destroy_graph(std::uint64_t capture_id);  ///< gives the shares that it keeps back
    /// Since the last call: "record 1", "wait 2 for 1", "synchronize event of 1", ...
    [[nodiscard]] std::vector<std::string> take_log();
    [[nodiscard]] int events_alive() const;
    [[nodiscard]] int shares_kept() const;

    struct State;  // behind the table of plain functions
};

}  // namespace ndlease::testing
