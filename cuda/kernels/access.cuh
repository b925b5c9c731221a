// SPDX-License-Identifier: Apache-2.0
// How kernels touch memory: plain accesses under nvcc, checked and counted ones in the simulation.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

#if defined(NDLEASE_SIMULATED_CUDA)

#include <simulated_cuda/kernel.hpp>

/// The loop after it is unrolled by nvcc.
#define NDLEASE_UNROLL

/// One per block, not initialised. At most one declaration per line.
#define NDLEASE_BLOCK_SHARED(type, name) type& name = simulated_cuda::shared<type>(__COUNTER__)

namespace ndlease::gpu {
using simulated_cuda::load;
using simulated_cuda::shared_load;
using simulated_cuda::shared_store;
using simulated_cuda::store;

// Requests are told apart by their line: that of the call.
template <class T>
T load_at(const std::byte* address, simulated_cuda::Line where = simulated_cuda::Line::here()) {
    return load(reinterpret_cast<const T*>(address), where);
}
template <class T>
T shared_load_at(const std::byte* address, simulated_cuda::Line where = simulated_cuda::Line::here()) {
    return shared_load(reinterpret_cast<const T*>(address), where);
}
}  // namespace ndlease::gpu

#else

#define NDLEASE_UNROLL _Pragma("unroll")
#define NDLEASE_BLOCK_SHARED(type, name) __shared__ type name

namespace ndlease::gpu {

template <class T>
__device__ __forceinline__ T load(const T* address) {
    return *address;
}
template <class T>
__device__ __forceinline__ void store(T* address, T value) {
    *address = value;
}
template <class T>
__device__ __forceinline__ T shared_load(const T* address) {
    return *address;
}
template <class T>
__device__ __forceinline__ void shared_store(T* address, T value) {
    *address = value;
}
template <class T>
__device__ __forceinline__ T load_at(const std::byte* address) {
    return load(reinterpret_cast<const T*>(address));
}
template <class T>
__device__ __forceinline__ T shared_load_at(const std::byte* address) {
    return shared_load(reinterpret_cast<const T*>(address));
}

}  // namespace ndlease::gpu

#endif

namespace ndlease::gpu {

/// What is moved at once, by size; the address must be a multiple of it.
template <int Bytes>
struct WordOf;
template <>
struct WordOf<1> {
    using Type = unsigned char;
};
template <>
struct WordOf<2> {
    using Type = unsigned short;
};
template <>
struct WordOf<4> {
    using Type = unsigned int;
};
template <>
struct WordOf<8> {
    using Type = uint2;
};
template <>
struct WordOf<16> {
    using Type = uint4;
};
template <int Bytes>
using Word = typename WordOf<Bytes>::Type;

}  // namespace ndlease::gpu
