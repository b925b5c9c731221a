# SPDX-License-Identifier: Apache-2.0
"""Runs the ndlease command for the tests; NumPy is the oracle, and without it they are skipped (exit code 77)."""

import json
import os
import random
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True

try:
    import numpy as np
except ImportError:
    print("skipped: this Python has no NumPy")
    sys.exit(77)

BINARY = ""
SEED = int(os.environ.get("NDLEASE_TEST_SEED", random.SystemRandom().randrange(2**32)))


def run(*arguments):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=300)


def run_ok(case, *arguments):
    done = run(*arguments)
    case.assertEqual((done.returncode, done.stderr), (0, ""), f"ndlease {' '.join(map(str, arguments))}")
    return done.stdout


def run_json(case, *arguments):
    return json.loads(run_ok(case, *arguments))


def expect_error(case, arguments, *parts):
    """Exit code 2 and one line `ndlease: <what>: <why>` that has all `parts`."""
    done = run(*arguments)
    text = f"ndlease {' '.join(map(str, arguments))}: {done.stderr!r}"
    case.assertEqual(done.returncode, 2, text)
    case.assertEqual(done.stdout, "", text)
    case.assertRegex(done.stderr, r"\Andlease: [^\n]+: [^\n]+\n\Z", text)
    for part in parts:
        case.assertIn(part, done.stderr, text)


def main():
    global BINARY
    BINARY = os.path.abspath(sys.argv.pop(1))
    print(f"seed {SEED}; to repeat: NDLEASE_TEST_SEED={SEED} {sys.executable} {sys.argv[0]} {BINARY}", flush=True)
    unittest.main()
