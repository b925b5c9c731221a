#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether check_kernels.py finds what it is for: check_planted.py NVCC

A good kernel must pass; kernels with one planted fault each must be refused, and for that fault.
"""
import pathlib
import re
import sys
import tempfile

import check_kernels
import compile_cubins
import cubin

GOOD = """
__global__ void copy_rows(uint4* to, const uint4* from) { to[threadIdx.x] = from[threadIdx.x]; }
"""
SPILL = """
__global__ void __launch_bounds__(1024, 2) spill(float* to, const float* from) {
    float items[64];
#pragma unroll
    for (int i = 0; i < 64; ++i) items[i] = from[i * 1024 + threadIdx.x];
    __syncthreads();
#pragma unroll
    for (int i = 0; i < 64; ++i) to[i * 1024 + threadIdx.x] = items[i] * items[(i * 7 + 3) % 64] + items[63 - i];
}
"""
LOCAL_ARRAY = """
struct Strides { long long of[13]; };
__global__ void local_array(int* to, const int* from, Strides strides) {
    strides.of[from[0]] += 1;
    long long at = 0;
    for (int i = 0; i < from[1]; ++i) at += strides.of[from[i] % 13];
    to[at] = 1;
}
"""
NARROW = """
__global__ void copy_rows(uint2* to, const uint2* from) { to[threadIdx.x] = from[threadIdx.x]; }
"""
NARROW_STORE = """
__global__ void copy_rows(unsigned* to, const uint4* from) {
    const uint4 item = from[threadIdx.x];
    to[threadIdx.x * 5] = item.x ^ item.y ^ item.z ^ item.w;
}
"""
WIDE_STORE = """
__global__ void copy_rows(uint4* to, const unsigned* from) {
    const unsigned item = from[threadIdx.x * 5];
    to[threadIdx.x] = make_uint4(item, item, item, item);
}
"""
MANY_REGISTERS = """
__global__ void many_registers(float* to, const float* from) {
    float items[64];
#pragma unroll
    for (int i = 0; i < 64; ++i) items[i] = from[i * 1024 + threadIdx.x];
    __syncthreads();
#pragma unroll
    for (int i = 0; i < 64; ++i) to[i * 1024 + threadIdx.x] = items[i] * items[(i * 7 + 3) % 64] + items[63 - i];
}
"""
NO_KERNEL = "__device__ inline int nothing() { return 1; }\n"
WRONG = "__global__ void broken(int* to) { *to = undeclared; }\n"

# Name, source (None: an empty folder), further arguments, and what must be said of each architecture (None: it must pass).
CASES = [
    ("good", GOOD, {"vector": "^copy_rows$"}, None),
    ("spill", SPILL, {}, r"refused by the compiler:(?s:.*)spill"),
    ("local array", LOCAL_ARRAY, {}, r"refused by the compiler:(?s:.*)[Ll]ocal memory"),
    ("64-bit accesses", NARROW, {"vector": "^copy_rows$"}, r"copy_rows: no 128-bit global (load|store)"),
    ("128-bit loads alone", NARROW_STORE, {"vector": "^copy_rows$"}, r"copy_rows: no 128-bit global store"),
    ("128-bit loads alone, to be stored", NARROW_STORE, {"vector_stores": "^copy_rows$"}, r"copy_rows: no 128-bit global store"),
    ("64-bit loads, of no matter", WIDE_STORE, {"vector_stores": "^copy_rows$"}, None),
    ("many registers", MANY_REGISTERS, {"registers": 48}, r"many_registers: \d+ registers, the budget is 48"),
    ("many registers for its name", MANY_REGISTERS, {"budget": ["^many=47", "=255"]}, r"many_registers: \d+ registers, the budget is 47"),
    ("no kernel", NO_KERNEL, {}, r"no kernel in it"),
    ("does not compile", WRONG, {}, r"undeclared"),
]
ONCE = [  # said once, not of each architecture
    ("no file", None, {}, r"no \.cu file in"),
    ("no name matches a budget", GOOD, {"budget": ["copy_tiles=40"]}, r"no kernel's name matches 'copy_tiles'"),
    ("no name matches", GOOD, {"vector": "copy_tiles"}, r"no kernel's name matches 'copy_tiles'"),
]


def check_case(nvcc, name, source, arguments, expected, times):
    with tempfile.TemporaryDirectory() as folder:
        if source is not None:
            (pathlib.Path(folder) / "planted.cu").write_text(source, encoding="utf-8")
        problems = check_kernels.check(nvcc, folder, show=lambda line: None, **arguments)
    if expected is None:
        return [f"{name}: must pass, was refused: {problem}" for problem in problems]
    found = [next((problem for problem in problems if re.search(expected, problem) and where in problem), None) for where in times]
    return [f"{name}: expected '{expected}' {where}, found {problems}" for where, problem in zip(times, found) if problem is None]


def check_without_gates(nvcc):
    """The machine code alone shows spills and local memory as well, should ptxas ever fall silent."""
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "planted.cu"
        source.write_text(SPILL + LOCAL_ARRAY, encoding="utf-8")
        for compiled in compile_cubins.compile_cubins(nvcc, [source], folder):
            for name, kernel in cubin.read_kernels(compiled.cubin).items():
                if not any("local memory" in problem for problem in check_kernels.judge(kernel, (), 255)):
                    failures.append(f"sm_{compiled.architecture}: the local memory of {name} was not seen in its machine code")
    return failures


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    nvcc = sys.argv[1]
    failures = []
    each = [f"sm_{architecture}" for architecture in compile_cubins.ARCHITECTURES]
    for cases, times in ((CASES, each), (ONCE, [""])):
        for name, source, arguments, expected in cases:
            found = check_case(nvcc, name, source, arguments, expected, times)
            print(f"{name:33} {'; '.join(found) or ('passes' if expected is None else 'refused')}", flush=True)
            failures += found
    found = check_without_gates(nvcc)
    print(f"{'without ptxas gates':33} {'; '.join(found) or 'refused'}")
    sys.exit(1 if failures or found else 0)


main()
