// SPDX-License-Identifier: Apache-2.0
// Launches of kernels, which are plain functions here.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace simulated_cuda {

struct KernelOptions {
    bool checks = true;      ///< of accesses; switch before memory is written, since stores without checks are not noted
    bool counters = true;    ///< of requests; needs checks
    std::uint64_t seed = 1;  ///< order of blocks and threads
};
/// Taken by launches as they are made. Any thread.
void set_kernel_options(const KernelOptions& options);
[[nodiscard]] KernelOptions kernel_options();
/// Whether kernels run as host threads without checks and counters (under the thread sanitizer) instead of as fibers.
[[nodiscard]] bool kernels_run_as_threads();

/// Bytes that kernels may touch: [begin, end).
struct AllowedRange {
    const void* begin;
    const void* end;
    bool writable;
};

/// While it lives, launches made by this thread may touch these bytes of global memory only: a view is often smaller than its allocation.
/// Guards nest; the innermost counts.
class restrict_to {
public:
    explicit restrict_to(std::vector<AllowedRange> ranges);
    ~restrict_to();
    restrict_to(const restrict_to&) = delete;
    restrict_to& operator=(const restrict_to&) = delete;

private:
    std::shared_ptr<const std::vector<AllowedRange>> outer_;
};

/// The part of launch() that knows no types. `body` runs one CUDA thread; `words` are the arguments' bytes, among them the pointers: where accesses
/// are not checked, the blocks that they point to count as used by the launch.
cudaError_t launch_body(const void* kernel, std::string name, dim3 grid, dim3 block, std::size_t dynamic_shared_bytes, cudaStream_t stream,
                        std::function<void()> body, std::vector<std::uintptr_t> words);

namespace detail {
template <class T>
void append_words(std::vector<std::uintptr_t>& words, const T& value) {
    const std::size_t old = words.size(), count = sizeof(T) / sizeof(std::uintptr_t);
    words.resize(old + count);
    if (count != 0) {
        std::memcpy(words.data() + old, &value, count * sizeof(std::uintptr_t));
    }
}
}  // namespace detail

/// Enqueues a grid of `kernel` on `stream`. The arguments are converted to the parameters' types and kept by value now, as CUDA does.
/// Errors as cudaLaunchKernel.
template <class... Parameters, class... Arguments>
[[nodiscard]] cudaError_t launch(void (*kernel)(Parameters...), std::string name, dim3 grid, dim3 block, std::size_t dynamic_shared_bytes, cudaStream_t stream,
                                 Arguments&&... arguments) {
    static_assert(((std::is_trivially_copyable_v<Parameters> && !std::is_reference_v<Parameters>)&&...), "parameters of kernels are copied as bytes");
    const std::tuple<Parameters...> values(std::forward<Arguments>(arguments)...);
    std::vector<std::uintptr_t> words;
    std::apply([&](const Parameters&... value) { (detail::append_words(words, value), ...); }, values);
    return launch_body(
        reinterpret_cast<const void*>(kernel), std::move(name), grid, block, dynamic_shared_bytes, stream, [kernel, values] { std::apply(kernel, values); },
        std::move(words));
}

}  // namespace simulated_cuda
