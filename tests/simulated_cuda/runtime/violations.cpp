// SPDX-License-Identifier: Apache-2.0
// The list of violations has its own lock: it is written in device work as well.
#include "violations.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace simulated_cuda {
namespace {
struct List {
    std::mutex mutex;
    std::vector<Violation> violations;
    std::atomic<bool> abort{false};
};
List& list() {
    static auto& leaked = *new List;
    return leaked;
}
}  // namespace

void abort_on_violation(bool abort) { list().abort = abort; }

void report(std::string_view kind, std::string message) {
    if (list().abort) {
        std::fprintf(stderr, "simulated CUDA: %.*s: %s\n", static_cast<int>(kind.size()), kind.data(), message.c_str());
        std::abort();
    }
    const std::lock_guard lock(list().mutex);
    list().violations.push_back({std::string(kind), std::move(message)});
}

std::vector<Violation> violations() {
    const std::lock_guard lock(list().mutex);
    return list().violations;
}

std::vector<Violation> take_violations() {
    const std::lock_guard lock(list().mutex);
    return std::exchange(list().violations, {});
}

std::size_t violation_count() {
    const std::lock_guard lock(list().mutex);
    return list().violations.size();
}

std::size_t violation_count(std::string_view kind) {
    const std::lock_guard lock(list().mutex);
    return static_cast<std::size_t>(
        std::count_if(list().violations.begin(), list().violations.end(), [&](const Violation& violation) { return violation.kind == kind; }));
}

std::string violation_report() {
    std::string text;
    for (const Violation& violation : violations()) {
        text += violation.kind + ": " + violation.message + '\n';
    }
    return text;
}

bool expect_no_violations() {
    const std::string text = violation_report();
    if (!text.empty()) {
        std::fprintf(stderr, "simulated CUDA:\n%s", text.c_str());
    }
    return text.empty();
}

}  // namespace simulated_cuda
