// SPDX-License-Identifier: Apache-2.0
// Errors of CUDA calls, in words: gpu::check and gpu::error_text, which users of CUDA have as well.
#pragma once

#include <ndlease/gpu/error.hpp>  // IWYU pragma: export
