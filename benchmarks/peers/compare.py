#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ndlease and other libraries on the same patterns, one after the other in one session, and one table, JSON, CSV, page and picture of all of them.

    benchmarks/peers/compare.py --command build/host/bin/ndlease --size L --threads 1,2 --out results/cpu

writes results/cpu.json, .csv, .html and .svg, and prints the table. A peer that is not installed is named and left out.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import chart  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ON_DEVICES = ("torch", "cupy", "jax")
ON_CPU = ("numpy", "torch", "jax", "hptt")
NOT_INSTALLED = 77


def run(words, quiet=False):
    print("+ " + shlex.join(words), file=sys.stderr, flush=True)
    return subprocess.run(words, stdout=subprocess.DEVNULL if quiet else None).returncode


def thread_counts(name, options):
    """NumPy copies on one thread, XLA on as many as it likes; PyTorch and HPTT are measured with each number."""
    return [int(count) for count in options.threads.split(",")] if name in ("torch", "hptt") and options.device == "cpu" else [1]


def parts_of(options):
    """Regular expressions that split the patterns of the class into as many parts, in their order."""
    words = [options.command, "bench", "--list", "--json", "-", "--size", options.size, "--filter", options.filter]
    if options.device != "cpu":
        words += ["--device", options.device]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr.strip())
    names = [pattern["name"] for pattern in json.loads(done.stdout)["patterns"]]
    parts = min(options.parts, len(names))
    return [f"^({'|'.join(names[len(names) * i // parts : len(names) * (i + 1) // parts])})$" for i in range(parts)]


def merged(paths):
    """Runs of one library as one report."""
    reports = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            reports.append(json.load(file))
    whole = reports[0]
    for other in reports[1:]:
        whole["results"] += other["results"]
        whole["context"]["threads"] += [count for count in other["context"]["threads"] if count not in whole["context"]["threads"]]
    return whole


class Session:
    """Runs of ndlease and the peers on parts of the patterns, in files of one folder."""

    def __init__(self, options, names, folder):
        self.options, self.folder, self.wrong = options, folder, 0
        self.own = []
        self.peers = {name: [] for name in names}

    def measure(self, part, expression):
        options = self.options
        shared = ["--size", options.size, "--filter", expression, "--seconds", str(options.seconds), "--json"]
        self.own.append(os.path.join(self.folder, f"ndlease.{part}.json"))
        where = ["--threads", options.threads] if options.device == "cpu" else ["--device", options.device]
        self.run([options.command, "bench", *shared, self.own[-1], *where], quiet=True)
        for name in list(self.peers):
            self.measure_peer(name, part, shared)

    def measure_peer(self, name, part, shared):
        for threads in thread_counts(name, self.options):
            path = os.path.join(self.folder, f"{name}.{part}.{threads}.json")
            words = [sys.executable, os.path.join(HERE, f"{name}_peer.py"), "--command", self.options.command, *shared, path]
            words += [] if name in ("numpy", "hptt") else ["--device", self.options.device]
            words += [] if threads == 1 else ["--threads", str(threads)]
            if not self.run(words):
                del self.peers[name]
                return
            self.peers[name].append(path)

    def run(self, words, quiet=False):
        """False where what it needs is not installed."""
        code = run(shlex.split(self.options.prefix) + words, quiet)
        if code not in (0, 1, NOT_INSTALLED):
            sys.exit(code)
        self.wrong |= code == 1
        return code != NOT_INSTALLED

    def report(self):
        words = [self.options.command, "bench", "--from", *self.own]
        peers = []
        for name, paths in self.peers.items():
            peers.append(os.path.join(self.folder, f"{name}.json"))
            with open(peers[-1], "w", encoding="utf-8") as file:
                json.dump(merged(paths), file)
        if peers:
            words += ["--peers", *peers]
        self.wrong |= run(words + [f"--{kind}={self.options.out}.{kind}" for kind in ("json", "csv", "html")])
        with open(self.options.out + ".json", encoding="utf-8") as file:
            report = json.load(file)
        with open(self.options.out + ".svg", "w", encoding="utf-8") as file:
            file.write(chart.draw(report))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default="ndlease", help="the ndlease command (default: ndlease on PATH)")
    parser.add_argument("--size", default="M", choices=["S", "M", "L"], help="size class (default: %(default)s)")
    parser.add_argument("--filter", default="", help="only patterns whose name this regular expression finds")
    parser.add_argument("--threads", default="1", help="numbers of threads, with commas (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.5, help="longest time for each pattern (default: %(default)s)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda:N (default: %(default)s)")
    parser.add_argument("--peers", help="which, with commas; default: numpy on the CPU, torch, cupy and jax on a device")
    parser.add_argument("--parts", type=int, default=1, help="split the patterns, and let the libraries take turns: for machines whose speed drifts")
    parser.add_argument("--prefix", default="", help="words before each measuring command, such as 'taskset -c 0,1'")
    parser.add_argument("--out", required=True, help="path of the results without their extension")
    options = parser.parse_args()
    if options.parts < 1:
        parser.error("--parts: at least 1")
    on_cpu = options.device == "cpu"
    names = options.peers.split(",") if options.peers else ["numpy"] if on_cpu else list(ON_DEVICES)
    for name in names:
        if name not in (ON_CPU if on_cpu else ON_DEVICES):
            parser.error(f"--peers {name}: there are {', '.join(ON_CPU)} on the CPU and {', '.join(ON_DEVICES)} on devices")
    with tempfile.TemporaryDirectory() as folder:
        session = Session(options, names, folder)
        for part, expression in enumerate(parts_of(options)):
            session.measure(part, expression)
        session.report()
    return int(session.wrong)


if __name__ == "__main__":
    sys.exit(main())
