# SPDX-License-Identifier: Apache-2.0
"""ndlease bench: every pattern verified at the small size, and the files it writes."""

import csv
import html.parser
import json
import os
import tempfile
import unittest

import command
from command import run_json, run_ok

KEYS = ["name", "device", "direction", "shape", "src_strides", "dst_strides", "itemsize", "threads", "path", "useful_bytes", "median_s", "min_s", "gbps",
        "ceiling_gbps", "percent", "verified"]


class Page(html.parser.HTMLParser):
    """Counts bars and finds references to anything outside of the page."""

    def __init__(self):
        super().__init__()
        self.bars, self.open, self.outside = 0, [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.bars += attributes.get("class") == "bar"
        self.outside += [attributes[name] for name in ("src", "href") if name in attributes]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


class Bench(unittest.TestCase):
    def test_small_suite_is_verified_and_written_to_files(self):
        names = [line.split()[0] for line in run_ok(self, "bench", "--list").splitlines()[1:]]
        self.assertGreaterEqual(len(names), 60)
        with tempfile.TemporaryDirectory() as folder:
            files = {kind: os.path.join(folder, "report." + kind) for kind in ("json", "csv", "html")}
            text = run_ok(self, "bench", "--size", "S", "--seconds", "0", *(f"--{kind}={path}" for kind, path in files.items()))
            self.assertEqual(sorted(os.listdir(folder)), ["report.csv", "report.html", "report.json"])
            with open(files["json"], encoding="utf-8") as file:
                report = json.load(file)
            with open(files["csv"], encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            with open(files["html"], encoding="utf-8") as file:
                page_text = file.read()

        self.assertEqual(list(report), ["context", "results"])
        for key in ("version", "compiler", "date", "cpu", "threads", "size", "scale_bytes"):
            self.assertIn(key, report["context"])
        results = report["results"]
        self.assertEqual([result["name"] for result in results], names)
        for result in results:
            self.assertEqual(list(result), KEYS)
            self.assertIs(result["verified"], True, result)
            self.assertEqual((result["device"], result["direction"]), ("cpu", "cpu"))
            self.assertEqual(len(result["shape"]), len(result["src_strides"]))
            self.assertEqual(len(result["shape"]), len(result["dst_strides"]))
            self.assertGreater(result["min_s"], 0)
            self.assertLessEqual(result["min_s"], result["median_s"])
            self.assertAlmostEqual(result["gbps"], result["useful_bytes"] / result["median_s"] / 1e9, delta=1e-6 * result["gbps"])
            self.assertAlmostEqual(result["percent"], 100 * result["gbps"] / result["ceiling_gbps"], delta=1e-6 * result["percent"])
            self.assertIn(result["name"], text)

        self.assertEqual(list(rows[0]), KEYS)
        for row, result in zip(rows, results, strict=True):
            self.assertEqual(row["name"], result["name"])
            self.assertEqual(json.loads(row["shape"]), result["shape"])
            self.assertEqual(float(row["gbps"]), result["gbps"])

        page = Page()
        page.feed(page_text)
        self.assertEqual((page.bars, page.open, page.outside), (len(names), [], []))

    def test_filter_and_threads(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "r.json")
            run_ok(self, "bench", "--size", "S", "--seconds", "0", "--filter", "^t2d_(f32|u8)$", "--threads", "1", "--json", path)
            with open(path, encoding="utf-8") as file:
                results = json.load(file)["results"]
        self.assertEqual([(result["name"], result["threads"]) for result in results], [("t2d_f32", 1), ("t2d_u8", 1)])

    def test_info(self):
        info = run_json(self, "info", "--json")
        self.assertEqual(info["backends"]["cpu"], "yes")
        self.assertGreater(info["devices"][0]["memory_bytes"], 0)
        self.assertIn(info["version"], run_ok(self, "info"))


if __name__ == "__main__":
    command.main()
