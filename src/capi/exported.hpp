// SPDX-License-Identifier: Apache-2.0
// What C holds of an export whose protocol cannot give it back.
#pragma once

#include <variant>

#include <ndlease/ndlease.h>
#include <ndlease/interop/buffer_request.hpp>
#include <ndlease/interop/cuda_array_interface.hpp>

struct ndl_exported {
    std::variant<ndlease::cuda_array_interface::Exported, ndlease::py_buffer::BufferExport> share;
};
