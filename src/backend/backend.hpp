// SPDX-License-Identifier: Apache-2.0
// The table of what a device backend can do. Host code reaches CUDA through it alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <ndlease/device.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>

#include "backend/batch_job.hpp"
#include "backend/convert_job.hpp"
#include "backend/copy_job.hpp"
#include "backend/row_block.hpp"
#include "stream/operations.hpp"

namespace ndlease::backend {

struct Backend {
    const char* name;  ///< "cuda", or "simulated cuda"
    bool is_simulated;
    const detail::StreamOperations* streams;

    // -- devices --
    /// 0 where there is none, with the reason in *why ("no CUDA device: cudaErrorInsufficientDriver (35): ..."). Does not throw.
    int (*device_count)(std::string* why);
    DeviceProperties (*device_properties)(int ordinal);  ///< throws Error{errc::device}
    PointerProperties (*pointer_properties)(const void* data);
    /// Whether kernels on device `user` may dereference memory of device `owner`; enables peer access where it can be. Throws Error{errc::device}.
    bool (*peer_access)(int user, int owner);

    // -- memory --
    MemoryResource& (*device_memory)(int ordinal);
    MemoryResource& (*device_pool)(int ordinal);
    MemoryResource& (*pinned_memory)();
    MemoryResource& (*managed_memory)();
    void (*set_pool_release_threshold)(int ordinal, std::uint64_t bytes);
    /// Gives back what is kept for speed (pools and their streams); all of it is made anew when next used. No memory of a pool may be in use.
    void (*forget_pools)() noexcept;

    // -- copies; all are asynchronous on `stream`, leave device and last error alone, and throw Error{errc::device} --
    /// Runs a job whose addresses are all reachable from the stream's device: kernels, no allocation, no wait; may be captured. One-run jobs become memcpy
    /// nodes. The sides share no byte. Paths `convert` and `indirect` are not for it.
    void (*run_copy)(const CopyJob& job, StreamRef stream);
    /// The same for a job whose numbers change on the way. Alignments are as they come; every element may be its own source where a byte order changes.
    void (*run_convert)(const ConvertJob& job, StreamRef stream);
    /// Copies to be run in any order; it orders the entries as it likes. Makes no launch; asks the driver for its version at the first large batch.
    std::unique_ptr<PreparedBatch> (*prepare_batch)(std::span<BatchEntry> entries);
    /// Contiguous bytes between any two kinds of memory (cudaMemcpyAsync, cudaMemcpyDefault).
    void (*copy_bytes)(void* dst, const void* src, std::size_t bytes, StreamRef stream);
    /// Rows between any two kinds of memory: a block of more than one row (cudaMemcpy2DAsync, cudaMemcpy3DAsync).
    void (*copy_rows)(void* dst, const void* src, const RowBlock& block, StreamRef stream);
    /// Contiguous bytes between two devices without peer access.
    void (*copy_bytes_peer)(void* dst, int dst_device, const void* src, int src_device, std::size_t bytes, StreamRef stream);
};

/// Null where the build has no CUDA backend. Makes no call to the runtime.
[[nodiscard]] const Backend* cuda() noexcept;
/// The same, or Error{errc::not_supported}; `what` begins the message.
[[nodiscard]] const Backend& require_cuda(const char* what);

}  // namespace ndlease::backend
