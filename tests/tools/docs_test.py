# SPDX-License-Identifier: Apache-2.0
"""What README.md and docs/command.md say that the command prints is what it prints, and every option they use exists."""

import json
import os
import re
import shlex
import unittest

import command
from command import run_json, run_ok

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def page(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


class Docs(unittest.TestCase):
    def test_readme_shows_what_inspect_prints(self):
        shown = re.findall(r"^\$ ndlease (inspect --format .*)\n((?:(?!\$|```).*\n)*)", page("README.md"), re.MULTILINE)
        self.assertTrue(shown)
        for line, output in shown:
            self.assertEqual(run_ok(self, *shlex.split(line)), output)

    def test_json_example(self):
        examples = re.findall(r"^`ndlease ([^\n]*--json)` prints\n```json\n(.*?)^```", page("docs/command.md"), re.MULTILINE | re.DOTALL)
        self.assertTrue(examples)
        for line, example in examples:
            self.assertEqual(run_json(self, *shlex.split(line)), json.loads(example))

    def test_options_exist(self):
        for name in ("README.md", "docs/command.md"):
            for subcommand, rest in re.findall(r"ndlease (info|inspect|copy|bench)\b([^\n`]*)", page(name)):
                known = run_ok(self, subcommand, "--help")
                for option in re.findall(r"(?<![\w-])--[a-z]+", rest):
                    self.assertIn(option, known, f"{name}: ndlease {subcommand}{rest}")


if __name__ == "__main__":
    command.main()
