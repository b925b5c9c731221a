// SPDX-License-Identifier: Apache-2.0
// For which instruction sets the kernels of this folder are compiled; the best that the machine has is chosen when they are called. Include it before
// Highway's headers, and outside of the guard: files are compiled once per set.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)  // little beside SSE4 and AVX-512, and each costs as much to compile
#endif
