// SPDX-License-Identifier: Apache-2.0
#include "device_runtime.hpp"

#include "command.hpp"

#if NDLEASE_TOOL_HAS_CUDA
#include <ndlease/gpu/error.hpp>  // with the runtime's own header
#endif

namespace ndlease::tool {

#if NDLEASE_TOOL_HAS_CUDA

namespace {

std::string version_text(int version) { return std::to_string(version / 1000) + '.' + std::to_string(version % 1000 / 10); }

}  // namespace

std::string device_runtime_text(Device device) {
    std::string text;
    const auto add = [&text](const std::string& fact) { text += (text.empty() ? "" : ", ") + fact; };
    const auto clock = [&](cudaDeviceAttr attribute, const char* name) {
        int khz = 0;
        if (cudaDeviceGetAttribute(&khz, attribute, device.id) == cudaSuccess && khz > 0) add(name + std::to_string(khz / 1000) + " MHz");
    };
    int version = 0;
    if (cudaDriverGetVersion(&version) == cudaSuccess && version > 0) add("driver " + version_text(version));
    if (cudaRuntimeGetVersion(&version) == cudaSuccess) add("runtime " + version_text(version));
    clock(cudaDevAttrClockRate, "");
    clock(cudaDevAttrMemoryClockRate, "memory ");
    return text;
}

void runtime_memcpy(void* dst, const void* src, std::size_t bytes, StreamRef stream) {
    gpu::check(cudaMemcpyAsync(dst, src, bytes, cudaMemcpyDefault, stream.cuda()), "cudaMemcpyAsync", stream.device().id);
}

#else

std::string device_runtime_text(Device /*device*/) { return ""; }

void runtime_memcpy(void* /*dst*/, const void* /*src*/, std::size_t /*bytes*/, StreamRef /*stream*/) {
    throw CommandError("cudaMemcpyAsync", "this build has no CUDA backend");
}

#endif

}  // namespace ndlease::tool
