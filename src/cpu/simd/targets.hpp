// SPDX-License-Identifier: Apache-2.0
// For which instruction sets the kernels of this folder are compiled; the best that the machine has is chosen when they are called. Include it before
// Highway's headers, and outside of the guard: files are compiled once per set.
#ifndef HWY_DISABLED_TARGETS
// Little beside SSE4 and AVX-512, and each costs as much to compile; and vectors of sizes unknown to the compiler, of which there are no arrays.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif
