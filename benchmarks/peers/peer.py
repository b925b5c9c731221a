# SPDX-License-Identifier: Apache-2.0
"""What the peers' scripts share: the table of patterns as `ndlease bench --list --json -` prints it, memory, timing, checking and the report.

A script says what its library is in a Peer and calls run(). Patterns are never restated here: shapes, strides and items come from the command.
"""

import argparse
import datetime
import json
import math
import os
import subprocess
import sys
import time

try:
    import numpy as np
except ModuleNotFoundError:
    print(f"NumPy, which all peers need, is not installed for {sys.executable}", file=sys.stderr)
    sys.exit(77)

POISON = 0xA5
SAMPLE_S = 50e-6  # a sample repeats short copies until it is this long
CHECKED_ITEMS = 100_000


class NotExpressible(Exception):
    """The library has no call for this pattern. The text says why."""


class Peer:
    """One library. A subclass defines what follows."""

    name = "?"
    version = "?"
    device = "cpu"  # or "cuda:0"
    computes = False  # it computes with the items, so they have to be numbers: no bit patterns that arithmetic changes

    def load(self, src, dst):
        """Takes the two byte buffers (NumPy arrays of uint8), before the patterns that use them."""

    def plan(self, pattern):
        """A function that makes the pattern's copies once, and one that waits for them. Raises NotExpressible."""
        raise NotImplementedError

    def fetch(self):
        """Bytes of the destination as a NumPy array, after all copies are done."""
        raise NotImplementedError

    def poison(self, count):
        """Overwrites the first bytes of the destination."""
        raise NotImplementedError

    def threads(self):
        return 1


class HostPeer(Peer):
    """One that works on the two buffers themselves."""

    def load(self, src, dst):
        self.src, self.dst = src, dst

    def fetch(self):
        return self.dst

    def poison(self, count):
        self.dst[:count] = POISON


