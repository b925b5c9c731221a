#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs one fuzzer from its kept corpus for FUZZ_SECONDS (60): fuzz.sh build/host-fuzz/tests/fuzz/ndlease_NAME_fuzz
# An input that fails is left beside the program as NAME-crash-...; `ndlease_NAME_fuzz FILE` repeats it.
set -euo pipefail
program=$1
name=$(basename "$program")
name=${name#ndlease_}
name=${name%_fuzz}
corpus="$(dirname "$0")/../tests/fuzz/corpus/$name"
[ -d "$corpus" ] || { echo "fuzz.sh: $corpus is missing: every fuzzer has a corpus" >&2; exit 1; }
grown=$(mktemp -d)
trap 'rm -rf "$grown"' EXIT
"$program" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$(dirname "$program")/$name-" "$grown" "$corpus"
