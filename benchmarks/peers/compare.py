#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ndlease and other libraries on the same patterns, one after the other in one session, and one table, JSON, CSV, page and picture of all of them.

    benchmarks/peers/compare.py --command build/host/bin/ndlease --size L --threads 1,2 --out results/cpu

writes results/cpu.json, .csv, .html and .svg, and prints the table. A peer that is not installed is named and left out.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import chart  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ("numpy", "torch", "cupy", "jax")
ON_DEVICES = ("torch", "cupy", "jax")
ON_CPU = ("numpy", "torch", "jax")
NOT_INSTALLED = 77


def run(words, quiet=False):
    print("+ " + " ".join(words), file=sys.stderr, flush=True)
    return subprocess.run(words, stdout=subprocess.DEVNULL if quiet else None).returncode


def peer_words(name, options, threads, path):
    words = [sys.executable, os.path.join(HERE, f"{name}_peer.py"), "--command", options.command, "--json", path, "--seconds", str(options.seconds)]
    words += ["--size", options.size, "--filter", options.filter]
    if name != "numpy":
        words += ["--device", options.device]
    if threads != 1:
        words += ["--threads", str(threads)]
    return words


def thread_counts(name, options):
    """NumPy copies on one thread, XLA on as many as it likes; PyTorch is measured with each number."""
    return [int(count) for count in options.threads.split(",")] if name == "torch" and options.device == "cpu" else [1]


def merged(paths):
    """Runs of one library with different numbers of threads as one report."""
    reports = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            reports.append(json.load(file))
    report = reports[0]
    for other in reports[1:]:
        report["results"] += other["results"]
        report["context"]["threads"] += other["context"]["threads"]
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default="ndlease", help="the ndlease command (default: ndlease on PATH)")
    parser.add_argument("--size", default="M", choices=["S", "M", "L"], help="size class (default: %(default)s)")
    parser.add_argument("--filter", default="", help="only patterns whose name this regular expression finds")
    parser.add_argument("--threads", default="1", help="numbers of threads, with commas (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.5, help="longest time for each pattern (default: %(default)s)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda:N (default: %(default)s)")
    parser.add_argument("--peers", help="which, with commas; default: numpy on the CPU, torch, cupy and jax on a device")
    parser.add_argument("--out", required=True, help="path of the results without their extension")
    options = parser.parse_args()
    on_cpu = options.device == "cpu"
    names = options.peers.split(",") if options.peers else ["numpy"] if on_cpu else list(ON_DEVICES)
    for name in names:
        if name not in (ON_CPU if on_cpu else ON_DEVICES):
            parser.error(f"--peers {name}: there are {', '.join(ON_CPU)} on the CPU and {', '.join(ON_DEVICES)} on devices")

    with tempfile.TemporaryDirectory() as folder:
        own = os.path.join(folder, "ndlease.json")
        words = [options.command, "bench", "--size", options.size, "--filter", options.filter, "--seconds", str(options.seconds), "--json", own]
        words += ["--threads", options.threads] if on_cpu else ["--device", options.device]
        wrong = run(words, quiet=True)
        if wrong not in (0, 1):
            return wrong
        reports = []
        for name in names:
            paths = []
            for threads in thread_counts(name, options):
                path = os.path.join(folder, f"{name}{threads}.json")
                code = run(peer_words(name, options, threads, path))
                if code == NOT_INSTALLED:
                    break
                if code not in (0, 1):
                    return code
                wrong |= code
                paths.append(path)
            if paths:
                path = os.path.join(folder, f"{name}.json")
                with open(path, "w", encoding="utf-8") as file:
                    json.dump(merged(paths), file)
                reports.append(path)
        words = [options.command, "bench", "--from", own]
        if reports:
            words += ["--peers", *reports]
        wrong |= run(words + [f"--{kind}={options.out}.{kind}" for kind in ("json", "csv", "html")])
    with open(options.out + ".json", encoding="utf-8") as file:
        report = json.load(file)
    with open(options.out + ".svg", "w", encoding="utf-8") as file:
        file.write(chart.draw(report))
    return wrong


if __name__ == "__main__":
    sys.exit(main())
