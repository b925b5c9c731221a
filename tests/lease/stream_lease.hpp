// SPDX-License-Identifier: Apache-2.0
// A lease on streams whose every step the test decides.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/lease.hpp>

#include "lease/fake_streams.hpp"
#include "stream/process_state.hpp"

namespace ndlease {

using detail::Outcome;
using detail::ProcessState;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class StreamLease : public ::testing::Test {
protected:
    testing::FakeStreams fake;
    StreamRef a = fake.stream(11), b = fake.stream(12), c = fake.stream(13, 1);
    std::atomic<int> calls{0};
    ReleaseInfo info;
    LeaseStatistics before = lease_statistics();

    Lease lend(ReleasePolicy policy, PendingWork ready = {}, Device memory = Device::cuda(0)) {
        return Lease::make(
            [this](const ReleaseInfo& i) {
                info = i;
                ++calls;
            },
            {policy, nullptr, memory, std::move(ready)});
    }
    void use(const Lease& lease, StreamRef stream, Use how = Use::write) {
        fake.enqueue(stream);
        lease.used_on(stream, how);
    }
    bool called_soon() const {
        for (int i = 0; i < 5000 && calls == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return calls == 1;
    }
    bool not_called_for_a_while() const {
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        return calls == 0;
    }
    void TearDown() override {
        fake.heal();
        detail::set_process_state(ProcessState::running);
    }
};

inline std::atomic<int> reports{0};

/// Counts reports instead of printing them.
struct QuietQuarantine {
    QuarantineHandler old = set_quarantine_handler([](Device, const char* reason) {
        ++reports;
        EXPECT_NE(std::string(reason), "");
    });
    QuietQuarantine() { reports = 0; }
    ~QuietQuarantine() { set_quarantine_handler(old); }
};

}  // namespace ndlease
