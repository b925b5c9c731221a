// SPDX-License-Identifier: Apache-2.0
// CUDA's device functions, with exactly the hardware's results, under CUDA's names.
#pragma once

#include <bit>
#include <cstring>
#include <type_traits>

#include <simulated_cuda/access.hpp>

template <simulated_cuda::Accessible T>
inline T __ldg(const T* source, simulated_cuda::Line where = simulated_cuda::Line::here()) {
    return simulated_cuda::load(source, where);
}
template <simulated_cuda::Accessible T>
inline T __ldcs(const T* source, simulated_cuda::Line where = simulated_cuda::Line::here()) {
    return simulated_cuda::load(source, where);
}
template <simulated_cuda::Accessible T>
inline T __ldcg(const T* source, simulated_cuda::Line where = simulated_cuda::Line::here()) {
    return simulated_cuda::load(source, where);
}
template <simulated_cuda::Accessible T>
inline void __stcs(T* destination, std::type_identity_t<T> value, simulated_cuda::Line where = simulated_cuda::Line::here()) {
    simulated_cuda::store(destination, value, where);
}
template <simulated_cuda::Accessible T>
inline void __stcg(T* destination, std::type_identity_t<T> value, simulated_cuda::Line where = simulated_cuda::Line::here()) {
    simulated_cuda::store(destination, value, where);
}

/// Each of the four result bytes is one of the eight bytes of y:x, chosen by the low three bits of a selector's nibble; the nibble's top bit
/// spreads that byte's sign instead (PTX prmt, default mode).
inline unsigned int __byte_perm(unsigned int x, unsigned int y, unsigned int selector) {
    const unsigned long long bytes = (static_cast<unsigned long long>(y) << 32) | x;
    unsigned int result = 0;
    for (unsigned int i = 0; i < 4; ++i) {
        const unsigned int nibble = (selector >> (4 * i)) & 0xF;
        unsigned int byte = static_cast<unsigned int>(bytes >> (8 * (nibble & 7))) & 0xFF;
        if ((nibble & 8) != 0) {
            byte = (byte & 0x80) != 0 ? 0xFF : 0;
        }
        result |= byte << (8 * i);
    }
    return result;
}

inline unsigned int __umulhi(unsigned int a, unsigned int b) { return static_cast<unsigned int>((static_cast<unsigned long long>(a) * b) >> 32); }
inline int __mulhi(int a, int b) { return static_cast<int>((static_cast<long long>(a) * b) >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<unsigned long long>((static_cast<Wide>(a) * b) >> 64);
}
inline int __popc(unsigned int x) { return std::popcount(x); }
inline int __popcll(unsigned long long x) { return std::popcount(x); }
inline int __clz(int x) { return std::countl_zero(static_cast<unsigned int>(x)); }
inline int __clzll(long long x) { return std::countl_zero(static_cast<unsigned long long>(x)); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }

template <class T>
requires std::is_arithmetic_v<T>
constexpr T min(T a, T b) { return b < a ? b : a; }
template <class T>
requires std::is_arithmetic_v<T>
constexpr T max(T a, T b) { return a < b ? b : a; }

template <class T>
concept SimulatedCudaAtomic = std::is_same_v<T, int> || std::is_same_v<T, unsigned int> || std::is_same_v<T, unsigned long long>;

/// Each returns what was there before.
template <SimulatedCudaAtomic T>
inline T atomicAdd(T* address, std::type_identity_t<T> value, simulated_cuda::Line where = simulated_cuda::Line::here()) {
    return simulated_cuda::check_either(address, sizeof(T), simulated_cuda::AccessKind::atomic, where) ? __atomic_fetch_add(address, value, __ATOMIC_RELAXED)
                                                                                                       : T{};
}
template <SimulatedCudaAtomic T>
inline T atomicExch(T* address, std::type_identity_t<T> value, simulated_cuda::Line where = simulated_cuda::Line::here()) {
    return simulated_cuda::check_either(address, sizeof(T), simulated_cuda::AccessKind::atomic, where) ? __atomic_exchange_n(address, value, __ATOMIC_RELAXED)
                                                                                                       : T{};
}
template <SimulatedCudaAtomic T>
inline T atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value, simulated_cuda::Line where = simulated_cuda::Line::here()) {
    if (!simulated_cuda::check_either(address, sizeof(T), simulated_cuda::AccessKind::atomic, where)) {
        return T{};
    }
    __atomic_compare_exchange_n(address, &expected, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return expected;
}
