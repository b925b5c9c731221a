// SPDX-License-Identifier: Apache-2.0
#include "convert.hpp"

#include "convert_parameters.hpp"
#include "error.hpp"
#include "isolated.hpp"

namespace ndlease::gpu {
namespace {

using copying::ConvertingKernel;

constexpr std::uint64_t index32_limit = std::uint64_t{1} << 31;

cudaError_t launch_items(const backend::ConvertJob& job, const copying::ConvertingChoice& choice, cudaStream_t stream) {
    if (element_count(job.task) < index32_limit) return launch_convert_items(convert_items_parameters<std::uint32_t>(job, choice), stream);
    return launch_convert_items(convert_items_parameters<std::uint64_t>(job, choice), stream);
}

cudaError_t enqueue(const backend::ConvertJob& job, const copying::ConvertingChoice& choice, cudaStream_t stream) {
    switch (choice.kernel) {
        case ConvertingKernel::runs: return launch_convert_runs(convert_runs_parameters(job), stream);
        case ConvertingKernel::items: return launch_items(job, choice, stream);
        case ConvertingKernel::tiles: return launch_convert_tiles(convert_tiles_parameters(job, choice), stream);
    }
    return cudaErrorInvalidValue;
}

}  // namespace

void run_convert(const backend::ConvertJob& job, StreamRef stream) {
    const auto address = [](const std::byte* data) { return reinterpret_cast<std::uintptr_t>(data); };
    const copying::ConvertingChoice choice = copying::choose_converting_kernel(job.task, job.how, address(job.dst), address(job.src));
    check(isolated(stream, [&] { return enqueue(job, choice, stream.cuda()); }), "cudaLaunchKernel (convert)", stream.device().id);
}

}  // namespace ndlease::gpu
