// SPDX-License-Identifier: Apache-2.0
#include "copy/across.hpp"

#include <optional>
#include <string>

#include "backend/backend.hpp"
#include "copy/pieces.hpp"

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease::copying {
namespace {

constexpr std::int64_t part_bytes = std::int64_t{32} << 20;

bool is_one_run(const detail::CopyTask& task) noexcept { return task.path == CopyPath::one_run; }

/// One device's part in the copy: its stream, and memory for what is packed where its side has gaps.
struct End {
    Device device;
    std::optional<Stream> own;
    StreamRef stream;
    Buffer packed;

    End(Device of, StreamRef callers) : device(of), stream(callers) {}
    [[nodiscard]] std::byte* memory() const noexcept { return static_cast<std::byte*>(packed.data()); }
    void prepare(StreamRef callers, std::int64_t bytes) {
        if (callers.device() != device) {
            own.emplace(Stream::make(device));
            stream = own->ref();
            stream.wait(Event::record(callers));
        }
        packed = Buffer::make(static_cast<std::size_t>(bytes), memory_of(device), stream);
    }
};

}  // namespace

void copy_across(const DeviceJob& across, StreamRef stream) {
    const backend::Backend& backend = backend::require_cuda("copy");
    const backend::CopyJob& job = across.job;
    const int to = across.dst.id;
    const int from = across.src.id;
    if (is_one_run(job.task)) {
        backend.copy_bytes_peer(job.dst, to, job.src, from, static_cast<std::size_t>(job.task.run_bytes), stream);
        return;
    }
    refuse_capture(stream, "a copy between devices without peer access, unless both sides are contiguous,");
    const Pieces pieces(job.task, part_bytes);
    const PackedHalves whole = split_by_packed(job.task);
    End dst(across.dst, stream);
    End src(across.src, stream);
    if (!is_one_run(whole.away)) src.prepare(stream, pieces.largest_bytes());
    if (!is_one_run(whole.back)) dst.prepare(stream, pieces.largest_bytes());
    const auto follow = [](StreamRef later, StreamRef earlier) {
        if (!(later == earlier)) later.wait(Event::record(earlier));
    };
    const auto send = [&](const Piece& piece) {
        const auto& [away, back, bytes] = piece.halves;
        const std::byte* sent = job.src + piece.src_offset + away.src_offset;
        std::byte* received = job.dst + piece.dst_offset + back.dst_offset;
        if (src.memory() != nullptr) {
            follow(src.stream, stream);  // the part before was sent
            backend.run_copy({away, src.memory() + away.dst_offset, sent, {}, job.max_threads, false}, src.stream);
            sent = src.memory();
            follow(stream, src.stream);
        }
        std::byte* const arrives = dst.memory() != nullptr ? dst.memory() : received;
        follow(stream, dst.stream);  // the part before was unpacked
        backend.copy_bytes_peer(arrives, to, sent, from, static_cast<std::size_t>(bytes), stream);
        if (dst.memory() != nullptr) {
            follow(dst.stream, stream);
            backend.run_copy({back, received, dst.memory() + back.src_offset, {}, job.max_threads, false}, dst.stream);
        }
    };
    std::int64_t done = 0;
    try {
        for (std::int64_t i = 0; i < pieces.count(); ++i) {
            const Piece piece = pieces.at(i);
            send(piece);
            done += piece.halves.bytes;
        }
        follow(stream, dst.stream);
        follow(src.stream, stream);  // before its memory goes back
    } catch (const Error& error) {
        // Each end's memory goes back in the order of its own stream, and what was enqueued on the other may still use it.
        wait_quietly(src.stream);
        wait_quietly(stream);
        wait_quietly(dst.stream);
        throw Error(error.code(),
                    std::string(error.what()) + "; of the copy's " + std::to_string(pieces.total_bytes()) + " bytes the first " + std::to_string(done) +
                        " were enqueued before",
                    error.index());
    }
}

}  // namespace ndlease::copying
