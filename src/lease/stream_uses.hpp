// SPDX-License-Identifier: Apache-2.0
// What streams do with the memory of one lease: the producer's pending work, the recorded uses, and the policy's stream.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include <ndlease/lease.hpp>
#include <ndlease/stream.hpp>

#include "stream/operations.hpp"

namespace ndlease::detail {

struct ControlBlock;

/// The newest point on one stream at which it used the memory.
struct RecordedUse {
    const StreamOperations* operations = nullptr;
    std::uint64_t stream_id = 0;
    void* event = nullptr;  ///< owned by the StreamUses, except a borrowed `ready`
    int device = 0;
    bool wrote = false;
    bool done = false;  ///< found over while the lease drains
};

/// Nobody can tell any more when these uses are over.
enum class Doubt : std::uint8_t {
    none,
    unnamed_streams,  ///< streams that nobody named may use the memory: the devices must be asked as a whole
    ask_devices,      ///< neither an event nor a wait worked: the devices must be asked as a whole
    for_ever,         ///< a graph uses the memory and could not be given a share: it may run at any time
};

/// In use from the export on where streams are named then, else from the first use. While somebody holds a share of the lease, `mutex` guards all
/// but the constants; afterwards it belongs to the thread that runs the release.
class StreamUses {
public:
    std::mutex mutex;

    // constant while the lease lives
    ReleasePolicy policy;
    std::uint64_t policy_stream_id = 0;
    RecordedUse ready;                   ///< the producer's pending work; no event: none
    std::uint64_t ready_capture_id = 0;  ///< of the graph capture that it is part of; 0: none
    bool ready_is_borrowed = false;      ///< its event is the producer's, who may destroy it in the callback
    RecordedUse spare;                   ///< the event of an earlier lease's pending work, for the next one's: it is not asked of the pool again

    std::vector<RecordedUse> uses;      ///< one per stream
    std::vector<RecordedUse> retired;   ///< with events that refused to be recorded again; a host may still be waiting for them
    std::uint64_t kept_in_capture = 0;  ///< the newest capture whose graph holds a share
    Doubt doubt = Doubt::none;
    std::uint64_t doubtful_devices = 0;  ///< bit n: cuda:n must be asked; with operations of
    const StreamOperations* doubtful_operations = nullptr;
    int failures = 0;  ///< of calls that asked for the end of the uses, while the lease drains

    /// The use of this stream, or null.
    [[nodiscard]] RecordedUse* find(const StreamOperations* operations, std::uint64_t stream_id) noexcept;
    /// The end of a graph says that its work is over, or that it was lost: so that the release asks which, an event that was never recorded stands for it.
    void ask_after_graphs(const StreamOperations& operations, int device) noexcept;
    void doubt_device(const StreamOperations& operations, int device) noexcept;
    /// Bit n of `devices`: streams that nobody named may use the memory there.
    void unnamed_streams(const StreamOperations& operations, std::uint64_t devices) noexcept;

    /// For a new lease; the object is as new or cleared. Records the producer's pending work.
    /// Throws Error, std::bad_alloc; then nothing has changed here, and an event that `pending` held is back in its pool.
    void begin(const ReleasePolicy& release_policy, PendingWork&& pending);
    /// Gives the events back to their pools, but for one that is kept as `spare`; the capacity of the vectors stays. Allocates nothing.
    void clear() noexcept;
    void give_spare() noexcept;

private:
    [[nodiscard]] Event event_of(PendingWork&& pending);
};

/// Those of a live lease, made now where it has none. Throws std::bad_alloc.
[[nodiscard]] StreamUses& uses_of(ControlBlock& block);
/// Those of the block: as new or cleared unless the block's lease uses them. Throws std::bad_alloc at the first time.
[[nodiscard]] StreamUses& kept_uses(ControlBlock& block);

/// Destroys the events that nobody uses now: the spare ones of free blocks, and those in the pools. Any thread; allocates nothing.
void destroy_idle_events() noexcept;

/// Whether a lease made with these must have StreamUses from the start.
[[nodiscard]] bool names_streams(const ReleasePolicy& policy, const PendingWork& ready) noexcept;

}  // namespace ndlease::detail
