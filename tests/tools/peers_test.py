# SPDX-License-Identifier: Apache-2.0
"""benchmarks/peers: what they read, check and write, and the command that shows all of them side by side."""

import ctypes
import io
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from unittest import mock

import command
from command import np, run_json

PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "benchmarks", "peers")
sys.path.insert(0, PEERS)

import chart  # noqa: E402
import hptt_peer  # noqa: E402
import numpy_peer  # noqa: E402
import peer  # noqa: E402


def script(name, *arguments, **options):
    words = [sys.executable, "-B", os.path.join(PEERS, name + ".py"), "--command", command.BINARY, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=300, **options)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class StandInForHptt:
    """What HPTT's C interface says it does, done by NumPy: B[perm] = A, both row-major within their outer sizes."""

    @staticmethod
    def transpose(dtype, perm, rank, alpha, a, size_a, outer_a, beta, b, outer_b, threads, row_major):
        assert (alpha, beta, threads, row_major) == (1.0, 0.0, 2, 1)
        size_a, perm = list(size_a), list(perm)
        assert sorted(perm) == list(range(rank))

        def array(address, sizes, outer):
            outer = list(outer)
            assert all(outer[i] >= sizes[i] for i in range(rank))
            strides = [math.prod(outer[i + 1 :]) * np.dtype(dtype).itemsize for i in range(rank)]
            last = sum((n - 1) * stride for n, stride in zip(sizes, strides)) + np.dtype(dtype).itemsize
            memory = np.frombuffer((ctypes.c_byte * last).from_address(address), np.uint8)
            return np.ndarray(sizes, dtype, memory, 0, strides)

        array(b, [size_a[axis] for axis in perm], outer_b)[...] = array(a, size_a, outer_a).transpose(perm)

    def sTensorTranspose(self, *arguments):
        self.transpose("<f4", *arguments)

    def dTensorTranspose(self, *arguments):
        self.transpose("<f8", *arguments)


