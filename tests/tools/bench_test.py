# SPDX-License-Identifier: Apache-2.0
"""ndlease bench: every pattern verified at the small size, the files it writes, cases of one's own, reports read back, compared and shown beside peers."""

import csv
import html.parser
import json
import os
import tempfile
import unittest

import command
from command import expect_error, np, run, run_json, run_ok

KEYS = ["name", "family", "device", "direction", "host_memory", "item", "itemsize", "shape", "src_strides", "dst_strides", "copies", "threads", "path",
        "useful_bytes", "modelled_bytes", "counted_bytes", "median_s", "min_s", "spread", "samples", "ceiling_s", "gbps", "ceiling_gbps", "ceiling_by", "percent",
        "percent_of_model", "cold_median_s", "cold_spread", "cold_samples", "cold_ceiling_s", "cold_gbps", "cold_percent", "verified", "mismatch", "not_measured"]


class Page(html.parser.HTMLParser):
    """Counts bars and finds references to anything outside of the page."""

    def __init__(self):
        super().__init__()
        self.bars, self.peer_bars, self.open, self.outside = 0, 0, [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        classes = (attributes.get("class") or "").split()
        self.bars += classes == ["bar"]
        self.peer_bars += classes[:1] == ["bar"] and len(classes) == 2
        self.outside += [attributes[name] for name in ("src", "href") if name in attributes]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class Bench(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def report(self, *arguments, name="report.json"):
        """A report of a short run, and the text that it prints."""
        text = run_ok(self, "bench", "--size", "S", "--seconds", "0", "--json", self.path(name), *arguments)
        return load(self.path(name)), text

    def test_small_suite_is_verified_and_written_to_files(self):
        names = [line.split()[0] for line in run_ok(self, "bench", "--size", "S", "--list").splitlines()[1:]]
        self.assertGreaterEqual(len(names), 110)
        report, text = self.report("--threads", "1,2", "--csv", self.path("report.csv"), "--html", self.path("report.html"))
        self.assertEqual(sorted(os.listdir(self.folder)), ["report.csv", "report.html", "report.json"])
        with open(self.path("report.csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with open(self.path("report.html"), encoding="utf-8") as file:
            page_text = file.read()

        self.assertEqual(list(report), ["context", "results"])
        context = report["context"]
        for key in ("library", "version", "compiler", "date", "cpu", "governor", "cpu_mhz", "driver", "cache_bytes", "threads", "size", "scale_bytes"):
            self.assertIn(key, context)
        counts = context["threads"]  # one where the library has no threads, or the machine has one
        self.assertIn(counts, ([1], [1, 2]))
        results = report["results"]
        self.assertEqual([(result["name"], result["threads"]) for result in results], [(name, count) for name in names for count in counts])
        for result in results:
            self.assertEqual(list(result), KEYS)
            self.assertIs(result["verified"], True, result)
            self.assertEqual((result["device"], result["direction"], result["mismatch"], result["not_measured"]), ("cpu", "cpu", "", ""))
            self.assertEqual(len(result["shape"]), len(result["src_strides"]))
            self.assertEqual(len(result["shape"]), len(result["dst_strides"]))
            self.assertGreater(result["min_s"], 0)
            self.assertLessEqual(result["min_s"], result["median_s"])
            self.assertGreaterEqual(result["samples"], 3)
            self.assertGreaterEqual(result["spread"], 0)
            self.assertGreaterEqual(result["modelled_bytes"], result["useful_bytes"])
            self.assertAlmostEqual(result["gbps"], result["useful_bytes"] / result["median_s"] / 1e9, delta=1e-6 * result["gbps"])
            self.assertAlmostEqual(result["percent"], 100 * result["gbps"] / result["ceiling_gbps"], delta=1e-6 * result["percent"])
            self.assertAlmostEqual(result["percent_of_model"], result["percent"] * result["modelled_bytes"] / result["useful_bytes"], delta=1e-3)
            self.assertAlmostEqual(result["cold_gbps"], result["useful_bytes"] / result["cold_median_s"] / 1e9, delta=1e-6 * result["cold_gbps"])
            self.assertIn(result["name"], text)
        self.assertIn("Geometric means", text)

        self.assertEqual(list(rows[0]), ["library"] + KEYS)
        for row, result in zip(rows, results, strict=True):
            self.assertEqual((row["library"], row["name"]), ("ndlease", result["name"]))
            self.assertEqual(json.loads(row["shape"]), result["shape"])
            self.assertEqual(float(row["gbps"]), result["gbps"])

        page = Page()
        page.feed(page_text)
        self.assertEqual((page.bars, page.peer_bars, page.open, page.outside), (len(results), 0, [], []))

    def test_list_for_programs(self):
        table = run_json(self, "bench", "--list", "--size", "S", "--json", "-")
        self.assertEqual((table["size"], table["scale_bytes"]), ("S", 65536))
        for pattern in table["patterns"]:
            self.assertEqual(pattern["directions"], ["cpu", "d2d"])
            self.assertTrue(pattern["why"] and pattern["src_item"] and pattern["dst_item"])
            moved = 0
            for copy in pattern["copies"]:
                for side in ("src", "dst"):
                    strides = copy[side + "_strides"]
                    self.assertEqual(len(strides), len(copy["shape"]))
                    reach = [(extent - 1) * stride for extent, stride in zip(copy["shape"], strides)]
                    self.assertGreaterEqual(copy[side + "_offset"] + sum(step for step in reach if step < 0), 0)
                    end = copy[side + "_offset"] + sum(step for step in reach if step > 0) + pattern[side + "_itemsize"]
                    self.assertLessEqual(end, pattern[side + "_bytes"])
                moved += int(np.prod(copy["shape"], dtype=np.int64)) * pattern["dst_itemsize"]
            self.assertGreater(pattern["useful_bytes"], moved)
            self.assertGreaterEqual(pattern["modelled_bytes"], pattern["useful_bytes"])
        self.assertEqual(run_ok(self, "bench", "--list", "--size", "S", "--json", self.path("table.json")), "")
        self.assertEqual(load(self.path("table.json")), table)
        huge = run_json(self, "bench", "--list", "--size", "H", "--json", "-")["patterns"]
        self.assertEqual([pattern["name"] for pattern in huge], ["huge_t2d_u8", "huge_pitched", "huge_offset", "huge_stride"])

    def test_filter_and_threads(self):
        report, _ = self.report("--filter", "^t2d_(f32|u8)$", "--threads", "1")
        self.assertEqual([(result["name"], result["threads"]) for result in report["results"]], [("t2d_f32", 1), ("t2d_u8", 1)])
        report, _ = self.report("--filter", "^t2d_f32$", "--threads", "1,1,1")
        self.assertEqual(len(report["results"]), 1, "the same number twice is one result")

    def test_cases_against_numpy(self):
        # src: (480,64,3):(576,-9,1)  dst: (480,64,3):(64,1,30720)
        cases = {
            "shape=480,64,3;src=576,-9,1;dst=64,1,30720;item=1": ((480, 64, 3), (576, -9, 1), 1),
            "shape=100,50;src=0,8;item=<f8": ((100, 50), (0, 8), 8),
            "shape=(7,);src=(36);item=12": ((7,), (36,), 12),
        }
        report, _ = self.report(*(word for case in cases for word in ("--case", case)), "--threads", "1")
        self.assertEqual(report["context"]["size"], "")
        for result, (name, (shape, strides, itemsize)) in zip(report["results"], cases.items(), strict=True):
            self.assertEqual((result["name"], result["verified"], result["family"]), (name, True, 0))
            self.assertEqual((result["shape"], result["src_strides"], result["itemsize"]), (list(shape), list(strides), itemsize))
            memory = np.zeros(1 << 20, np.uint8)
            first = memory[1 << 19 :][:itemsize].view(f"V{itemsize}").reshape(())
            items = np.lib.stride_tricks.as_strided(first, shape, strides)
            low, high = np.byte_bounds(items)
            marks = set(int(at) for at in (np.indices(shape).reshape(len(shape), -1).T @ np.array(strides)))
            self.assertEqual(result["useful_bytes"], (len(marks) + items.size) * itemsize)
            table = run_json(self, "bench", "--list", "--case", name, "--json", "-")["patterns"][0]
            self.assertEqual(table["src_bytes"], high - low)

    def test_a_report_is_read_back_and_shown_beside_peers(self):
        report, _ = self.report("--filter", "^(contig|t2d_f32)$", "--threads", "1")
        peer = {"context": {"library": "Half", "version": "1", "threads": [1], "scale_bytes": report["context"]["scale_bytes"]}, "results": [
            dict(report["results"][0], median_s=2 * report["results"][0]["median_s"]),
            {"name": "t2d_f32", "threads": 1, "not_measured": "not expressible: no transposes"}]}  # fmt: skip
        with open(self.path("peer.json"), "w", encoding="utf-8") as file:
            json.dump(peer, file)
        text = run_ok(self, "bench", "--from", self.path("report.json"), "--peers", self.path("peer.json"), "--json", self.path("both.json"), "--html",
                      self.path("both.html"))  # fmt: skip
        self.assertIn("2.0x", text)
        self.assertIn("(1 patterns that both have)", text)
        both = load(self.path("both.json"))
        self.assertEqual([result["name"] for result in both["peers"][0]["results"]], ["contig", "t2d_f32"])
        self.assertEqual(both["peers"][0]["results"][1]["not_measured"], "not expressible: no transposes")
        page = Page()
        with open(self.path("both.html"), encoding="utf-8") as file:
            page.feed(file.read())
        self.assertEqual((page.bars, page.peer_bars), (2, 1))

        peer["context"]["scale_bytes"] *= 2
        with open(self.path("peer.json"), "w", encoding="utf-8") as file:
            json.dump(peer, file)
        expect_error(self, ["bench", "--from", self.path("report.json"), "--peers", self.path("peer.json")], "peer.json", "128 KiB", "64 KiB")

    def test_parts_of_a_run_become_one(self):
        for name in ("contig", "t2d_f32"):
            self.report("--filter", f"^{name}$", "--threads", "1", name=name + ".json")
        parts = [self.path("t2d_f32.json"), self.path("contig.json")]
        run_ok(self, "bench", "--from", *parts, "--json", self.path("whole.json"))
        whole = load(self.path("whole.json"))
        self.assertEqual([result["name"] for result in whole["results"]], ["t2d_f32", "contig"])
        self.assertEqual(whole["results"], load(parts[0])["results"] + load(parts[1])["results"])
        expect_error(self, ["bench", "--from", parts[0], parts[0]], "t2d_f32.json", "t2d_f32 once more")
        other = load(parts[1])
        other["context"]["cpu"] = "another"
        with open(parts[1], "w", encoding="utf-8") as file:
            json.dump(other, file)
        expect_error(self, ["bench", "--from", *parts], "contig.json", "no part of the run")

    def test_comparing_decides_the_exit_code(self):
        report, _ = self.report("--filter", "^(contig|t2d_f32|flip_last)$", "--threads", "1")

        def compare(change, *arguments):
            old = json.loads(json.dumps(report))
            for result in old["results"]:
                result["spread"] = 0.0
            change(old)
            with open(self.path("old.json"), "w", encoding="utf-8") as file:
                json.dump(old, file)
            with open(self.path("new.json"), "w", encoding="utf-8") as file:
                json.dump(dict(report, results=[dict(result, spread=0.0) for result in report["results"]]), file)
            return run("bench", "--from", self.path("new.json"), "--compare", self.path("old.json"), *arguments)

        def was(factor):
            return lambda old: old["results"][1].update(median_s=factor * old["results"][1]["median_s"])

        same = compare(lambda old: None)
        self.assertEqual((same.returncode, same.stderr), (0, ""))
        self.assertIn("3 compared: 0 slower, 0 faster", same.stdout)
        slower = compare(was(0.5))
        self.assertEqual((slower.returncode, slower.stderr), (1, ""))
        self.assertIn("SLOWER", slower.stdout)
        self.assertEqual(compare(was(0.5), "--band", "150").returncode, 0)
        self.assertEqual(compare(was(2)).returncode, 0)
        noisy = compare(lambda old: (was(0.9)(old), old["results"][1].update(spread=0.2)))
        self.assertEqual(noisy.returncode, 0, noisy.stdout)
        missing = compare(lambda old: old["results"].pop())
        self.assertEqual(missing.returncode, 0)
        self.assertIn("Only in this run:", missing.stdout)
        elsewhere = compare(lambda old: old["context"].update(cpu="another"))
        self.assertEqual(elsewhere.returncode, 0)
        self.assertRegex(elsewhere.stderr, r"\Andlease: .*another machine.*\n\Z")
        unlike = compare(lambda old: old["context"].update(scale_bytes=1))
        self.assertEqual(unlike.returncode, 2)
        none = compare(lambda old: old["results"].clear())
        self.assertEqual(none.returncode, 2)

    def test_a_wrong_result_in_a_report_is_exit_code_1(self):
        report, _ = self.report("--filter", "^contig$", "--threads", "1")
        report["results"][0].update(verified=False, mismatch="a wrong item at index (3)")
        with open(self.path("wrong.json"), "w", encoding="utf-8") as file:
            json.dump(report, file)
        done = run("bench", "--from", self.path("wrong.json"))
        self.assertEqual((done.returncode, done.stderr), (1, "ndlease: contig: the result is wrong: a wrong item at index (3)\n"))

    def test_devices(self):
        if "simulated" not in run_json(self, "info", "--json")["backends"]["cuda"]:
            self.skipTest("no simulated CUDA in this build")
        for direction, names, memories in (("d2d", ["contig", "t2d_f32", "many_small"], [""]), ("h2d", ["link_contig", "link_flip"], ["pinned", "pageable"]),
                                           ("d2h", ["link_column", "link_t2d"], ["pinned", "pageable"])):  # fmt: skip
            done = run("bench", "--size", "S", "--seconds", "0", "--json", self.path("report.json"), "--device", "cuda:0", "--direction", direction, "--filter",
                       f"^({'|'.join(names)})$")  # fmt: skip
            errors = [line for line in done.stderr.splitlines() if "makecontext" not in line]  # the address sanitizer's word on simulated threads
            self.assertEqual((done.returncode, errors), (0, []))
            report, text = load(self.path("report.json")), done.stdout
            self.assertIn("simulated CUDA: times mean nothing", text)
            self.assertIn("driver", report["context"]["driver"])
            found = [(result["name"], result["host_memory"]) for result in report["results"]]
            self.assertEqual(sorted(found), sorted((name, memory) for name in names for memory in memories))
            for result in report["results"]:
                self.assertEqual((result["device"], result["direction"], result["verified"]), ("cuda:0", direction, True), result)
                self.assertEqual(result["counted_bytes"] * (1 if direction == "d2d" else 2), result["useful_bytes"])

    def test_info(self):
        info = run_json(self, "info", "--json")
        self.assertEqual(info["backends"]["cpu"], "yes")
        self.assertGreater(info["devices"][0]["memory_bytes"], 0)
        self.assertIn(info["version"], run_ok(self, "info"))


if __name__ == "__main__":
    command.main()
