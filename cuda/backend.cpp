// SPDX-License-Identifier: Apache-2.0
// The table that host code reaches CUDA through.
#include "backend/backend.hpp"

#include "batch.hpp"
#include "convert.hpp"
#include "copy.hpp"
#include "device_memory.hpp"
#include "devices.hpp"
#include "peer_access.hpp"
#include "pool_memory.hpp"
#include "stream_operations.hpp"

namespace ndlease::backend {

const Backend& cuda_backend() noexcept;  // asked for by src/backend/table.cpp

const Backend& cuda_backend() noexcept {
    static const Backend backend = {
        .name = gpu::backend_name,
        .is_simulated = gpu::is_simulated,
        .streams = &gpu::stream_operations(),
        .device_count = gpu::device_count,
        .device_properties = gpu::device_properties,
        .pointer_properties = gpu::pointer_properties,
        .peer_access = gpu::peer_access,
        .device_memory = gpu::device_memory,
        .device_pool = gpu::device_pool,
        .pinned_memory = gpu::pinned_memory,
        .managed_memory = gpu::managed_memory,
        .set_pool_release_threshold = gpu::set_pool_release_threshold,
        .forget_pools = gpu::forget_pools,
        .run_copy = gpu::run_copy,
        .run_convert = gpu::run_convert,
        .prepare_batch = gpu::prepare_batch,
        .copy_bytes = gpu::copy_bytes,
        .copy_rows = gpu::copy_rows,
        .copy_bytes_peer = gpu::copy_bytes_peer,
    };
    return backend;
}

}  // namespace ndlease::backend
