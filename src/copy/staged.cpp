// SPDX-License-Identifier: Apache-2.0
#include "copy/staged.hpp"

#include <algorithm>
#include <string>

#include "backend/backend.hpp"
#include "copy/link_copy.hpp"
#include "copy/pieces.hpp"
#include "copy/staging.hpp"
#include "cpu/run_copy.hpp"

#include <ndlease/error.hpp>
#include <ndlease/link_costs.hpp>

namespace ndlease::copying {
namespace {

using backend::CopyJob;

CopyJob placed(const detail::CopyTask& task, std::byte* dst, const std::byte* src, const CopyJob& like) noexcept {
    return {task, dst + task.dst_offset, src + task.src_offset, {}, like.max_threads};
}

/// What both directions have: the parts, in the order of the host's side, pinned slots for some of them at a time, and what moves bytes between those and the
/// device's side.
class Staging {
public:
    Staging(const CopyJob& job, bool to_device, std::int64_t piece_bytes, const LinkCosts& costs, StreamRef stream)
        : pieces_(in_order_of(job.task, to_device ? TaskSide::source : TaskSide::destination), job.task, piece_bytes),
          slots_(static_cast<int>(std::min<std::int64_t>(pieces_.count(), staging_slots))),
          stream_(stream),
          ring_(StagingRing::reserve(slots_)),
          mover_(to_device, stream, costs) {
        const Piece first = pieces_.at(0);
        static_cast<void>(mover_.prepare(to_device ? first.halves.back : first.halves.away));
    }

    [[nodiscard]] const Pieces& pieces() const noexcept { return pieces_; }
    [[nodiscard]] int slots() const noexcept { return slots_; }
    [[nodiscard]] StagingRing& ring() noexcept { return ring_; }
    [[nodiscard]] int slot_of(std::int64_t piece) const noexcept { return static_cast<int>(piece % slots_); }
    void move(const CopyJob& half) const {
        std::int64_t moved = 0;
        mover_.run(half, &moved);
    }

    /// Runs `copy`, which counts the bytes it has done in *done.
    template <class Copy>
    void run(std::int64_t* done, Copy&& copy) {
        try {
            copy();
        } catch (const Error& error) {
            ring_.recover(stream_);
            throw Error(error.code(),
                        std::string(error.what()) + "; of the copy's " + std::to_string(pieces_.total_bytes()) + " bytes the first " + std::to_string(*done) +
                            " were copied before",
                        error.index());
        } catch (...) {
            ring_.recover(stream_);
            throw;
        }
    }

private:
    Pieces pieces_;
    int slots_;
    StreamRef stream_;
    StagingRing ring_;
    LinkMover mover_;
};

/// By the runtime, or the bytes of a part of the ring.
LinkChoice choose(const CopyJob& job, bool to_device, const LinkCosts& costs) { return choose_link_way(job.task, {to_device, false, true}, costs); }

void copy_straight(const CopyJob& job, StreamRef stream) {
    backend::require_cuda("copy").copy_bytes(job.dst, job.src, static_cast<std::size_t>(job.task.run_bytes), stream);
}

}  // namespace

void copy_from_pageable(const CopyJob& job, StreamRef stream) {
    const LinkCosts costs = link_costs();
    const LinkChoice choice = choose(job, true, costs);
    if (choice.way == LinkWay::straight) {
        copy_straight(job, stream);
        return;
    }
    Staging staging(job, true, choice.piece_bytes, costs, stream);
    std::int64_t done = 0;
    staging.run(&done, [&] {
        for (std::int64_t i = 0; i < staging.pieces().count(); ++i) {
            const Piece piece = staging.pieces().at(i);
            const int number = staging.slot_of(i);
            std::byte* const slot = staging.ring().slot(number);
            staging.ring().wait(number);
            cpu::run_copy(placed(piece.halves.away, slot, job.src + piece.src_offset, job));
            staging.move(placed(piece.halves.back, job.dst + piece.dst_offset, slot, job));
            staging.ring().used(number, stream);
            done += piece.halves.bytes;
        }
    });
}

void copy_to_pageable(const CopyJob& job, StreamRef stream) {
    const LinkCosts costs = link_costs();
    const LinkChoice choice = choose(job, false, costs);
    if (choice.way == LinkWay::straight) {
        copy_straight(job, stream);
        stream.synchronize();
        return;
    }
    Staging staging(job, false, choice.piece_bytes, costs, stream);
    const Pieces& pieces = staging.pieces();
    const auto enqueue = [&](std::int64_t i) {
        const Piece piece = pieces.at(i);
        const int number = staging.slot_of(i);
        staging.move(placed(piece.halves.away, staging.ring().slot(number), job.src + piece.src_offset, job));
        staging.ring().used(number, stream);
    };
    std::int64_t done = 0;
    staging.run(&done, [&] {
        for (int slot = 0; slot < staging.slots(); ++slot) staging.ring().wait(slot);  // an earlier copy's last use
        std::int64_t enqueued = 0;
        for (std::int64_t i = 0; i < pieces.count(); ++i) {
            for (; enqueued < pieces.count() && enqueued < i + staging.slots(); ++enqueued) enqueue(enqueued);
            const Piece piece = pieces.at(i);
            staging.ring().wait(staging.slot_of(i));
            cpu::run_copy(placed(piece.halves.back, job.dst + piece.dst_offset, staging.ring().slot(staging.slot_of(i)), job));
            done += piece.halves.bytes;
        }
    });
}

}  // namespace ndlease::copying
