// SPDX-License-Identifier: Apache-2.0
// The copies of copy_batch.hpp.
#include <algorithm>
#include <deque>
#include <numeric>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "copy/batch_order.hpp"
#include "copy/plan_parts.hpp"
#include "copy/validate.hpp"

#include <ndlease/access.hpp>
#include <ndlease/copy_batch.hpp>
#include <ndlease/error.hpp>

namespace ndlease {
namespace {

using copying::PlanParts;

/// More bytes are worth a launch of their own, with the kernel that fits them best.
constexpr std::int64_t largest_entry = std::int64_t{8} << 20;

/// `action`, whose errors tell the number of their pair.
template <class Action>
void for_pair(std::size_t number, Action&& action) {
    try {
        action();
    } catch (const Error& error) {
        throw Error(error.code(), "copy_batch, pair " + std::to_string(number) + ": " + error.what(), static_cast<std::int64_t>(number));
    }
}

std::vector<CopyPlan> plans_of(std::span<const CopyPair> pairs, const CopyOptions& options, bool on_host) {
    if (options.conversion == Conversion::checked) {
        throw Error(errc::not_supported, "copy_batch: the values of a pair can be checked only when the pairs before it have been copied; use copy");
    }
    std::vector<CopyPlan> plans;
    plans.reserve(pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        for_pair(i, [&] {
            plans.push_back(CopyPlan::make(pairs[i].dst, pairs[i].src, options));
            if (on_host) copying::check_host_reach(pairs[i].dst.device(), pairs[i].src.device());
        });
    }
    return plans;
}

/// The scopes of all views. Neighbours often stand on one lease, which is entered once then.
class Accesses {
public:
    Accesses(std::span<const CopyPair> pairs, StreamRef stream) {
        const auto user_of = [stream](const View& side) { return side.device() == Device::cpu() ? StreamRef::host() : stream; };
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const CopyPair* const before = i == 0 ? nullptr : &pairs[i - 1];
            for_pair(i, [&] {
                if (before == nullptr || !stands_on(pairs[i].dst, before->dst)) accesses_.emplace_back(pairs[i].dst, user_of(pairs[i].dst), Use::write);
                if (before == nullptr || !stands_on(pairs[i].src, before->src)) accesses_.emplace_back(pairs[i].src, user_of(pairs[i].src), Use::read);
            });
        }
    }
    void leave() {
        for (Access& access : accesses_) access.leave();
    }

private:
    static bool stands_on(const View& a, const View& b) { return a.lease() == b.lease() && a.device() == b.device(); }
    std::deque<Access> accesses_;
};

/// Runs plans that may run side by side, and counts those that are enqueued.
class Runner {
public:
    Runner(std::span<const CopyPlan> plans, StreamRef stream) : plans_(plans), stream_(stream) {}

    void run(std::span<const int> group) {
        entries_.clear();
        alone_.clear();
        for (const int number : group) {
            const CopyPlan& plan = plans_[static_cast<std::size_t>(number)];
            backend::BatchEntry entry{};
            if (!PlanParts::moves_nothing(plan) && PlanParts::fits_batch(plan, stream_, largest_entry, &entry)) {
                entries_.push_back(entry);
            } else {
                alone_.push_back(number);
            }
        }
        told([&] {
            if (!entries_.empty()) backend::require_cuda("copy_batch").run_batch(entries_, stream_);
            enqueued_ += entries_.size();
            for (const int number : alone_) {
                plans_[static_cast<std::size_t>(number)].run(stream_);
                ++enqueued_;
            }
        });
    }

private:
    template <class Action>
    void told(Action&& action) {
        try {
            action();
        } catch (const Error& error) {
            throw Error(error.code(),
                        "copy_batch: " + std::string(error.what()) + "; of " + std::to_string(plans_.size()) + " pairs " + std::to_string(enqueued_) +
                            " were enqueued before",
                        static_cast<std::int64_t>(enqueued_));
        }
    }

    std::span<const CopyPlan> plans_;
    StreamRef stream_;
    std::vector<backend::BatchEntry> entries_;
    std::vector<int> alone_;
    std::size_t enqueued_ = 0;
};

}  // namespace

void copy_batch(std::span<const CopyPair> pairs, const CopyOptions& options) {
    for (const CopyPlan& plan : plans_of(pairs, options, true)) plan.run();
}

void copy_batch(std::span<const CopyPair> pairs, StreamRef stream, const CopyOptions& options) {
    const std::vector<CopyPlan> plans = plans_of(pairs, options, false);
    if (!stream.is_host() && stream.is_capturing()) {
        for (std::size_t i = 0; i < plans.size(); ++i) {
            for_pair(i, [&] {
                if (!PlanParts::is_capturable(plans[i], stream)) {
                    throw Error(errc::not_supported, "this copy cannot be part of a graph, and " + to_string(stream) + " is being captured");
                }
            });
        }
    }
    const std::vector<int> order = copying::order_batch(plans, options.max_overlap_work);
    std::vector<int> numbers(plans.size());
    std::iota(numbers.begin(), numbers.end(), 0);
    const auto place = [&order](int number) { return order[static_cast<std::size_t>(number)]; };
    std::stable_sort(numbers.begin(), numbers.end(), [&place](int a, int b) { return place(a) < place(b); });

    Accesses accesses(pairs, stream);
    Runner runner(plans, stream);
    for (std::size_t begin = 0; begin < numbers.size();) {
        std::size_t end = begin + 1;
        while (end < numbers.size() && place(numbers[end]) == place(numbers[begin])) ++end;
        runner.run(std::span(numbers).subspan(begin, end - begin));
        begin = end;
    }
    accesses.leave();
}

}  // namespace ndlease
