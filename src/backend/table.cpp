// SPDX-License-Identifier: Apache-2.0
// The one place where host code asks whether this build has CUDA.
#include <string>

#include <ndlease/error.hpp>

#include "backend/backend.hpp"

namespace ndlease {
namespace backend {

#if NDLEASE_WITH_CUDA
const Backend& cuda_backend() noexcept;  // in cuda/
const Backend* cuda() noexcept { return &cuda_backend(); }
#else
const Backend* cuda() noexcept { return nullptr; }
#endif

const Backend& require_cuda(const char* what) {
    if (const Backend* backend = cuda()) return *backend;
    throw Error(errc::not_supported,
                std::string(what) + ": this build of ndlease has no CUDA backend; build it with -DNDLEASE_CUDA=ON, where the CUDA toolkit is installed");
}

}  // namespace backend

namespace detail {

const StreamOperations* cuda_stream_operations() noexcept {
    const backend::Backend* backend = backend::cuda();
    return backend == nullptr ? nullptr : backend->streams;
}

const StreamOperations& require_cuda_stream_operations(const char* what) { return *backend::require_cuda(what).streams; }

}  // namespace detail
}  // namespace ndlease
