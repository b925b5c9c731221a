// SPDX-License-Identifier: Apache-2.0
#include <mutex>
#include <simulated_cuda/launch.hpp>

#include "../runtime/kernel_side.hpp"
#include "grid.hpp"

namespace simulated_cuda {
namespace {

struct SharedOptions {
    std::mutex mutex;
    KernelOptions options;
};
SharedOptions& shared_options() {
    static SharedOptions* const result = new SharedOptions;
    return *result;
}

thread_local std::shared_ptr<const std::vector<AllowedRange>> allowed_ranges;

}  // namespace

void set_kernel_options(const KernelOptions& options) {
    const std::lock_guard lock(shared_options().mutex);
    shared_options().options = options;
}

KernelOptions kernel_options() {
    const std::lock_guard lock(shared_options().mutex);
    return shared_options().options;
}

restrict_to::restrict_to(std::vector<AllowedRange> ranges) : outer_(std::move(allowed_ranges)) {
    allowed_ranges = std::make_shared<const std::vector<AllowedRange>>(std::move(ranges));
}
restrict_to::~restrict_to() { allowed_ranges = std::move(outer_); }

cudaError_t launch_body(const void* kernel, std::string name, dim3 grid, dim3 block, std::size_t dynamic_shared_bytes, cudaStream_t stream,
                        std::function<void()> body, std::vector<std::uintptr_t> words) {
    KernelLaunch launch;
    launch.name = name;
    launch.grid = grid;
    launch.block = block;
    launch.dynamic_shared_bytes = dynamic_shared_bytes;
    launch.function = kernel;
    launch.run = [whole = Grid{std::move(name), grid, block, dynamic_shared_bytes, kernel_options(), allowed_ranges, std::move(body), std::move(words)}] {
        run_grid(whole);
    };
    return enqueue_kernel(stream, std::move(launch));
}

}  // namespace simulated_cuda
