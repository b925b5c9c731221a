// SPDX-License-Identifier: Apache-2.0
// StreamRef to and from CUDA's own types.
#pragma once

#include <cuda_runtime_api.h>

#include <ndlease/error.hpp>
#include <ndlease/stream.hpp>

#if __has_include(<cuda/stream_ref>)
#include <cuda/stream_ref>
#define NDLEASE_HAS_CUDA_STREAM_REF 1
#else
#define NDLEASE_HAS_CUDA_STREAM_REF 0
#endif

namespace ndlease::gpu {

/// The stream as StreamRef, its device asked of the runtime. NULL is read as this translation unit was compiled: the per-thread default stream with
/// --default-stream per-thread (CUDA_API_PER_THREAD_DEFAULT_STREAM), else the legacy one. Throws as StreamRef does.
[[nodiscard]] inline StreamRef stream_ref(cudaStream_t stream) {
    if (stream != nullptr) return StreamRef(stream);
#if defined(CUDA_API_PER_THREAD_DEFAULT_STREAM)
    return StreamRef(cudaStreamPerThread);
#else
    return StreamRef(cudaStreamLegacy);
#endif
}

/// Throws Error{errc::not_expressible} for the host.
[[nodiscard]] inline cudaStream_t native_stream(StreamRef stream) {
    if (stream.is_host()) throw Error(errc::not_expressible, "the host is no CUDA stream");
    return stream.cuda();
}

/// The device that a stream's work runs on.
[[nodiscard]] inline Device device_of(cudaStream_t stream) { return stream_ref(stream).device(); }

#if NDLEASE_HAS_CUDA_STREAM_REF
[[nodiscard]] inline StreamRef stream_ref(::cuda::stream_ref stream) { return stream_ref(stream.get()); }
[[nodiscard]] inline ::cuda::stream_ref cuda_stream_ref(StreamRef stream) { return ::cuda::stream_ref(native_stream(stream)); }
#endif

}  // namespace ndlease::gpu
