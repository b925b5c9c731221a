// SPDX-License-Identifier: Apache-2.0
// CUDA's vector types. Their alignment is CUDA's, so that UBSan sees a misaligned wide access.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
#define SIMULATED_CUDA_ALIGN(n) alignas(n)
#else
#define SIMULATED_CUDA_ALIGN(n) _Alignas(n)
#endif

typedef struct char1 {
    SIMULATED_CUDA_ALIGN(1) signed char x;
} char1;
typedef struct char2 {
    SIMULATED_CUDA_ALIGN(2) signed char x;
    signed char y;
} char2;
typedef struct char3 {
    SIMULATED_CUDA_ALIGN(1) signed char x;
    signed char y, z;
} char3;
typedef struct char4 {
    SIMULATED_CUDA_ALIGN(4) signed char x;
    signed char y, z, w;
} char4;
typedef struct uchar1 {
    SIMULATED_CUDA_ALIGN(1) unsigned char x;
} uchar1;
typedef struct uchar2 {
    SIMULATED_CUDA_ALIGN(2) unsigned char x;
    unsigned char y;
} uchar2;
typedef struct uchar3 {
    SIMULATED_CUDA_ALIGN(1) unsigned char x;
    unsigned char y, z;
} uchar3;
typedef struct uchar4 {
    SIMULATED_CUDA_ALIGN(4) unsigned char x;
    unsigned char y, z, w;
} uchar4;
typedef struct short1 {
    SIMULATED_CUDA_ALIGN(2) short x;
} short1;
typedef struct short2 {
    SIMULATED_CUDA_ALIGN(4) short x;
    short y;
} short2;
typedef struct short3 {
    SIMULATED_CUDA_ALIGN(2) short x;
    short y, z;
} short3;
typedef struct short4 {
    SIMULATED_CUDA_ALIGN(8) short x;
    short y, z, w;
} short4;
typedef struct ushort1 {
    SIMULATED_CUDA_ALIGN(2) unsigned short x;
} ushort1;
typedef struct ushort2 {
    SIMULATED_CUDA_ALIGN(4) unsigned short x;
    unsigned short y;
} ushort2;
typedef struct ushort3 {
    SIMULATED_CUDA_ALIGN(2) unsigned short x;
    unsigned short y, z;
} ushort3;
typedef struct ushort4 {
    SIMULATED_CUDA_ALIGN(8) unsigned short x;
    unsigned short y, z, w;
} ushort4;
typedef struct int1 {
    SIMULATED_CUDA_ALIGN(4) int x;
} int1;
typedef struct int2 {
    SIMULATED_CUDA_ALIGN(8) int x;
    int y;
} int2;
typedef struct int3 {
    SIMULATED_CUDA_ALIGN(4) int x;
    int y, z;
} int3;
typedef struct int4 {
    SIMULATED_CUDA_ALIGN(16) int x;
    int y, z, w;
} int4;
typedef struct uint1 {
    SIMULATED_CUDA_ALIGN(4) unsigned int x;
} uint1;
typedef struct uint2 {
    SIMULATED_CUDA_ALIGN(8) unsigned int x;
    unsigned int y;
} uint2;
typedef struct uint3 {
    SIMULATED_CUDA_ALIGN(4) unsigned int x;
    unsigned int y, z;
} uint3;
typedef struct uint4 {
    SIMULATED_CUDA_ALIGN(16) unsigned int x;
    unsigned int y, z, w;
} uint4;
typedef struct float1 {
    SIMULATED_CUDA_ALIGN(4) float x;
} float1;
typedef struct float2 {
    SIMULATED_CUDA_ALIGN(8) float x;
    float y;
} float2;
typedef struct float3 {
    SIMULATED_CUDA_ALIGN(4) float x;
    float y, z;
} float3;
typedef struct float4 {
    SIMULATED_CUDA_ALIGN(16) float x;
    float y, z, w;
} float4;
typedef struct longlong1 {
    SIMULATED_CUDA_ALIGN(8) long long int x;
} longlong1;
typedef struct longlong2 {
    SIMULATED_CUDA_ALIGN(16) long long int x;
    long long int y;
} longlong2;
typedef struct ulonglong1 {
    SIMULATED_CUDA_ALIGN(8) unsigned long long int x;
} ulonglong1;
typedef struct ulonglong2 {
    SIMULATED_CUDA_ALIGN(16) unsigned long long int x;
    unsigned long long int y;
} ulonglong2;
typedef struct double1 {
    SIMULATED_CUDA_ALIGN(8) double x;
} double1;
typedef struct double2 {
    SIMULATED_CUDA_ALIGN(16) double x;
    double y;
} double2;

#ifdef __cplusplus
struct dim3 {
    unsigned int x, y, z;
    constexpr dim3(unsigned int vx = 1, unsigned int vy = 1, unsigned int vz = 1) : x(vx), y(vy), z(vz) {}
    constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
    constexpr operator uint3() const { return uint3{x, y, z}; }
};
#else
typedef struct dim3 {
    unsigned int x, y, z;
} dim3;
#endif
