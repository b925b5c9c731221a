// SPDX-License-Identifier: Apache-2.0
// Shared memory of the running block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace simulated_cuda {

inline constexpr std::size_t kStaticSharedLimit = 48 * 1024;  ///< bytes of declared variables, as the hardware's default
inline constexpr std::size_t kDynamicSharedLimit = 227 * 1024;

/// The block's variable of that key, the same for all its threads; `bytes` must agree. Starts filled with 0xA5, between gaps that the address
/// sanitizer knows as poisoned. Throws std::length_error above kStaticSharedLimit.
[[nodiscard]] void* shared_variable(std::uint64_t key, std::size_t bytes);

/// `__shared__ T name` is, here, `T& name = shared<T>(__COUNTER__)`. Array types through an alias.
template <class T>
[[nodiscard]] T& shared(std::uint64_t key) {
    static_assert(std::is_trivially_default_constructible_v<T> && std::is_trivially_destructible_v<T>, "shared memory is not constructed");
    static_assert(alignof(T) <= 32);
    return *static_cast<T*>(shared_variable(key, sizeof(T)));
}

/// `extern __shared__`: as many bytes as the launch said, aligned to 128; null for none.
[[nodiscard]] void* dynamic_shared();

}  // namespace simulated_cuda
