// SPDX-License-Identifier: Apache-2.0
// Checked accesses of kernels. A violation is reported once per launch and line; the access is then left out, and a load gives bytes of 0xA5.
// Kernels whose stores do not come through here leave the memory "never written" for the checks of later loads.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include <simulated_cuda/thread.hpp>

namespace simulated_cuda {

/// Kinds of violations that kernels add to those of the runtime.
namespace violation {
inline constexpr std::string_view misaligned = "misaligned access", uninitialised = "uninitialised read", outside_view = "outside the allowed ranges",
                                  host_memory = "host memory in a kernel", shared_bounds = "shared memory out of bounds", shared_race = "shared memory race",
                                  shared_uninitialised = "uninitialised read of shared memory", shared_type = "shared variable of two sizes",
                                  divergent_barrier = "divergent barrier";
}  // namespace violation

enum class AccessKind : std::uint8_t { load, store, atomic };

/// Whether the access may be done; else it has been reported. Always true outside of kernels and with the checks switched off.
[[nodiscard]] bool check_global(const void* address, unsigned bytes, AccessKind kind, Line where);
[[nodiscard]] bool check_shared(const void* address, unsigned bytes, AccessKind kind, Line where);
/// The one or the other, by the address.
[[nodiscard]] bool check_either(const void* address, unsigned bytes, AccessKind kind, Line where);

template <class T>
concept Accessible = std::is_trivially_copyable_v<T> &&(sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8 || sizeof(T) == 16);

namespace detail {
template <class T>
T read(const T* source, bool allowed) {
    T value;
    if (allowed) {
        std::memcpy(&value, source, sizeof(T));
    } else {
        std::memset(&value, 0xA5, sizeof(T));
    }
    return value;
}
}  // namespace detail

/// Global memory: device, pinned, managed, or a peer's.
template <Accessible T>
[[nodiscard]] T load(const T* source, Line where = Line::here()) {
    return detail::read(source, check_global(source, sizeof(T), AccessKind::load, where));
}
template <Accessible T>
void store(T* destination, std::type_identity_t<T> value, Line where = Line::here()) {
    if (check_global(destination, sizeof(T), AccessKind::store, where)) {
        std::memcpy(destination, &value, sizeof(T));
    }
}
template <Accessible T>
[[nodiscard]] T shared_load(const T* source, Line where = Line::here()) {
    return detail::read(source, check_shared(source, sizeof(T), AccessKind::load, where));
}
template <Accessible T>
void shared_store(T* destination, std::type_identity_t<T> value, Line where = Line::here()) {
    if (check_shared(destination, sizeof(T), AccessKind::store, where)) {
        std::memcpy(destination, &value, sizeof(T));
    }
}

}  // namespace simulated_cuda
