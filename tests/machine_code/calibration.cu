// SPDX-License-Identifier: Apache-2.0
// One kernel per access, of which check_calibration.py knows what the machine code must hold.
#include <cstdint>

// One load and one store of global memory each, of one width. The signed ones load with sign extension.
template <class T>
__device__ void copy_item(T* to, const T* from) {
    to[threadIdx.x] = from[threadIdx.x];
}
extern "C" __global__ void global_u8(std::uint8_t* to, const std::uint8_t* from) { copy_item(to, from); }
extern "C" __global__ void global_u16(std::uint16_t* to, const std::uint16_t* from) { copy_item(to, from); }
extern "C" __global__ void global_32(std::uint32_t* to, const std::uint32_t* from) { copy_item(to, from); }
extern "C" __global__ void global_64(uint2* to, const uint2* from) { copy_item(to, from); }
extern "C" __global__ void global_128(uint4* to, const uint4* from) { copy_item(to, from); }
extern "C" __global__ void global_s8(int* to, const std::int8_t* from) { to[threadIdx.x] = from[threadIdx.x]; }
extern "C" __global__ void global_s16(int* to, const std::int16_t* from) { to[threadIdx.x] = from[threadIdx.x]; }

// Through shared memory, mirrored, so that the barrier and the accesses must stay.
template <class T>
__device__ void mirror(T* to, const T* from) {
    __shared__ T items[64];
    items[threadIdx.x] = from[threadIdx.x];
    __syncthreads();
    to[threadIdx.x] = items[63 - threadIdx.x];
}
extern "C" __global__ void shared_u8(std::uint8_t* to, const std::uint8_t* from) { mirror(to, from); }
extern "C" __global__ void shared_u16(std::uint16_t* to, const std::uint16_t* from) { mirror(to, from); }
extern "C" __global__ void shared_32(std::uint32_t* to, const std::uint32_t* from) { mirror(to, from); }
extern "C" __global__ void shared_64(uint2* to, const uint2* from) { mirror(to, from); }
extern "C" __global__ void shared_128(uint4* to, const uint4* from) { mirror(to, from); }

// A pointer to one memory or the other, which the compiler cannot tell apart.
extern "C" __global__ void generic_32(int* to, const int* from, bool global) {
    __shared__ int items[64];
    items[threadIdx.x] = from[threadIdx.x];
    __syncthreads();
    const int* source = global ? from : items;
    to[threadIdx.x] = source[63 - threadIdx.x];
}

extern "C" __global__ void barriers_3(int* to) {
    __shared__ int item;
    for (int round = 0; round < 1; ++round) {
        if (threadIdx.x == 0) item = to[0];
        __syncthreads();
        to[threadIdx.x + 1] = item;
        __syncthreads();
        if (threadIdx.x == 1) item = to[1];
        __syncthreads();
        to[threadIdx.x + 70] = item;
    }
}

// An array that is indexed at run time cannot live in registers.
extern "C" __global__ void local_array(int* to, const int* from, int count) {
    int items[32];
    for (int i = 0; i < 32; ++i) items[i] = from[i * 64 + threadIdx.x];
    for (int i = 0; i < count; ++i) items[from[i] & 31] += i;
    to[threadIdx.x] = items[count & 31];
}

// More live values than the 32 registers that a block of 1024 threads, two at a time, leaves to each.
extern "C" __global__ void __launch_bounds__(1024, 2) spilled(float* to, const float* from) {
    float items[64];
#pragma unroll
    for (int i = 0; i < 64; ++i) items[i] = from[i * 1024 + threadIdx.x];
    __syncthreads();
#pragma unroll
    for (int i = 0; i < 64; ++i) to[i * 1024 + threadIdx.x] = items[i] * items[(i * 7 + 3) % 64] + items[63 - i];
}
