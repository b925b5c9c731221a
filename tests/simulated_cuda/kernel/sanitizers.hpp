// SPDX-License-Identifier: Apache-2.0
// Which sanitizers this build has, and their calls, empty where absent.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SIMULATED_CUDA_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define SIMULATED_CUDA_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SIMULATED_CUDA_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define SIMULATED_CUDA_TSAN 1
#endif

#ifdef SIMULATED_CUDA_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace simulated_cuda {

inline void poison([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t bytes) {
#ifdef SIMULATED_CUDA_ASAN
    __asan_poison_memory_region(begin, bytes);
#endif
}
inline void unpoison([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t bytes) {
#ifdef SIMULATED_CUDA_ASAN
    __asan_unpoison_memory_region(begin, bytes);
#endif
}
inline void start_switch([[maybe_unused]] void** fake_stack, [[maybe_unused]] const void* to, [[maybe_unused]] std::size_t bytes) {
#ifdef SIMULATED_CUDA_ASAN
    __sanitizer_start_switch_fiber(fake_stack, to, bytes);
#endif
}
inline void finish_switch([[maybe_unused]] void* fake_stack, [[maybe_unused]] const void** from, [[maybe_unused]] std::size_t* bytes) {
#ifdef SIMULATED_CUDA_ASAN
    __sanitizer_finish_switch_fiber(fake_stack, from, bytes);
#endif
}

}  // namespace simulated_cuda
