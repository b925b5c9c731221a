#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds for gpu_check.sh: build.sh DIR
# Fills DIR (which it empties first, if it made it) with tests.tar.gz, the command `ndlease`, the probe and run.sh: stripped, at most 60 MB,
# needing no library but the C library's. Where it runs, the tests take three times the room. Variables: ARCH (90), BUILD (build/gpu_check_smARCH), JOBS (all processors), NVCC (nvcc).
set -euo pipefail
dir=$(realpath -m "$1")
cd "$(dirname "$0")/../.."
arch=${ARCH:-90}
build=${BUILD:-build/gpu_check_sm$arch}
nvcc=${NVCC:-nvcc}
most_bytes=$((60 * 1000 * 1000))
fail() {
    echo "gpu_check.sh build: $*" >&2
    exit 1
}

command -v "$nvcc" >/dev/null || fail "no $nvcc: put it on PATH, or set NVCC"
if [ -e "$dir" ] && [ ! -e "$dir/run.sh" ] && [ -n "$(ls -A "$dir")" ]; then
    fail "$dir holds other things; give a folder that is new, empty or from an earlier build"
fi

mkdir -p "$build"
log=$build/gpu_check.log
launcher=()
if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_CUDA_COMPILER_LAUNCHER=ccache); fi
# Each program holds the library and all kernels: machine code for one architecture, compressed, and what is used of the rest.
# oneTBB and Highway exist as shared libraries alone: copies of host memory take one thread there, and no vectors.
if ! { cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DNDLEASE_CUDA=ON -DBUILD_SHARED_LIBS=OFF -DNDLEASE_TBB=OFF -DNDLEASE_SIMD=OFF \
    -DCMAKE_CUDA_COMPILER="$(command -v "$nvcc")" -DCMAKE_CUDA_ARCHITECTURES="$arch-real" -DCMAKE_CUDA_FLAGS=--compress-mode=size -DCMAKE_CUDA_RUNTIME_LIBRARY=Static \
    -DCMAKE_CXX_FLAGS="-ffunction-sections -fdata-sections" \
    -DCMAKE_EXE_LINKER_FLAGS="-static-libstdc++ -static-libgcc -Wl,--gc-sections" -DNDLEASE_BUILD_BENCHMARKS=OFF -DNDLEASE_BUILD_EXAMPLES=OFF \
    "${launcher[@]}" && cmake --build "$build" -j "${JOBS:-$(nproc)}" --target ndlease_device_tests ndlease_command; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "the build failed; all of its output is in $log"
fi

rm -rf "$dir"
mkdir -p "$dir/tests"
find "$build/tests/cuda" -maxdepth 1 -type f -perm -u+x -exec cp {} "$dir/tests/" \;
[ -n "$(ls -A "$dir/tests")" ] || fail "target ndlease_device_tests left no program in $build/tests/cuda"
cp "$build/bin/ndlease" scripts/gpu_check/run.sh "$dir/"
"$nvcc" -std=c++20 -O1 -arch="sm_$arch" -cudart static -Xcompiler -static-libstdc++,-static-libgcc -o "$dir/probe" scripts/gpu_check/probe.cu
strip "$dir/ndlease" "$dir/probe" "$dir"/tests/*
echo "$arch $(git describe --always --dirty 2>/dev/null || echo unknown)" >"$dir/built_from"

for program in "$dir/ndlease" "$dir/probe" "$dir"/tests/*; do
    foreign=$(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE '^(libc|libm|libdl|librt|libpthread|ld-linux-x86-64)\.so' || true)
    [ -z "$foreign" ] || fail "$(basename "$program") needs more than a driver: $(tr '\n' ' ' <<<"$foreign")"
done
count=$(find "$dir/tests" -type f | wc -l)
tar -C "$dir" -czf "$dir/tests.tar.gz" tests
rm -r "$dir/tests"
bytes=$(du -sb "$dir" | cut -f1)
[ "$bytes" -le "$most_bytes" ] || fail "$dir holds $bytes bytes, more than $most_bytes"
echo "Built: $count test programs, the command and the probe for sm_$arch in $dir, $((bytes / 1000)) kB; on the machine with the GPU: $dir/run.sh"
