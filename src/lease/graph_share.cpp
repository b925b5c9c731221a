// SPDX-License-Identifier: Apache-2.0
#include "lease/graph_share.hpp"

#include <memory>

#include "lease/reaper.hpp"

namespace ndlease::detail {

void keep_in_graph(StreamUses& uses, std::uint64_t capture_id, StreamRef stream, LeaseToken share) {
    if (uses.kept_in_capture == capture_id) return;
    auto kept = std::make_unique<GraphShare>();
    kept->share = Lease::retain_token(share);
    const StreamOperations& operations = *stream.operations();
    // The graph's last owner may be gone within the driver, where no device call may be made: the reaper gives the share back.
    const Result result =
        operations.keep_in_graph({stream.device().id, stream.handle()}, kept.get(), [](void* payload) { give_share_later(static_cast<GraphShare*>(payload)); });
    if (!result.ok()) {
        uses.doubt = Doubt::for_ever;
        (void)Lease::release_token(kept->share);  // not the last: the caller holds one
        check(operations, result, [&] { return "the graph captured from " + to_string(stream) + " cannot keep the lent memory, which is kept for ever now"; });
    }
    (void)kept.release();
    uses.kept_in_capture = capture_id;
    uses.ask_after_graphs(operations, stream.device().id);
}

}  // namespace ndlease::detail
