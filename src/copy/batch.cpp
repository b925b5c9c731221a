// SPDX-License-Identifier: Apache-2.0
// The copies of copy_batch.hpp: a plan that is run once, within the scopes of all views.
#include <deque>

#include "copy/planned_batch.hpp"

#include <ndlease/access.hpp>
#include <ndlease/copy_batch.hpp>

namespace ndlease {
namespace {

using copying::for_pair;

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

}  // namespace

void copy_batch(std::span<const CopyPair> pairs, const CopyOptions& options) { copying::run_batch(copying::plan_batch(pairs, options, Device::cpu())); }

void copy_batch(std::span<const CopyPair> pairs, StreamRef stream, const CopyOptions& options) {
    const detail::PlannedBatch batch = copying::plan_batch(pairs, options, stream.device());
    copying::check_capture(batch, stream);
    Accesses accesses(pairs, stream);
    copying::run_batch(batch, stream);
    accesses.leave();
}

}  // namespace ndlease
