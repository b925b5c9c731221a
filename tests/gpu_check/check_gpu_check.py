#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/gpu_check without a GPU.

    check_gpu_check.py outcomes SCRIPTS NVCC   run.sh over stand-ins for the device, the tests, the tools and the bench
    check_gpu_check.py probe SCRIPTS NVCC      the probe builds; exit code 77 where nvcc is missing
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

DEVICE = "echo 'device: Stand-in'; echo 'driver_cuda: 13.0'"
NO_DEVICE = "echo 'no device: stand-in'; exit 77"

# A sanitizer that catches each planted fault in the words of the real one; $3 is --error-exitcode, $4 its value, $5 the program.
GOOD_TOOL = """
case "$6" in
    out_of_bounds) echo 'Invalid __global__ write of size 4 bytes'; exit "$4" ;;
    race) echo 'Error: Race reported between Write access'; exit "$4" ;;
    uninitialised) echo 'Uninitialized __global__ memory read'; exit "$4" ;;
    divergent_sync) echo 'Barrier error detected. Divergent thread(s) in block'; exit "$4" ;;
esac
"""
BLIND_TOOL = "exit 0"
UNSUPPORTED_TOOL = "echo 'Error: Device not supported'; exit 1"
ANXIOUS_TOOL = GOOD_TOOL + "echo 'Uninitialized'; exit \"$4\""
FINDING_TOOL = GOOD_TOOL + """case "$5" in *probe) ;; *) echo 'Invalid __global__ read'; exit "$4" ;; esac"""


def program(passed=0, failed=0, skipped=0, status=None):
    """A test program that leaves GoogleTest's report."""
    cases = '<testcase name="p" status="run" result="completed" time="0" />\n' * (passed + failed)
    cases += '<testcase name="s" status="run" result="skipped" time="0">\n</testcase>\n' * skipped
    report = f'<testsuites tests="{passed + failed + skipped}" failures="{failed}" disabled="0" errors="0" time="0" name="AllTests">\n{cases}</testsuites>\n'
    exit_status = (1 if failed else 0) if status is None else status
    return f"for a in \"$@\"; do case $a in --gtest_output=xml:*) cat >\"${{a#--gtest_output=xml:}}\" <<'END'\n{report}END\n;; esac; done\nexit {exit_status}"


GOOD = {"a_test": program(passed=3, skipped=1), "b_test": program(passed=2)}
# Name, device, test programs, sanitizer (None: none is there), bench, exit code, and what summary.md must say.
CASES = [
    ("no device", NO_DEVICE, GOOD, GOOD_TOOL, "true", 77, ["No device: nothing was checked"]),
    ("broken probe", "exit 1", GOOD, GOOD_TOOL, "true", 1, ["No device"]),
    ("all good", DEVICE, GOOD, GOOD_TOOL, "echo 1 GB/s", 0, ["Passed: 5 tests", "| a_test | 3 | 0 | 1 | passed |", "1 GB/s", "the planted race was caught; nothing found"]),
    ("packed", DEVICE, GOOD, None, "true", 0, ["Passed: 5 tests", "| a_test | 3 | 0 | 1 | passed |"]),
    ("packed and broken", DEVICE, GOOD, None, "true", 1, ["tests.tar.gz cannot be unpacked", "FAILED"]),
    ("a test fails", DEVICE, {**GOOD, "c_test": program(passed=4, failed=1)}, None, "true", 1, ["| c_test | 4 | 1 | 0 | FAILED |"]),
    ("a program dies", DEVICE, {**GOOD, "c_test": "kill -SEGV $$"}, None, "true", 1, ["| c_test | 0 | 0 | 0 | FAILED (no report, exit status 139) |"]),
    ("dies after its report", DEVICE, {"c_test": program(passed=4, status=3)}, None, "true", 1, ["FAILED (exit status 3)"]),
    ("does not end", DEVICE, {**GOOD, "c_test": "sleep 60"}, None, "true", 1, ["FAILED (not done in 2 s)"]),
    ("all skipped", DEVICE, {"a_test": program(skipped=2)}, None, "true", 1, ["| a_test | 0 | 0 | 2 | no test ran |", "FAILED: no test ran"]),
    ("no program", DEVICE, {}, None, "true", 1, ["FAILED: no test ran"]),
    ("no tool", DEVICE, GOOD, None, "true", 0, ["| all | not found on this machine |"]),
    ("blind tools", DEVICE, GOOD, BLIND_TOOL, "true", 0, [f"| {tool} | tool does not work here: the planted" for tool in ("memcheck", "racecheck", "initcheck", "synccheck")]),
    ("unsupported tools", DEVICE, GOOD, UNSUPPORTED_TOOL, "true", 0, ["tool does not work here: the planted race was not caught (exit status 1)"]),
    ("anxious tools", DEVICE, GOOD, ANXIOUS_TOOL, "true", 0, ["tool does not work here: it complains of a kernel without fault"]),
    ("a tool finds something", DEVICE, GOOD, FINDING_TOOL, "true", 1, ["| memcheck | FAILED: a_test (exit status 99),b_test (exit status 99) |"]),
    ("the bench fails", DEVICE, GOOD, None, "exit 1", 1, ["ndlease bench --device cuda:0 --direction h2d --size L --seconds 0.1 failed"]),
]


