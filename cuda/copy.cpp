// SPDX-License-Identifier: Apache-2.0
#include "copy.hpp"

#include <cuda_runtime_api.h>

#include "copy/device_kernel.hpp"
#include "copy_parameters.hpp"
#include "error.hpp"
#include "isolated.hpp"
#include "kernels/triples.hpp"

namespace ndlease::gpu {
namespace {

using copying::DeviceKernel;

constexpr std::uint64_t index32_limit = std::uint64_t{1} << 31;

std::uintptr_t address(const std::byte* data) noexcept { return reinterpret_cast<std::uintptr_t>(data); }

/// One call, with the stream's device as the current one. Throws Error{errc::device} that names `call`.
template <class Enqueue>
void on_device_of(StreamRef stream, const char* call, Enqueue&& enqueue, SourceLocation where = SourceLocation::current()) {
    check(isolated(stream, enqueue), call, stream.device().id, where);
}

cudaError_t launch_words_of(const backend::CopyJob& job, int word_bytes, cudaStream_t stream) {
    if (word_count(job.task, word_bytes) < index32_limit) return launch_words(words_parameters<std::uint32_t>(job, word_bytes), word_bytes, stream);
    return launch_words(words_parameters<std::uint64_t>(job, word_bytes), word_bytes, stream);
}

void enqueue_runs(const backend::CopyJob& job, RunSource source, int word_bytes, StreamRef stream) {
    on_device_of(stream, "cudaLaunchKernel (copy_runs)", [&] { return launch_runs(runs_parameters(job, source), source, word_bytes, stream.cuda()); });
}

}  // namespace

void run_copy(const backend::CopyJob& job, StreamRef stream) {
    const detail::CopyTask& task = job.task;
    const auto [kernel, word_bytes] = copying::choose_device_kernel(task, address(job.dst), address(job.src), job.over_link);
    const int word = word_bytes;
    const auto run_bytes = static_cast<std::size_t>(task.run_bytes);
    switch (kernel) {
        case DeviceKernel::copy_engine: copy_bytes(job.dst, job.src, run_bytes, stream); break;
        case DeviceKernel::pitched:
            on_device_of(stream, "cudaMemcpy2DAsync", [&] {
                return cudaMemcpy2DAsync(job.dst, static_cast<std::size_t>(task.dst_strides[0]), job.src, static_cast<std::size_t>(task.src_strides[0]),
                                         run_bytes, static_cast<std::size_t>(task.shape[0]), cudaMemcpyDefault, stream.cuda());
            });
            break;
        case DeviceKernel::runs: enqueue_runs(job, RunSource::forward, word, stream); break;
        case DeviceKernel::repeated_runs: enqueue_runs(job, RunSource::repeated, word, stream); break;
        case DeviceKernel::mirrored_runs: enqueue_runs(job, RunSource::mirrored, word, stream); break;
        case DeviceKernel::filled_runs: enqueue_runs(job, RunSource::filled, word, stream); break;
        case DeviceKernel::words: on_device_of(stream, "cudaLaunchKernel (copy_words)", [&] { return launch_words_of(job, word, stream.cuda()); }); break;
        case DeviceKernel::tiles:
            on_device_of(stream, "cudaLaunchKernel (copy_tiles)",
                         [&] { return launch_tiles(tiles_parameters(job, copying::device_tile(word)), word, stream.cuda()); });
            break;
        case DeviceKernel::triples:
            on_device_of(stream, "cudaLaunchKernel (copy_triples)",
                         [&] { return launch_triples(tiles_parameters(job, copying::device_triple_tile(word)), word, stream.cuda()); });
            break;
        case DeviceKernel::strips: {
            const bool apart = copying::is_apart(task);
            const auto columns = static_cast<int>(task.shape[apart ? task.source_axis : task.shape.size() - 1]);
            on_device_of(stream, "cudaLaunchKernel (copy_strips)",
                         [&] { return launch_strips(strips_parameters(job, word), word, columns, apart, stream.cuda()); });
            break;
        }
        case DeviceKernel::packed:
            on_device_of(stream, "cudaLaunchKernel (copy_packed)", [&] { return launch_packed(packed_parameters(job, word), word, stream.cuda()); });
            break;
        case DeviceKernel::unit_tiles:
            on_device_of(stream, "cudaLaunchKernel (copy_unit_tiles)",
                         [&] { return launch_unit_tiles(unit_tiles_parameters(job, word), word, stream.cuda()); });
            break;
    }
}

void copy_bytes(void* dst, const void* src, std::size_t bytes, StreamRef stream) {
    on_device_of(stream, "cudaMemcpyAsync", [&] { return cudaMemcpyAsync(dst, src, bytes, cudaMemcpyDefault, stream.cuda()); });
}

void copy_rows(void* dst, const void* src, const backend::RowBlock& block, StreamRef stream) {
    const auto size = [](std::int64_t number) { return static_cast<std::size_t>(number); };
    const std::size_t width = size(block.width);
    const std::size_t rows = size(block.rows);
    if (block.planes == 1) {
        on_device_of(stream, "cudaMemcpy2DAsync",
                     [&] { return cudaMemcpy2DAsync(dst, size(block.dst_pitch), src, size(block.src_pitch), width, rows, cudaMemcpyDefault, stream.cuda()); });
        return;
    }
    cudaMemcpy3DParms box{};
    box.dstPtr = {dst, size(block.dst_pitch), width, size(block.dst_plane / block.dst_pitch)};
    box.srcPtr = {const_cast<void*>(src), size(block.src_pitch), width, size(block.src_plane / block.src_pitch)};
    box.extent = {width, rows, size(block.planes)};
    box.kind = cudaMemcpyDefault;
    on_device_of(stream, "cudaMemcpy3DAsync", [&] { return cudaMemcpy3DAsync(&box, stream.cuda()); });
}

void copy_bytes_peer(void* dst, int dst_device, const void* src, int src_device, std::size_t bytes, StreamRef stream) {
    on_device_of(stream, "cudaMemcpyPeerAsync", [&] { return cudaMemcpyPeerAsync(dst, dst_device, src, src_device, bytes, stream.cuda()); });
}

}  // namespace ndlease::gpu