def arguments(description, with_device=False):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--command", default="ndlease", help="the ndlease command that knows the patterns (default: ndlease on PATH)")
    parser.add_argument("--size", default="M", choices=["S", "M", "L", "H"], help="size class (default: %(default)s)")
    parser.add_argument("--filter", default="", help="only patterns whose name this regular expression finds")
    parser.add_argument("--case", action="append", default=[], help="a layout of your own instead, as for ndlease bench")
    parser.add_argument("--seconds", type=float, default=0.5, help="longest time for each pattern (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="threads that the library may use, where it has a say (default: %(default)s)")
    parser.add_argument("--json", help="write the results to this file; without it to standard output")
    if with_device:
        parser.add_argument("--device", default="cpu", help="cpu or cuda:N (default: %(default)s)")
    return parser


def read_table(options, device="cpu"):
    """The patterns of the class, in this run's sizes."""
    words = [options.command, "bench", "--list", "--json", "-"]
    if options.case:
        words += [word for case in options.case for word in ("--case", case)]
    else:
        words += ["--size", options.size, "--filter", options.filter]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: {done.stderr.strip()}")
    table = json.loads(done.stdout)
    direction = "cpu" if device == "cpu" else "d2d"
    table["patterns"] = [pattern for pattern in table["patterns"] if direction in pattern["directions"]]
    return table


def huge_buffer(count):
    """Bytes on pages that are touched; NumPy asks for large pages where it makes large arrays."""
    buffer = np.empty(max(count, 1), np.uint8)
    buffer[:] = POISON
    return buffer


def fill_random(buffer, floats):
    """Random bytes; random floats of medium size where the pattern converts them, as ndlease bench does."""
    rng = np.random.default_rng(1)
    step = 1 << 24
    for start in range(0, len(buffer), step):
        part = buffer[start : start + step]
        words = rng.integers(0, 1 << 32, (len(part) + 3) // 4, np.uint32)
        if floats:
            words = (words & np.uint32(0x87FFFFFF)) | np.uint32(0x3C000000)
        part[:] = words.view(np.uint8)[: len(part)]


def needs_floats(pattern):
    return pattern["change"].startswith("f32_to") or pattern["change"] == "u8_to_f32"


def offsets(copy, side, index):
    """Byte offsets of items, whose numbers in C order `index` has."""
    where = np.full(len(index), copy[side + "_offset"], np.int64)
    rest = index.copy()
    for extent, stride in zip(reversed(copy["shape"]), reversed(copy[side + "_strides"])):
        where += rest % extent * stride
        rest //= extent
    return where


def items_at(buffer, where, itemsize):
    return np.stack([buffer[where + byte] for byte in range(itemsize)], axis=1)


def expected(pattern, items):
    """What the items have to become, byte by byte."""
    change = pattern["change"]
    if change == "none":
        return items
    if change == "byte_order":
        return items[:, ::-1]
    values = np.ascontiguousarray(items).view(np.uint8 if change == "u8_to_f32" else "<f4").reshape(-1)
    if change == "f32_to_bf16":
        bits = values.view("<u4").astype(np.uint64)
        rounded = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype("<u2")  # to nearest, ties to even
    else:
        rounded = values.astype({"f32_to_f16": "<f2", "u8_to_f32": "<f4", "f32_to_f64": "<f8"}[change])
    return rounded.view(np.uint8).reshape(len(items), -1)


def find_mismatch(pattern, src, dst):
    """Compares items drawn at random, all of them where there are few, byte by byte: indices made from scratch, apart from the library's views."""
    rng = np.random.default_rng(2)
    copies = pattern["copies"]
    share = max(1, CHECKED_ITEMS // len(copies))
    for number, copy in enumerate(copies):
        count = math.prod(copy["shape"])
        index = np.arange(count, dtype=np.int64) if count <= share else rng.integers(0, count, share, np.int64)
        want = expected(pattern, items_at(src, offsets(copy, "src", index), pattern["src_itemsize"]))
        have = items_at(dst, offsets(copy, "dst", index), pattern["dst_itemsize"])
        wrong = np.flatnonzero((want != have).any(axis=1))
        if len(wrong):
            return f"copy {number}: item {index[wrong[0]]} is wrong"
    return ""


def measure(run, wait, seconds, sweep=None):
    """Seconds of one copy, sampled as ndlease bench does: medians of at least three samples, two where a copy takes seconds.

    `sweep` empties the caches before each sample, which is one copy then.
    """
    run()  # warm
    wait()

    def timed(calls):
        if sweep:
            sweep()
        start = time.perf_counter()
        for _ in range(calls):
            run()
        wait()
        return (time.perf_counter() - start) / calls

    once = timed(1)
    calls = 1 if sweep else max(1, min(100_000, int(SAMPLE_S / max(once, 1e-9))))
    samples = [once] if calls == 1 else []
    end = time.perf_counter() + seconds
    fewest = 2 if once > 2 else 3
    while len(samples) < fewest or (time.perf_counter() < end and len(samples) < 10_000):
        samples.append(timed(calls))
    median = float(np.median(samples))
    spread = 1.4826 * float(np.median(np.abs(np.array(samples) - median))) / median
    return {"median_s": median, "min_s": min(samples), "spread": spread, "samples": len(samples), "useful_bytes": None}


def sweep_for(pattern, src, dst, cache_bytes):
    """Reads through four times the cache where ndlease bench does so: arrays too large for the caches, of which the pattern touches little."""
    if pattern["src_bytes"] + pattern["dst_bytes"] < 4 * cache_bytes or pattern["modelled_bytes"] >= 4 * cache_bytes:
        return None
    longer = max(src, dst, key=len)
    words = longer[: min(4 * cache_bytes, len(longer)) // 8 * 8].view(np.uint64)
    return words.max


def result_of(peer, pattern, src, dst, options, cache_bytes):
    result = {
        "name": pattern["name"], "family": pattern["family"], "device": peer.device, "direction": "cpu" if peer.device == "cpu" else "d2d",
        "host_memory": "pageable" if peer.device == "cpu" else "", "threads": peer.threads(), "itemsize": pattern["src_itemsize"],
        "shape": pattern["copies"][0]["shape"], "src_strides": pattern["copies"][0]["src_strides"],
        "dst_strides": pattern["copies"][0]["dst_strides"], "copies": len(pattern["copies"]),
    }  # fmt: skip
    try:
        run, wait = peer.plan(pattern)
    except NotExpressible as reason:
        return result | {"verified": False, "mismatch": "", "not_measured": f"not expressible: {reason}"}
    peer.poison(pattern["dst_bytes"])
    run()
    wait()
    mismatch = find_mismatch(pattern, src, peer.fetch())
    result |= measure(run, wait, options.seconds, sweep_for(pattern, src, dst, cache_bytes) if peer.device == "cpu" else None)
    result |= {"useful_bytes": pattern["useful_bytes"], "modelled_bytes": pattern["modelled_bytes"]}
    result["gbps"] = pattern["useful_bytes"] / result["median_s"] / 1e9
    return result | {"verified": not mismatch, "mismatch": mismatch, "not_measured": ""}


def cpu_model():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next((line.split(": ", 1)[1].strip() for line in file if line.startswith("model name")), "unknown")
    except OSError:
        return "unknown"


def write_report(report, path):
    text = json.dumps(report, indent=1) + "\n"
    if path is None:
        sys.stdout.write(text)
        return
    temporary = path + ".part"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, path)


def run(peer, options):
    """Measures every pattern and writes the report. Returns the exit code: 1 when a result was wrong."""
    table = read_table(options, peer.device)
    patterns = table["patterns"]
    if not patterns:
        sys.exit("no pattern of this direction was chosen")
    src = huge_buffer(max(pattern["src_bytes"] for pattern in patterns))
    dst = huge_buffer(max(pattern["dst_bytes"] for pattern in patterns))
    filled = None
    results = []
    for number, pattern in enumerate(patterns, 1):
        if filled != (peer.computes or needs_floats(pattern)):
            filled = peer.computes or needs_floats(pattern)
            fill_random(src, filled)
            peer.load(src, dst)
        if sys.stderr.isatty():
            print(f"\r\x1b[K{peer.name} {number}/{len(patterns)} {pattern['name']}", end="", file=sys.stderr, flush=True)
        results.append(result_of(peer, pattern, src, dst, options, table["cache_bytes"]))
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    context = {
        "library": peer.name, "version": peer.version, "device": peer.device, "cpu": cpu_model(), "cores": os.cpu_count(),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "threads": [peer.threads()],
        "size": table["size"], "scale_bytes": table["scale_bytes"], "seconds_per_pattern": options.seconds,
    }  # fmt: skip
    write_report({"context": context, "results": results}, options.json)
    wrong = [f"{result['name']}: {result['mismatch']}" for result in results if result["mismatch"]]
    for line in wrong:
        print(f"{peer.name}: {line}", file=sys.stderr)
    return 1 if wrong else 0