def write_script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/bash\n" + text + "\n", encoding="utf-8")
    path.chmod(0o755)


def check_case(scripts, name, device, programs, sanitizer, bench, expected_status, expected_words):
    with tempfile.TemporaryDirectory() as scratch:
        bundle, path = pathlib.Path(scratch) / "bundle", pathlib.Path(scratch) / "bin"
        (bundle / "tests").mkdir(parents=True)
        path.mkdir()
        shutil.copy(scripts / "run.sh", bundle)
        (bundle / "built_from").write_text('90 "stand-in"\n', encoding="utf-8")
        write_script(bundle / "probe", f'if [ "$1" = device ]; then {device}\nfi')
        write_script(bundle / "ndlease", bench)
        for test, text in programs.items():
            write_script(bundle / "tests" / test, text)
        if name.startswith("packed"):
            shutil.make_archive(str(bundle / "tests"), "gztar", bundle, "tests")
            shutil.rmtree(bundle / "tests")
        if name == "packed and broken":
            programs = {}
            (bundle / "tests.tar.gz").write_bytes((bundle / "tests.tar.gz").read_bytes()[:99])
        # A tool of the machine itself is hidden by one that is blind.
        write_script(path / "compute-sanitizer", sanitizer or BLIND_TOOL)
        environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}", "PROGRAM_SECONDS": "2"}
        if sanitizer is None:
            environment["SANITIZER"] = ""
        done = subprocess.run([str(bundle / "run.sh")], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        failures = []
        if done.returncode != expected_status:
            failures.append(f"exit status {done.returncode}, expected {expected_status}: {done.stdout}")
        try:
            summary = (bundle / "summary.md").read_text(encoding="utf-8")
            report = json.loads((bundle / "summary.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            return failures + [f"no summary: {error}"]
        failures += [f"summary.md does not say '{words}':\n{summary}" for words in expected_words if words not in summary]
        if bool(report["problems"]) != (expected_status == 1 and device == DEVICE):
            failures.append(f"problems in summary.json: {report['problems']}")
        if device == DEVICE and (report["device"] != "Stand-in" or len(report["tests"]) != len(programs)):
            failures.append(f"summary.json: {report}")
        return failures


def check_outcomes(scripts):
    count = 0
    for case in CASES:
        failures = check_case(scripts, *case)
        print(f"{case[0]:24} {'; '.join(failures) or 'as expected'}", flush=True)
        count += len(failures)
    return count


def check_probe(scripts, nvcc):
    if shutil.which(nvcc) is None:
        print(f"skipped: no nvcc ({nvcc})")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as scratch:
        probe = pathlib.Path(scratch) / "probe"
        subprocess.run([nvcc, "-std=c++20", "-arch=sm_90", "-cudart", "static", "-Xcompiler", "-Wall,-Wextra,-Wconversion,-Wshadow,-Werror",
                        "-o", str(probe), str(scripts / "probe.cu")], check=True)
        device = subprocess.run([str(probe), "device"], stdout=subprocess.PIPE, text=True)
        fault = subprocess.run([str(probe), "none"], capture_output=True, text=True)
        print(f"device: exit status {device.returncode}, {device.stdout.strip()}\nnone: exit status {fault.returncode}, {fault.stderr.strip()}")
        if device.returncode == 77:  # and then a kernel must not seem to have run
            return 0 if "no device" in device.stdout and fault.returncode == 1 else 1
        return 0 if device.returncode == 0 and "device: " in device.stdout and fault.returncode == 0 else 1


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("outcomes", "probe"):
        sys.exit(__doc__)
    scripts = pathlib.Path(sys.argv[2])
    sys.exit(1 if (check_outcomes(scripts) if sys.argv[1] == "outcomes" else check_probe(scripts, sys.argv[3])) else 0)


main()
