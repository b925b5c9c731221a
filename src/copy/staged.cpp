// SPDX-License-Identifier: Apache-2.0
#include "copy/staged.hpp"

#include <algorithm>
#include <string>

#include "backend/backend.hpp"
#include "copy/pieces.hpp"
#include "copy/staging.hpp"
#include "cpu/run_copy.hpp"

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease::copying {
namespace {

using backend::CopyJob;

CopyJob placed(const detail::CopyTask& task, std::byte* dst, const std::byte* src, const CopyJob& like) noexcept {
    return {task, dst + task.dst_offset, src + task.src_offset, {}, like.max_threads};
}

/// What both directions have: the parts, pinned slots for some of them at a time, and device memory where the device's side has gaps.
class Staging {
public:
    Staging(const CopyJob& job, StreamRef stream, bool device_side_has_gaps)
        : pieces_(job.task, staging_slot_bytes),
          slots_(static_cast<int>(std::min<std::int64_t>(pieces_.count(), staging_slots))),
          stream_(stream),
          ring_(StagingRing::reserve(slots_)) {
        if (device_side_has_gaps) scratch_ = Buffer::make(static_cast<std::size_t>(pieces_.largest_bytes()), memory_of(stream.device()), stream);
    }

    [[nodiscard]] const Pieces& pieces() const noexcept { return pieces_; }
    [[nodiscard]] int slots() const noexcept { return slots_; }
    [[nodiscard]] StagingRing& ring() noexcept { return ring_; }
    [[nodiscard]] std::byte* scratch() const noexcept { return static_cast<std::byte*>(scratch_.data()); }
    [[nodiscard]] int slot_of(std::int64_t piece) const noexcept { return static_cast<int>(piece % slots_); }

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
    Buffer scratch_;
};

bool is_one_run(const detail::CopyTask& task) noexcept { return task.path == CopyPath::one_run; }

}  // namespace

void copy_from_pageable(const CopyJob& job, StreamRef stream) {
    const backend::Backend& device = backend::require_cuda("copy");
    if (is_one_run(job.task)) {
        device.copy_bytes(job.dst, job.src, static_cast<std::size_t>(job.task.run_bytes), stream);
        return;
    }
    Staging staging(job, stream, !is_one_run(split_by_packed(job.task).back));
    std::int64_t done = 0;
    staging.run(&done, [&] {
        for (std::int64_t i = 0; i < staging.pieces().count(); ++i) {
            const Piece piece = staging.pieces().at(i);
            const int number = staging.slot_of(i);
            std::byte* const slot = staging.ring().slot(number);
            staging.ring().wait(number);
            cpu::run_copy(placed(piece.halves.away, slot, job.src + piece.src_offset, job));
            std::byte* const dst = job.dst + piece.dst_offset;
            const detail::CopyTask& back = piece.halves.back;
            const auto bytes = static_cast<std::size_t>(piece.halves.bytes);
            if (staging.scratch() == nullptr) {
                device.copy_bytes(dst + back.dst_offset, slot + back.src_offset, bytes, stream);
            } else {
                device.copy_bytes(staging.scratch(), slot, bytes, stream);
                device.run_copy(placed(back, dst, staging.scratch(), job), stream);
            }
            staging.ring().used(number, stream);
            done += piece.halves.bytes;
        }
    });
}

void copy_to_pageable(const CopyJob& job, StreamRef stream) {
    const backend::Backend& device = backend::require_cuda("copy");
    if (is_one_run(job.task)) {
        device.copy_bytes(job.dst, job.src, static_cast<std::size_t>(job.task.run_bytes), stream);
        stream.synchronize();
        return;
    }
    Staging staging(job, stream, !is_one_run(split_by_packed(job.task).away));
    const Pieces& pieces = staging.pieces();
    const auto enqueue = [&](std::int64_t i) {
        const Piece piece = pieces.at(i);
        const int number = staging.slot_of(i);
        std::byte* const slot = staging.ring().slot(number);
        const std::byte* const src = job.src + piece.src_offset;
        const detail::CopyTask& away = piece.halves.away;
        const auto bytes = static_cast<std::size_t>(piece.halves.bytes);
        if (staging.scratch() == nullptr) {
            device.copy_bytes(slot + away.dst_offset, src + away.src_offset, bytes, stream);
        } else {
            device.run_copy(placed(away, staging.scratch(), src, job), stream);
            device.copy_bytes(slot, staging.scratch(), bytes, stream);
        }
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
