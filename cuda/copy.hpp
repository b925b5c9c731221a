// SPDX-License-Identifier: Apache-2.0
// The copies of the backend table.
#pragma once

#include <cstddef>

#include "backend/copy_job.hpp"
#include "backend/row_block.hpp"

#include <ndlease/stream.hpp>

namespace ndlease::gpu {

/// As backend::Backend says.
void run_copy(const backend::CopyJob& job, StreamRef stream);
void copy_bytes(void* dst, const void* src, std::size_t bytes, StreamRef stream);
void copy_rows(void* dst, const void* src, const backend::RowBlock& block, StreamRef stream);
void copy_bytes_peer(void* dst, int dst_device, const void* src, int src_device, std::size_t bytes, StreamRef stream);

}  // namespace ndlease::gpu
