#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The device tests on a machine with a GPU that has nothing but a driver:
#   gpu_check.sh build DIR   where nvcc is (no GPU needed): puts all that must run there into DIR, linked statically. ARCH=90
#   gpu_check.sh run DIR     where the GPU is; needs DIR alone, and is there as DIR/run.sh. Writes DIR/summary.md and summary.json
# The details, variables and exit codes are in gpu_check/build.sh and gpu_check/run.sh.
set -euo pipefail
here=$(dirname "$0")
case "${1:-} $#" in
    "build 2" | "run 2") exec "$here/gpu_check/$1.sh" "$2" ;;
    *)
        sed -n '3,6s/^# //p' "$0" >&2
        exit 2
        ;;
esac
