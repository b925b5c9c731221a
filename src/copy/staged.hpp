// SPDX-License-Identifier: Apache-2.0
// Copies between pageable memory and memory that a device reaches, through pinned slots: the CPU packs one slot while the device takes another.
#pragma once

#include "backend/copy_job.hpp"

#include <ndlease/stream.hpp>

namespace ndlease::copying {

/// The source is pageable and may be reused when the call returns; the destination is written in the order of `stream`.
/// Both throw Error: errc::out_of_memory (no staging memory, before anything is enqueued), errc::device, with how far the copy got.
/// After a failure nothing that was enqueued uses staging memory any more.
void copy_from_pageable(const backend::CopyJob& job, StreamRef stream);

/// The destination is pageable and complete when the call returns.
void copy_to_pageable(const backend::CopyJob& job, StreamRef stream);

}  // namespace ndlease::copying