class Peers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def pattern(self, *arguments):
        return run_json(self, "bench", "--list", "--size", "S", *arguments, "--json", "-")["patterns"][0]

    def test_numpy_measures_every_pattern_it_can_express(self):
        done = script("numpy_peer", "--size", "S", "--seconds", "0", "--json", self.path("numpy.json"))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        report = load(self.path("numpy.json"))
        table = run_json(self, "bench", "--list", "--size", "S", "--json", "-")
        self.assertEqual((report["context"]["library"], report["context"]["version"]), ("NumPy", np.__version__))
        self.assertEqual((report["context"]["threads"], report["context"]["scale_bytes"]), ([1], table["scale_bytes"]))
        left_out = []
        for result, pattern in zip(report["results"], table["patterns"], strict=True):
            self.assertEqual((result["name"], result["family"], result["threads"]), (pattern["name"], pattern["family"], 1))
            if result["not_measured"]:
                left_out.append(result["name"])
                self.assertNotIn("median_s", result)
                continue
            self.assertIs(result["verified"], True)
            self.assertEqual((result["useful_bytes"], result["modelled_bytes"]), (pattern["useful_bytes"], pattern["modelled_bytes"]))
            self.assertLessEqual(result["min_s"], result["median_s"])
            self.assertGreaterEqual(result["samples"], 2)
            self.assertAlmostEqual(result["gbps"], result["useful_bytes"] / result["median_s"] / 1e9, delta=1e-6 * result["gbps"])
        self.assertEqual(left_out, ["cast_f32_bf16", "cast_t2d_f32_bf16"])

    def test_numpy_copies_a_case_of_ones_own_as_the_command_does(self):
        case = "shape=30,20,3;src=180,-9,1;dst=3,90,1;item=1"
        done = script("numpy_peer", "--case", case, "--seconds", "0")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIs(json.loads(done.stdout)["results"][0]["verified"], True)

    def test_checks_see_every_wrong_item(self):
        for name in ("t2d_odd", "swap_4", "cast_f32_f16", "cast_u8_f32", "many_small", "aos_scatter"):
            pattern = self.pattern("--filter", f"^{name}$")
            src, dst = peer.huge_buffer(pattern["src_bytes"]), peer.huge_buffer(pattern["dst_bytes"])
            peer.fill_random(src, peer.needs_floats(pattern))
            library = numpy_peer.NumPyPeer()
            library.load(src, dst)
            self.assertNotEqual(peer.find_mismatch(pattern, src, dst), "", f"{name}: nothing was copied yet")
            library.plan(pattern)[0]()
            self.assertEqual(peer.find_mismatch(pattern, src, dst), "")
            copy = pattern["copies"][-1]
            first = copy["dst_offset"] + sum(min(0, (n - 1) * s) for n, s in zip(copy["shape"], copy["dst_strides"]))
            dst[first] ^= 1
            with mock.patch.object(peer, "CHECKED_ITEMS", 10**9):
                self.assertNotEqual(peer.find_mismatch(pattern, src, dst), "", name)

    def test_bfloat16_is_rounded_to_nearest_even(self):
        values = np.array([1, 1.00390625, 1.01171875, -2.5], "<f4")
        pattern = {"change": "f32_to_bf16"}
        made = peer.expected(pattern, values.view(np.uint8).reshape(4, 4)).view("<u2").reshape(-1)
        self.assertEqual([hex(value) for value in made], ["0x3f80", "0x3f80", "0x3f82", "0xc020"])

    def test_a_wrong_peer_is_exit_code_1(self):
        class Wrong(numpy_peer.NumPyPeer):
            def plan(self, pattern):
                return (lambda: None), (lambda: None)  # copies nothing

        options = peer.arguments("").parse_args(["--command", command.BINARY, "--size", "S", "--filter", "^t2d_u8$", "--seconds", "0", "--json",
                                                 self.path("wrong.json")])  # fmt: skip
        with mock.patch("sys.stderr", io.StringIO()) as err:
            self.assertEqual(peer.run(Wrong(), options), 1)
        self.assertIn("t2d_u8: copy 0: item", err.getvalue())
        result = load(self.path("wrong.json"))["results"][0]
        self.assertIs(result["verified"], False)

    def test_what_cannot_be_measured_is_said(self):
        self.assertNotEqual(script("numpy_peer", "--filter", "no such pattern").returncode, 0)
        self.assertNotEqual(script("numpy_peer", "--threads", "2").returncode, 0)
        hidden = self.path("hidden")
        for module in ("torch", "cupy", "jax"):
            os.makedirs(os.path.join(hidden, module))
            with open(os.path.join(hidden, module, "__init__.py"), "w", encoding="utf-8") as file:
                file.write("raise ImportError('hidden')\n")
            done = script(f"{module}_peer", env=dict(os.environ, PYTHONPATH=hidden))
            self.assertEqual(done.returncode, 77)
            self.assertIn("is not installed", done.stderr)
        done = script("hptt_peer", env=dict(os.environ, HPTT_LIBRARY=self.path("no library")))
        self.assertEqual(done.returncode, 77)
        self.assertRegex(done.stderr, "HPTT is not installed: .*no library")

    def test_hptt_is_asked_for_the_right_transposes(self):
        options = peer.arguments("").parse_args(["--command", command.BINARY, "--size", "S", "--seconds", "0", "--json", self.path("hptt.json")])
        self.assertEqual(peer.run(hptt_peer.HpttPeer(StandInForHptt(), 2), options), 0)
        results = {result["name"]: result for result in load(self.path("hptt.json"))["results"]}
        for name in ("t2d_f32", "t2d_f64", "t2d_odd", "pitched", "t3d_210", "nd6_perm", "nd4_rev", "bitperm", "every2row", "contig"):
            self.assertIs(results[name]["verified"], True, results[name])
        for name in ("flip_last", "broadcast_row", "diagonal", "t2d_u8", "nchw_to_nhwc", "swap_4", "every2", "contig_misaligned"):
            self.assertIn("not expressible", results[name]["not_measured"])

    def test_other_libraries_that_are_there(self):
        for module in ("torch", "jax", "hptt"):
            done = script(f"{module}_peer", "--size", "S", "--seconds", "0", "--filter", "^(t2d_|flip|cast_f32|every2|item_t2d_12)", "--json", self.path(module))
            if done.returncode == 77:
                continue
            self.assertEqual((done.returncode, done.stderr), (0, ""), module)
            results = load(self.path(module))["results"]
            self.assertTrue(any(result["verified"] for result in results))
            for result in results:
                self.assertEqual(result["verified"], not result["not_measured"], result)

    def test_side_by_side(self):
        done = script("compare", "--size", "S", "--seconds", "0", "--threads", "1", "--filter", "^(contig|t2d_f32|cast_f32_bf16)$", "--parts", "2",
                      "--prefix", "env", "--out", self.path("cpu"))  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(os.listdir(self.folder)), ["cpu.csv", "cpu.html", "cpu.json", "cpu.svg"])
        self.assertIn("NumPy", done.stdout)
        report = load(self.path("cpu.json"))
        self.assertEqual([result["name"] for result in report["results"]], ["contig", "t2d_f32", "cast_f32_bf16"])
        self.assertEqual([result["not_measured"] for result in report["peers"][0]["results"]], ["", "", "not expressible: NumPy has no bfloat16"])
        self.assertEqual(done.stderr.count("+ env "), 4, "two parts of two libraries")
        picture = xml.etree.ElementTree.parse(self.path("cpu.svg")).getroot()
        bars = [node.get("class") for node in picture.iter("{http://www.w3.org/2000/svg}rect")]
        self.assertEqual((bars.count("b0"), bars.count("b1")), (3 + 1, 2 + 1))  # and the legend
        title = picture.find("{http://www.w3.org/2000/svg}title").text
        self.assertRegex(title, r"^ndlease \d+ %, NumPy \d+ % of a contiguous copy's speed$")

    def test_page_of_two_reports(self):
        def report(context, own, other):
            context = {"cores": 2, "cpu": "<cpu>", "cache_bytes": 1 << 25, "memory_bytes": 3 << 30, "compiler": "gcc", "build_type": "Release",
                       "onetbb": True, "version": "9", "date": "2026-01-02T", "threads": [1, 2], "library": "ndlease"} | context  # fmt: skip
            key = {"verified": True, "threads": 1, "percent_of_model": 40, "gbps": 12.345, "family": 1}
            peers = [{"context": {"library": "Other", "version": "3"}, "results": [
                key | ({"name": name, "median_s": s} if s else {"name": name, "median_s": 1.0, "verified": False, "mismatch": "item 3"})
                for name, s in other.items()]}]  # fmt: skip
            path = self.path(f"{len(os.listdir(self.folder))}.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"context": context, "results": [key | result for result in own], "peers": peers if other else []}, file)
            return path

        medium = report({}, [{"name": "t2d_f32", "median_s": 1.0, "percent": 50.4}, {"name": "diagonal", "median_s": 1.0, "percent": 4},
                             {"name": "tiny", "family": 29, "median_s": 1.0, "percent": 1}], {"t2d_f32": 8.0, "diagonal": 0.5, "tiny": 100.0, "flip_last": None})  # fmt: skip
        large = report({}, [{"name": "t2d_f32", "median_s": 2.0, "percent": 59.4}, {"name": "t2d_f32", "threads": 2, "median_s": 2.0, "percent": 69.6},
                            {"name": "flip_last", "median_s": 2.0, "percent": 85.0}], {})  # fmt: skip
        words = [sys.executable, "-B", os.path.join(PEERS, "page.py"), medium, large]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for line in ("Every result was verified.",
                     "- M, 1 thread: 2.0 times Other in the geometric mean of 2 patterns, 0.50 to 8.",
                     "  Slower: diagonal 0.50.",
                     "- M: Other gives wrong results, left out here, for flip_last.",
                     "| t2d_f32 | 60 | 59 (missed) | 70 | 70 |",
                     "| flip_last | 85 | 85 | - | - |",
                     "| t2d_f32 | 50 | 40 | - | 12.3 | 59 | 40 | 70 | 8.00 |",
                     "| flip_last | - | - | - | 12.3 | 85 | 40 | - | - |"):  # fmt: skip
            self.assertIn(line + "\n", done.stdout)
        wrong = report({}, [{"name": "t2d_f32", "median_s": 2.0, "percent": 59.4, "verified": False}], {})
        self.assertIn("**Wrong: t2d_f32.**", subprocess.run([*words[:3], wrong, large], capture_output=True, text=True, timeout=60).stdout)

    def test_chart_shows_means_over_what_all_measured(self):
        def result(name, percent, gbps, family=1):
            key = {"device": "cpu", "direction": "cpu", "host_memory": "pageable", "threads": 1}
            return {"name": name, "percent": percent, "gbps": gbps, "family": family, "median_s": 1, **key}

        report = {"context": {"library": "ndlease", "cpu": "<cpu>", "device": "cpu", "threads": [1], "scale_bytes": 65536, "date": "2026-01-01T"},
                  "results": [result("a", 80, 8), result("b", 20, 2), result("c", 5, 1), result("call", 1, 1, 29)],
                  "peers": [{"context": {"library": "Other"}, "results": [result("a", None, 2), result("b", None, 0.5), {"name": "c"}, result("call", None, 1, 29)]}]}  # fmt: skip
        for other in report["peers"][0]["results"]:
            other.update({"device": "cpu", "direction": "cpu", "host_memory": "pageable", "threads": 1})
        text = chart.draw(report)
        self.assertIn("ndlease 40 %, Other 10 % of a contiguous copy", text)
        self.assertIn("Geometric means of 2 patterns; &lt;cpu&gt;, 1 thread, arrays of up to 64 KiB, 2026-01-01", text)
        self.assertNotIn(">call<", text)
        with self.assertRaises(ValueError):
            chart.draw(report, threads=4)


if __name__ == "__main__":
    command.main()
