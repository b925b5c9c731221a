#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One page of two reports of compare.py on the CPU: targets, ratios to the peers and all patterns, at 32 MiB (class M) and 1 GiB (class L).

    benchmarks/peers/page.py benchmarks/results/cpu_M.json benchmarks/results/cpu_L.json > benchmarks/results/cpu.md
"""

import argparse
import json
import math
import sys

sys.dont_write_bytecode = True

from chart import CALLS  # noqa: E402

# % of C, the contiguous copy of as many bytes: (one thread, two threads)
TARGETS = {
    "t2d_f32": (60, 70), "t2d_f64": (65, 75), "t2d_u8": (40, 55), "nchw_to_nhwc": (70, 75), "nhwc_to_nchw": (70, 75), "nchw3_to_nhwc3": (70, 75),
    "nhwc3_to_nchw3": (70, 75), "head_permute": (70, 75), "rgb_to_planar": (80, None), "planar_to_rgb": (80, None), "every2": (55, None),
    "flip_last": (85, None), "xyz_of_xyzw": (55, None), "nd6_rev": (35, 50), "swap_2": (85, None), "swap_4": (85, None), "swap_8": (85, None),
    "cast_f32_f16": (75, None),
}  # fmt: skip


class Report:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.whole = json.load(file)
        self.context = self.whole["context"]
        self.own = self.by_name(self.whole["results"])
        self.peers, self.wrong = {}, {}  # of the peers only what is right is compared
        for peer in self.whole.get("peers", []):
            library = peer["context"]["library"]
            self.peers[library] = self.by_name([result for result in peer["results"] if result["verified"]])
            self.wrong[library] = sorted({result["name"] for result in peer["results"] if result.get("mismatch")})

    @staticmethod
    def by_name(results):
        table = {}
        for result in results:
            if result.get("median_s"):
                table.setdefault(result["name"], {})[result["threads"]] = result
        return table

    def value(self, name, threads, key):
        return self.own.get(name, {}).get(threads, {}).get(key)

    def times(self, peer, name, threads=1):
        """How many times as fast ndlease is, with as many threads."""
        own, other = self.value(name, threads, "median_s"), self.peers.get(peer, {}).get(name, {}).get(threads, {}).get("median_s")
        return other / own if own and other else None

    def all_times(self, peer, threads=1):
        names = [name for name in self.own if self.value(name, threads, "family") not in CALLS]
        return {name: ratio for name in names if (ratio := self.times(peer, name, threads)) is not None}


def number(value, digits=0):
    return "-" if value is None else f"{value:.{digits}f}"


def row(*cells):
    return "| " + " | ".join(cells) + " |"


def heading(*cells):
    return [row(*cells), "|---" * len(cells) + "|"]


def machine(report):
    c = report.context
    with_tbb = "oneTBB, " if c["onetbb"] else ""
    peers = ", ".join(f"{peer['context']['library']} {peer['context']['version']}" for peer in report.whole.get("peers", []))
    return (
        f"{c['cores']} processors of {c['cpu']}, {c['cache_bytes'] >> 20} MiB of last cache, {c['memory_bytes'] / 2**30:.1f} GiB; "
        f"{c['compiler']}, {c['build_type']}, {with_tbb}ndlease {c['version']}; {peers or 'no peers'}"
    )


def ratios(report, label):
    for peer in report.peers:
        for threads in report.context["threads"]:
            times = report.all_times(peer, threads)
            if not times:
                continue
            mean = math.exp(sum(map(math.log, times.values())) / len(times))
            slower = [f"{name} {ratio:.2f}" for name, ratio in times.items() if ratio < 1]
            word = "thread" if threads == 1 else "threads"
            span = f"{min(times.values()):.2f} to {max(times.values()):.0f}"
            yield f"- {label}, {threads} {word}: {mean:.1f} times {peer} in the geometric mean of {len(times)} patterns, {span}."
            if slower:
                yield f"  Slower: {', '.join(slower)}."
        if report.wrong[peer]:
            yield f"- {label}: {peer} gives wrong results, left out here, for {', '.join(report.wrong[peer])}."


def targets(report):
    def reached(name, threads, target):
        value = report.value(name, threads, "percent")
        return number(value) + (" (missed)" if target is not None and value is not None and round(value) < target else "")

    yield from heading("pattern", "one thread: target, % of C", "reached", "two threads: target", "reached")
    for name, (one, two) in TARGETS.items():
        if name in report.own:
            yield row(name, number(one), reached(name, 1, one), number(two), reached(name, 2, two))


def patterns(medium, large):
    peers = [("M", medium, peer) for peer in medium.peers] + [("L", large, peer) for peer in large.peers]
    titles = [f"{size}: times {peer}" for size, _, peer in peers]
    shares = ["% of C", "of the model", "2 threads: % of C"]
    yield from heading("pattern", f"M, 1 thread: {shares[0]}", *shares[1:], "L, 1 thread: GB/s", *shares, *titles)
    for name in list(medium.own) + [name for name in large.own if name not in medium.own]:
        yield row(
            name,
            number(medium.value(name, 1, "percent")),
            number(medium.value(name, 1, "percent_of_model")),
            number(medium.value(name, 2, "percent")),
            number(large.value(name, 1, "gbps"), 1),
            number(large.value(name, 1, "percent")),
            number(large.value(name, 1, "percent_of_model")),
            number(large.value(name, 2, "percent")),
            *[number(report.times(peer, name), 2) for _, report, peer in peers],
        )


def page(medium, large):
    unverified = [name for report in (medium, large) for name, by_threads in report.own.items() if not all(r["verified"] for r in by_threads.values())]
    yield f"# Copies on the CPU, {large.context['date'][:10]}"
    yield ""
    yield f"M, 32 MiB: {machine(medium)}.\n"
    yield f"L, 1 GiB: {machine(large)}.\n"
    yield "Every result was verified." if not unverified else f"**Wrong: {', '.join(unverified)}.**"
    yield "% is of C, the best contiguous copy of as many useful bytes in the same run on as many threads; *model* is % of C when memory moves"
    yield "whole 64-byte granules. Times: how many times as fast ndlease is, one thread each. [docs/performance.md](../../docs/performance.md) says what limits what.\n"
    compare = "benchmarks/peers/compare.py --command build/host/bin/ndlease --threads 1,2 --seconds 0.15 --peers numpy,hptt"
    yield f"    {compare} --size M --parts 6 --out cpu_M"
    yield f"    {compare} --size L --parts 4 --filter '^(?!tiny|many)' --out cpu_L"
    yield "    benchmarks/peers/page.py cpu_M.json cpu_L.json > cpu.md\n"
    yield "Without calls of a few KiB:\n"
    yield from ratios(medium, "M")
    yield from ratios(large, "L")
    yield "\n## Targets, 1 GiB\n"
    yield from targets(large)
    yield "\n## All patterns\n"
    yield from patterns(medium, large)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("medium", type=Report, help="the JSON report of class M")
    parser.add_argument("large", type=Report, help="of class L")
    options = parser.parse_args()
    print("\n".join(page(options.medium, options.large)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
