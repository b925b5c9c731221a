#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a bare checkout to the command at work on a picture: installs what is missing, builds, and shows. Run again, it does only what is left.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS

scripts/install_dependencies.sh build
build=build/demo
mkdir -p "$build"
log=$build/build.log
if ! { cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DNDLEASE_BUILD_TESTS=OFF -DNDLEASE_BUILD_BENCHMARKS=OFF \
    -DNDLEASE_BUILD_EXAMPLES=OFF && cmake --build "$build" --target ndlease_command; } >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "demo.sh: the build failed; all of its output is in $log" >&2
    exit 1
fi
echo "Built: $(grep -o 'ndlease [0-9.]*: .*' "$log" | tail -n 1)"
PATH=$PWD/$build/bin:$PATH
python=python3
if /usr/bin/python3 -c 'import numpy' 2>/dev/null; then python=/usr/bin/python3; fi # the packages are the system's
export PYTHONDONTWRITEBYTECODE=1

out=out/demo
mkdir -p "$out"
heading() { printf '\n== %s\n' "$*"; }
show() { # prints the command as one would type it, and runs it
    local word line='$'
    for word in "$@"; do
        if [[ $word =~ ^[A-Za-z0-9_./=,-]+$ ]]; then line+=" $word"; else line+=" '$word'"; fi
    done
    printf '%s\n' "$line"
    "$@"
}
check() { "$python" scripts/demo/check.py "$out" "$@"; }

heading "A picture of 1600 x 1200 pixels: a Julia set, rendered by scripts/demo/render.py (public domain)"
"$python" scripts/demo/render.py "$out/picture.npy"
show ndlease inspect "$out/picture.npy"

heading "Crop, mirror and turn pixels into planes (HWC to CHW): no step but the copy itself touches the data"
show ndlease copy "$out/picture.npy" "$out/planes.npy" --index '[150:1050, 1300:100:-1]' --permute 2,0,1 --explain
check planes.npy

heading "One plane, column by column in memory (Fortran order), and back without gaps"
show ndlease copy "$out/planes.npy" "$out/red.npy" --index '[0, ::2, ::2]' --order F
check red.npy
show ndlease copy "$out/red.npy" "$out/red_rows.npy" --order C
check red_rows.npy

heading "Other numbers: 8-bit to big-endian float32, as telescopes and networks like it, and back to this machine's order"
show ndlease copy "$out/planes.npy" "$out/numbers.npy" --dtype '>f4'
check numbers.npy
show ndlease copy "$out/numbers.npy" "$out/native.npy" --dtype '<f4'
check native.npy
show ndlease copy "$out/native.npy" "$out/pixels.npy" --permute 1,2,0 --dtype '|u1' --checked
check pixels.npy

heading "Before and after"
"$python" scripts/demo/before_after.py "$out/picture.npy" "$out/pixels.npy" "$out/before_after.png"

heading "How fast, beside a contiguous copy of as many bytes"
show ndlease bench --filter '^(contig|rgb_to_planar|planar_to_rgb|t2d_f32|flip_last|cast_u8_f32|swap_4)$' --seconds 0.5 --html "$out/bench.html"

printf '\nAll results are what NumPy computes. See %s and %s. (%d s)\n' "$out/before_after.png" "$out/bench.html" "$((SECONDS - started))"
