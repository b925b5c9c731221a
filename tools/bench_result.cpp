// SPDX-License-Identifier: Apache-2.0
#include "bench_result.hpp"

#include <cmath>

namespace ndlease::tool {
namespace {

class GeometricMean {
public:
    void add(double value) {
        logarithms_ += std::log(value);
        ++count_;
    }
    [[nodiscard]] int count() const noexcept { return count_; }
    [[nodiscard]] double value() const { return std::exp(logarithms_ / count_); }

private:
    double logarithms_ = 0;
    int count_ = 0;
};

}  // namespace

std::string Result::key() const { return name + '|' + device + '|' + direction + '|' + host_memory + '|' + std::to_string(threads); }

const Result* Report::find(const Result& like) const {
    for (const Result& result : results) {
        if (result.warm.is_there() && result.key() == like.key()) return &result;
    }
    return nullptr;
}

double peer_percent(const Result& ours, const Result& theirs) { return ours.percent() * theirs.gbps() / ours.gbps(); }

std::vector<Mean> means_of(const Report& report) {
    std::vector<Mean> means;
    for (const int threads : report.context.threads) {
        GeometricMean warm, cold, model;
        for (const Result& result : report.results) {
            if (result.threads != threads || !result.in_means() || !result.warm.is_there() || result.warm.ceiling_s <= 0) continue;
            warm.add(result.percent());
            cold.add(result.cold.is_there() ? result.cold_percent() : result.percent());
            model.add(result.percent_of_model());
        }
        if (warm.count() > 0) means.push_back({threads, warm.count(), warm.value(), cold.value(), model.value()});
    }
    return means;
}

std::vector<PeerMean> means_beside(const Report& report, const Report& peer) {
    std::vector<PeerMean> means;
    for (const int threads : report.context.threads) {
        GeometricMean ours, theirs;
        for (const Result& result : report.results) {
            if (result.threads != threads || !result.in_means() || !result.warm.is_there() || result.warm.ceiling_s <= 0) continue;
            const Result* const other = peer.find(result);
            if (other == nullptr) continue;
            ours.add(result.percent());
            theirs.add(peer_percent(result, *other));
        }
        if (ours.count() > 0) means.push_back({threads, ours.count(), ours.value(), theirs.value()});
    }
    return means;
}

}  // namespace ndlease::tool
