// SPDX-License-Identifier: Apache-2.0
#include "counters.hpp"

#include <map>
#include <mutex>
#include <utility>

namespace simulated_cuda {
namespace {

struct Kept {
    std::mutex mutex;
    KernelCounters last;
    std::map<std::string, KernelCounters, std::less<>> by_name;
};

/// Never destroyed: kernels may run after main().
Kept& kept() {
    static Kept* const result = new Kept;
    return *result;
}

void add(KernelCounters& sum, const KernelCounters& other) {
    sum.kernel = other.kernel;
    sum.launches += other.launches;
    sum.blocks += other.blocks;
    sum.threads += other.threads;
    sum.barriers += other.barriers;
    sum.total += other.total;
    std::map<std::pair<std::string, unsigned>, MemoryRequests> lines;
    for (const std::vector<LineRequests>* part : {&std::as_const(sum.lines), &other.lines}) {
        for (const LineRequests& line : *part) {
            lines[{line.file, line.line}] += line.requests;
        }
    }
    sum.lines.clear();
    for (const auto& [place, requests] : lines) {
        sum.lines.push_back({place.first, place.second, requests});
    }
}

}  // namespace

GlobalRequests& GlobalRequests::operator+=(const GlobalRequests& other) {
    requests += other.requests;
    sectors += other.sectors;
    bytes += other.bytes;
    ideal_sectors += other.ideal_sectors;
    return *this;
}

SharedRequests& SharedRequests::operator+=(const SharedRequests& other) {
    requests += other.requests;
    waves += other.waves;
    ideal_waves += other.ideal_waves;
    return *this;
}

MemoryRequests& MemoryRequests::operator+=(const MemoryRequests& other) {
    loads += other.loads;
    stores += other.stores;
    shared_loads += other.shared_loads;
    shared_stores += other.shared_stores;
    return *this;
}

SharedRequests MemoryRequests::shared() const {
    SharedRequests sum = shared_loads;
    return sum += shared_stores;
}

MemoryRequests KernelCounters::at(unsigned line) const {
    MemoryRequests sum;
    for (const LineRequests& candidate : lines) {
        if (candidate.line == line) {
            sum += candidate.requests;
        }
    }
    return sum;
}

void keep_counters(KernelCounters counters) {
    KernelCounters merged;  // several kinds of access in one line become one entry
    add(merged, counters);
    const std::lock_guard lock(kept().mutex);
    add(kept().by_name[merged.kernel], merged);
    kept().last = std::move(merged);
}

KernelCounters last_counters() {
    const std::lock_guard lock(kept().mutex);
    return kept().last;
}

KernelCounters counters_of(std::string_view kernel) {
    const std::lock_guard lock(kept().mutex);
    const auto found = kept().by_name.find(kernel);
    return found == kept().by_name.end() ? KernelCounters{} : found->second;
}

void reset_counters() {
    const std::lock_guard lock(kept().mutex);
    kept().last = {};
    kept().by_name.clear();
}

}  // namespace simulated_cuda
