// SPDX-License-Identifier: Apache-2.0
#include "stream_operations.hpp"

#include <cuda_runtime_api.h>

#include "error.hpp"
#include "event_calls.hpp"
#include "graph_calls.hpp"
#include "stream_calls.hpp"

namespace ndlease::gpu {
namespace {

bool is_legacy_default(void* stream) noexcept { return stream == static_cast<void*>(cudaStreamLegacy); }
bool is_per_thread_default(void* stream) noexcept { return stream == static_cast<void*>(cudaStreamPerThread); }
void* default_stream(bool per_thread) noexcept { return per_thread ? cudaStreamPerThread : cudaStreamLegacy; }

std::string describe(const detail::Result& result) {
    const std::string call = result.call == nullptr ? "a CUDA call" : result.call;
    if (result.native == 0) return call + ": the host is out of memory";  // no call was made
    return call + ": " + error_text(static_cast<cudaError_t>(result.native));
}

}  // namespace

const detail::StreamOperations& stream_operations() noexcept {
    static constexpr detail::StreamOperations operations = {backend_name,   make_stream,       destroy_stream, stream_device,       stream_id,
                                                            stream_capture, identify_stream,   query_stream,   synchronize_stream,  synchronize_device,
                                                            make_event,     destroy_event,     record,         identify_and_record, wait,
                                                            query_event,    synchronize_event, keep_in_graph,  is_legacy_default,   is_per_thread_default,
                                                            default_stream, describe};
    return operations;
}

}  // namespace ndlease::gpu
