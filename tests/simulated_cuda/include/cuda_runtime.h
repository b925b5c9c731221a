// SPDX-License-Identifier: Apache-2.0
// The runtime API and, for C++, the language of kernels: a .cu file without <<<>>> and __shared__ compiles as plain C++ with this.
// `__shared__ T name` is `T& name = simulated_cuda::shared<T>(__COUNTER__)`; launches go through simulated_cuda::launch().
#pragma once

#include <cuda_runtime_api.h>
#include <vector_types.h>

#ifdef __cplusplus

#include <simulated_cuda/kernel.hpp>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __grid_constant__
#define __launch_bounds__(...)

#define threadIdx (::simulated_cuda::this_thread().thread_index)
#define blockIdx (::simulated_cuda::this_thread().block_index)
#define blockDim (::simulated_cuda::this_thread().block_size)
#define gridDim (::simulated_cuda::this_thread().grid_size)

#include <simulated_cuda/intrinsics.hpp>

constexpr int warpSize = 32;
inline void __syncthreads(simulated_cuda::Line where = simulated_cuda::Line::here()) { simulated_cuda::block_barrier(where); }
/// Whole warps only: the threads that have not ended.
inline void __syncwarp(unsigned int = 0xFFFFFFFFU, simulated_cuda::Line where = simulated_cuda::Line::here()) { simulated_cuda::warp_barrier(where); }

static inline uchar4 make_uchar4(unsigned char x, unsigned char y, unsigned char z, unsigned char w) { return uchar4{x, y, z, w}; }
static inline ushort2 make_ushort2(unsigned short x, unsigned short y) { return ushort2{x, y}; }
static inline ushort4 make_ushort4(unsigned short x, unsigned short y, unsigned short z, unsigned short w) { return ushort4{x, y, z, w}; }
static inline int2 make_int2(int x, int y) { return int2{x, y}; }
static inline int4 make_int4(int x, int y, int z, int w) { return int4{x, y, z, w}; }
static inline uint2 make_uint2(unsigned int x, unsigned int y) { return uint2{x, y}; }
static inline uint3 make_uint3(unsigned int x, unsigned int y, unsigned int z) { return uint3{x, y, z}; }
static inline uint4 make_uint4(unsigned int x, unsigned int y, unsigned int z, unsigned int w) { return uint4{x, y, z, w}; }
static inline float2 make_float2(float x, float y) { return float2{x, y}; }
static inline float4 make_float4(float x, float y, float z, float w) { return float4{x, y, z, w}; }
static inline ulonglong2 make_ulonglong2(unsigned long long x, unsigned long long y) { return ulonglong2{x, y}; }

#endif
