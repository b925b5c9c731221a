#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the model of the release protocol (release.pml) in every interleaving, with spin.

    check_model.py release COMPILER   the protocol as it is: every policy must hold
    check_model.py mutants COMPILER   the protocol with one rule left out at a time: each must be refuted
Exit code 77 where spin or the C compiler is missing.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
POLICIES = ["WAIT", "DEFERRED", "STREAM_ORDERED"]

# For each mutant the policy and the scenario in which it is sought: one where its rule matters.
MUTANTS = {
    "RELEASE_WITHOUT_WAIT": ("WAIT", "SEPARATE_STREAMS"),
    "COUNT_NOT_ATOMIC": ("DEFERRED", "SEPARATE_STREAMS"),
    "EVENT_FAILURE_IGNORED": ("DEFERRED", "SEPARATE_STREAMS"),
    "SYNC_FAILURE_IGNORED": ("WAIT", "SEPARATE_STREAMS"),
    "WAIT_FAILURE_IGNORED": ("WAIT", "SEPARATE_STREAMS"),
    "LAST_EVENT_ONLY": ("STREAM_ORDERED", "SEPARATE_STREAMS"),
    "OLDER_EVENT_WINS": ("DEFERRED", "SHARED_STREAM"),
    "CALLBACK_BEFORE_EVENTS": ("STREAM_ORDERED", "SEPARATE_STREAMS"),
    "DOUBLE_RELEASE_RUNS_AGAIN": ("DEFERRED", "DOUBLE_RELEASE"),
    "QUARANTINE_FREES": ("WAIT", "SEPARATE_STREAMS"),
    "GRAPH_WITHOUT_SHARE": ("WAIT", "SEPARATE_STREAMS"),
    "GRAPH_SHARE_TAKEN_LATE": ("WAIT", "SEPARATE_STREAMS"),
    "GRAPH_SHARE_BACK_AT_DESTROY": ("WAIT", "SEPARATE_STREAMS"),
    "DESTRUCTOR_RELEASES": ("WAIT", "SEPARATE_STREAMS"),
    "WAIT_IN_CAPTURE": ("WAIT", "SEPARATE_STREAMS"),
    "CALLBACK_IN_CAPTURE": ("STREAM_ORDERED", "SEPARATE_STREAMS"),
    "CAPTURE_BEGINS_INSIDE": ("STREAM_ORDERED", "SEPARATE_STREAMS"),
    "RELEASE_IN_CAPTURE_FORGOTTEN": ("STREAM_ORDERED", "SEPARATE_STREAMS"),
    "WAITS_AFTER_LOSS": ("DEFERRED", "SEPARATE_STREAMS"),
    "LOSS_NOT_ASKED_FOR": ("WAIT", "SEPARATE_STREAMS"),
    "CALLBACK_AGAIN_AFTER_LOSS": ("WAIT", "SEPARATE_STREAMS"),
}


class Search:
    """One exhaustive search; `error` is what it found against the model, or None."""

    def __init__(self, compiler, policy, scenario=None, mutant=None):
        started = time.monotonic()
        definitions = [f"-DPOLICY={policy}"] + [f"-DSCENARIO={scenario}"] * bool(scenario) + [f"-DMUTANT_{mutant}=true"] * bool(mutant)
        with tempfile.TemporaryDirectory() as scratch:
            run(["spin", *definitions, "-a", str(HERE / "release.pml")], scratch)
            # A safety search: assertions and invalid end states. Mutants end early, so that compiling is most of their time.
            run([compiler, "-O0" if mutant else "-O2", "-w", "-DSAFETY", "-DNOCLAIM", "-DCOLLAPSE", "-DMEMLIM=4096", "-o", "pan", "pan.c"], scratch)
            output = run(["./pan", "-m100000", "-n"], scratch)
        self.seconds = time.monotonic() - started
        if match := re.search(r"^pan:\d+: (.*)", output, re.MULTILINE):
            self.error = re.sub(r"\s+", " ", match[1])
        else:
            self.error = None
        states, errors = re.search(r"(\d+) states, stored", output), re.search(r"errors: (\d+)", output)
        complete = "Search not completed" not in output and "max search depth too small" not in output
        # Out of memory or depth is neither a proof nor a refutation.
        if not states or not errors or (int(errors[1]) > 0) != (self.error is not None) or (self.error is None and not complete):
            raise SystemExit(f"the search did not end as it should:\n{output}")
        if self.error and not re.match(r"assertion violated|invalid end state", self.error):
            raise SystemExit(f"not an error of the model:\n{output}")
        self.states = int(states[1])


def run(command, folder):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}")
    return done.stdout


def check_release(compiler):
    failures = 0
    for policy in POLICIES:
        search = Search(compiler, policy)
        print(f"{policy.lower():15} {search.states:>10,} states {search.seconds:6.1f} s  {search.error or 'holds'}", flush=True)
        failures += search.error is not None
    return failures


def check_mutants(compiler):
    text = "".join(file.read_text(encoding="utf-8") for file in HERE.glob("*.pml"))
    in_model = set(re.findall(r"\bMUTANT_([A-Z_]+[A-Z])\b", text))
    if in_model != set(MUTANTS):
        raise SystemExit(f"mutants in the model alone: {in_model - set(MUTANTS)}; here alone: {set(MUTANTS) - in_model}")
    survivors = 0
    for mutant, (policy, scenario) in MUTANTS.items():
        search = Search(compiler, policy, scenario, mutant)
        verdict = f"refuted: {search.error}" if search.error else "SURVIVES"
        print(f"{mutant.lower():30} {search.states:>9,} states {search.seconds:5.1f} s  {verdict}", flush=True)
        survivors += search.error is None
    print(f"{len(MUTANTS) - survivors} of {len(MUTANTS)} mutants refuted")
    return survivors


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("release", "mutants"):
        sys.exit(__doc__)
    for program in ("spin", sys.argv[2]):
        if shutil.which(program) is None:
            print(f"skipped: {program} is not installed")
            sys.exit(77)
    sys.exit(1 if (check_release if sys.argv[1] == "release" else check_mutants)(sys.argv[2]) else 0)


main()
