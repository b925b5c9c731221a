#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs what build.sh made, on a machine with a GPU: run.sh [DIR], by default the folder of this script.
# Every test program, then each tool of compute-sanitizer over them (if it is found, and if it catches a planted fault here), then the
# bench. DIR/results holds the outputs; DIR/summary.md and summary.json say what came out.
# Exit 0: tests ran, nothing failed; 1: something failed, or no test ran; 77: there is no device.
# Variables: PROGRAM_SECONDS (300), the limit of one run of one program; TOOL_FILTER ('*'), the gtest filter under the tools;
# BENCH_ARGUMENTS ('--size L --seconds 0.1'), for the bench of each direction (d2d, h2d, d2h); SANITIZER (compute-sanitizer, where it is found), empty for none.
set -euo pipefail
dir=$(realpath "${1:-$(dirname "$0")}")
limit=${PROGRAM_SECONDS:-300}
out=$dir/results
rm -rf "$out" "$dir/summary.md" "$dir/summary.json"
mkdir -p "$out"
problems=()
rows=()       # of the table of tests
json_tests=() # the same, and of the tools, as JSON
tool_rows=()
json_tools=()
total_passed=0

quoted() { printf '"%s"' "$(printf '%s' "$1" | tr -d '\000-\037' | sed 's/["\\]/\\&/g')"; }
joined() { local IFS=,; printf '%s' "$*"; }
value_of() { sed -n "s/^$1: //p" "$out/device.txt"; }
attribute() { grep -m1 -o '<testsuites [^>]*' "$2" | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p"; } # of the whole report
testcases() { grep -o '<testcase [^>]*' "$2" | grep -c "$1" || true; }

run_tests() { # PROGRAM: a program without a readable report failed, whatever it printed
    local name report status=0 passed=0 failed=0 skipped=0 word=passed
    name=$(basename "$1")
    report=$out/$name.xml
    timeout -k 10 "$limit" "$1" --gtest_output="xml:$report" >"$out/$name.log" 2>&1 </dev/null || status=$?
    if [ -f "$report" ] && [ -n "$(attribute tests "$report")" ]; then
        failed=$(($(attribute failures "$report") + $(attribute errors "$report")))
        skipped=$(testcases ' result="skipped"' "$report")
        passed=$(($(testcases ' status="run"' "$report") - skipped - failed))
        if [ "$failed" -gt 0 ]; then
            word="FAILED"
        elif [ "$status" -ne 0 ]; then
            word="FAILED (exit status $status)"
        elif [ "$passed" -eq 0 ]; then
            word="no test ran"
        fi
    elif [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        word="FAILED (not done in $limit s)"
    else
        word="FAILED (no report, exit status $status)"
    fi
    case "$word" in FAILED*) problems+=("$name: $word") ;; esac
    total_passed=$((total_passed + passed))
    rows+=("| $name | $passed | $failed | $skipped | $word |")
    json_tests+=("{\"name\": $(quoted "$name"), \"passed\": $passed, \"failed\": $failed, \"skipped\": $skipped, \"result\": $(quoted "$word")}")
    echo "$name: $passed passed, $failed failed, $skipped skipped: $word"
}

errors_found=99
with_tool() { # TOOL LOG command...: the command under the tool, which exits with $errors_found if it reports anything
    local tool=$1 log=$2
    shift 2
    timeout -k 10 "$limit" "$sanitizer" --tool "$tool" --error-exitcode "$errors_found" "$@" >"$log" 2>&1 </dev/null
}

check_tool() { # TOOL FAULT WORDS: believed only where it names the planted fault, and says nothing of a kernel without one
    local tool=$1 fault=$2 words=$3 program name status=0 clean=0 found=() result
    with_tool "$tool" "$out/$tool.fault.log" "$dir/probe" "$fault" || status=$?
    with_tool "$tool" "$out/$tool.none.log" "$dir/probe" none || clean=$?
    if [ "$status" -ne "$errors_found" ] || ! grep -qiE "$words" "$out/$tool.fault.log"; then
        result="tool does not work here: the planted $fault was not caught (exit status $status)"
    elif [ "$clean" -ne 0 ]; then
        result="tool does not work here: it complains of a kernel without fault (exit status $clean)"
    else
        for program in "$dir"/tests/*; do
            name=$(basename "$program")
            status=0
            with_tool "$tool" "$out/$tool.$name.log" "$program" --gtest_filter="${TOOL_FILTER:-*}" || status=$?
            [ "$status" -eq 0 ] || found+=("$name (exit status $status)")
        done
        result="the planted $fault was caught; nothing found in the tests"
        if [ ${#found[@]} -gt 0 ]; then
            result="FAILED: $(joined "${found[@]}")"
            problems+=("$tool: ${found[*]}")
        fi
    fi
    tool_rows+=("| $tool | $result |")
    json_tools+=("{\"tool\": \"$tool\", \"result\": $(quoted "$result")}")
    echo "$tool: $result"
}

# shellcheck disable=SC2016 # the backquotes are Markdown's
write_summary() { # RESULT
    {
        printf '# Device check\n\n%s\n\nBuilt from (architecture, commit): %s. Run on %s.\n' "$1" "$(cat "$dir/built_from")" "$(date -u +%F)"
        printf '\n```\n%s\n```\n' "$(cat "$out/device.txt")"
        if [ ${#rows[@]} -gt 0 ]; then
            printf '\n| test program | passed | failed | skipped | result |\n|---|---|---|---|---|\n'
            printf '%s\n' "${rows[@]}"
            printf '\n| compute-sanitizer | result |\n|---|---|\n'
            printf '%s\n' "${tool_rows[@]}"
        fi
        if [ -s "$out/bench.txt" ]; then printf '\n`ndlease bench --device cuda:0 --direction d2d, h2d, d2h; %s`\n```\n%s\n```\n' "$bench_arguments" "$(cat "$out/bench.txt")"; fi
    } >"$dir/summary.md"
    printf '{"result": %s, "built_from": %s, "device": %s, "driver": %s, "driver_cuda": %s, "tests": [%s], "tools": [%s], "problems": [%s]}\n' \
        "$(quoted "$1")" "$(quoted "$(cat "$dir/built_from")")" "$(quoted "$(value_of device)")" "$(quoted "$(value_of driver)")" \
        "$(quoted "$(value_of driver_cuda)")" "$(joined "${json_tests[@]}")" "$(joined "${json_tools[@]}")" \
        "$(for problem in "${problems[@]}"; do quoted "$problem"; echo; done | paste -sd,)" >"$dir/summary.json"
    printf '%s\nSee %s\n' "$1" "$dir/summary.md"
}

status=0
"$dir/probe" device >"$out/device.txt" 2>&1 || status=$?
if [ "$status" -ne 0 ]; then
    write_summary "No device: nothing was checked. $(tail -n 1 "$out/device.txt")"
    [ "$status" -eq 77 ] || exit 1 # the probe itself failed
    exit 77
fi
if command -v nvidia-smi >/dev/null; then
    nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | sed -n '1s/^/driver: /p' >>"$out/device.txt" || true
fi
cat "$out/device.txt"

if [ -f "$dir/tests.tar.gz" ] && ! tar -C "$dir" -xzf "$dir/tests.tar.gz"; then
    problems+=("tests.tar.gz cannot be unpacked")
fi
for program in "$dir"/tests/*; do
    [ ! -x "$program" ] || run_tests "$program"
done

sanitizer=${SANITIZER-$(command -v compute-sanitizer || find /usr/local/cuda*/bin -name compute-sanitizer 2>/dev/null | head -n 1 || true)}
if [ -n "$sanitizer" ]; then
    check_tool memcheck out_of_bounds 'invalid __global__ write'
    check_tool racecheck race 'hazard|race reported'
    check_tool initcheck uninitialised 'uninitialized'
    check_tool synccheck divergent_sync 'barrier error|divergent'
else
    tool_rows+=("| all | not found on this machine |")
    echo "compute-sanitizer: not found on this machine"
fi

bench_arguments=${BENCH_ARGUMENTS:---size L --seconds 0.1}
read -ra words <<<"$bench_arguments"
for direction in d2d h2d d2h; do
    bench=(bench --device cuda:0 --direction "$direction" "${words[@]}")
    if ! timeout -k 10 "$limit" "$dir/ndlease" "${bench[@]}" --json "$out/bench_$direction.json" >>"$out/bench.txt" 2>&1; then
        problems+=("ndlease ${bench[*]} failed")
    fi
done

if [ "$total_passed" -eq 0 ]; then problems+=("no test ran"); fi
if [ ${#problems[@]} -gt 0 ]; then
    write_summary "FAILED: $(joined "${problems[@]}")"
    exit 1
fi
write_summary "Passed: $total_passed tests"
