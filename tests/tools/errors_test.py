# SPDX-License-Identifier: Apache-2.0
"""Every way to fail: exit code 2, one line on stderr that names what and why, and no file left behind."""

import os
import resource
import signal
import subprocess
import tempfile
import unittest

import command
from command import expect_error, np, run


class Errors(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.array = self.path("array.npy")
        self.record = self.path("record.npy")
        np.save(self.array, np.arange(12, dtype="i4").reshape(3, 4))
        np.save(self.record, np.zeros(3, [("x", "f4"), ("s", "S3")]))
        self.before = sorted(os.listdir(self.folder))

    def tearDown(self):
        self.assertEqual(sorted(os.listdir(self.folder)), self.before, "a file was left behind")

    def path(self, name):
        return os.path.join(self.folder, name)

    def test_command_line(self):
        expect_error(self, [], "subcommand")
        expect_error(self, ["frobnicate"], "frobnicate")
        expect_error(self, ["copy"], "IN")
        expect_error(self, ["copy", self.array, self.path("o.npy"), "--order", "K"], "--order", "K")
        expect_error(self, ["copy", self.array, self.path("o.npy"), "--threads", "-1"], "--threads")
        expect_error(self, ["copy", self.array, self.path("o.npy"), "--frob"], "--frob")
        expect_error(self, ["inspect"], "FILE or --format")
        expect_error(self, ["inspect", self.array, "--format", "f"], "--format")
        expect_error(self, ["inspect", self.array, "--itemsize", "4"], "--format")
        expect_error(self, ["bench", "--size", "XL"], "--size", "XL")
        expect_error(self, ["bench", "--seconds", "nan"], "--seconds nan")
        for arguments in (["copy", self.array, self.path("o.npy"), "--threads", "x"], ["inspect", "--format", "f", "--itemsize", "-1"]):
            expect_error(self, arguments, arguments[-2], arguments[-1])
            self.assertLess(len(run(*arguments).stderr), 120, "a limit of 300 digits helps nobody")

    def test_inspect(self):
        expect_error(self, ["inspect", self.path("missing.npy")], "missing.npy", "No such file")
        expect_error(self, ["inspect", self.folder], self.folder)
        expect_error(self, ["inspect", "--format", "T{f:x:"], "--format 'T{f:x:'")
        expect_error(self, ["inspect", "--format", "@y"], "--format '@y'")
        expect_error(self, ["inspect", "--format", "f", "--abi", "pdp11"], "--abi pdp11", "lp64")
        expect_error(self, ["inspect", "--format", "f", "--itemsize", "3"], "itemsize")

    def test_malformed_files(self):
        with open(self.array, "rb") as file:
            array = file.read()
        for name, content in (("empty", b""), ("text", b"hello, world"), ("short", array[:-1]), ("magic", b"\x93NUMPY\x09\x00\x10\x00{}")):
            path = self.path(name)
            with open(path, "wb") as file:
                file.write(content)
            try:
                expect_error(self, ["inspect", path], name)
                expect_error(self, ["copy", path, self.path("o.npy")], name)
            finally:
                os.unlink(path)

    def test_copy(self):
        def fails(source, *arguments):
            expect_error(self, ["copy", source, self.path("o.npy"), *arguments[:-1]], *arguments[-1])

        fails(self.path("missing.npy"), ["missing.npy", "No such file"])
        fails(self.array, "--index", "[5]", ["--index '[5]'", "5", "3"])
        fails(self.array, "--index", "[0, 0, 0]", ["--index"])
        fails(self.array, "--index", "[::0]", ["--index"])
        fails(self.array, "--index", "[a]", ["--index '[a]'"])
        fails(self.array, "--index", "[[0, 1]]", ["--index"])
        fails(self.array, "--permute", "0,0", ["--permute 0,0"])
        fails(self.array, "--permute", "0", ["--permute 0"])
        fails(self.array, "--permute", "0,x", ["--permute 0,x"])
        fails(self.array, "--permute", "0,1,", ["--permute 0,1,"])
        fails(self.array, "--permute", "0 1", ["--permute 0 1"])
        fails(self.array, "--permute", "0, ", ["--permute 0, "])
        fails(self.array, "--field", "x", ["--field x"])
        fails(self.record, "--field", "y", ["--field y"])
        fails(self.record, "--dtype", "<f4", ["--dtype <f4"])
        fails(self.array, "--dtype", "f5", ["--dtype f5"])
        fails(self.array, "--dtype", "|O", ["--dtype |O"])
        fails(self.array, "--dtype", "S4", ["--dtype S4"])
        fails(self.array, "--device", "cuda:99", ["--device cuda:99", "no "])  # no CUDA, or no such device
        fails(self.array, "--device", "tpu", ["--device tpu"])

    def test_outputs_that_cannot_be_written(self):
        for target in ("", self.path("missing/o.npy"), self.folder, self.array + "/o.npy", "/dev/null", "/proc/o.npy"):
            expect_error(self, ["copy", self.array, target], target)
            for option in ("--json", "--csv", "--html"):
                expect_error(self, ["bench", "--size", "S", "--filter", "^contig$", option, target], target)
        self.assertTrue(os.path.exists("/dev/null") and not os.path.isfile("/dev/null"))

    def test_two_results_in_one_file(self):
        expect_error(self, ["bench", "--size", "S", "--filter", "^contig$", "--json", self.path("o"), "--html", self.path("o")], "two results")

    def test_a_killed_copy_leaves_no_file(self):
        try:
            os.close(os.open(self.folder, os.O_TMPFILE | os.O_WRONLY))
        except OSError:
            self.skipTest("this file system has no files without a name")
        np.save(self.path("large.npy"), np.zeros(1 << 20, "u1"))
        self.before = sorted(os.listdir(self.folder))
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))  # a signal in the middle of writing
        done = subprocess.run([command.BINARY, "copy", self.path("large.npy"), self.path("o.npy")], preexec_fn=limit)
        self.assertEqual(done.returncode, -signal.SIGXFSZ)

    def test_a_plan_that_cannot_be_shown_leaves_no_file(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "w") as full:
            arguments = [command.BINARY, "copy", self.array, self.path("o.npy"), "--explain"]
            done = subprocess.run(arguments, stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stderr), (2, "ndlease: standard output: cannot be written\n"))

    def test_a_refused_copy_shows_no_plan(self):
        np.save(self.path("loss.npy"), np.array([300], "i4"))
        self.before = sorted(os.listdir(self.folder))
        expect_error(self, ["copy", self.path("loss.npy"), self.path("o.npy"), "--dtype", "|u1", "--checked", "--explain"], "300")

    def test_control_characters_stay_on_their_line(self):
        np.save(self.record, np.zeros(3, [("a\nb\x1b[2J", "f4")]))
        text = command.run_ok(self, "inspect", self.record)
        self.assertIn("a\\x0ab\\x1b[2J", text)
        self.assertNotIn("\x1b", text)
        expect_error(self, ["copy", self.record, self.path("o.npy"), "--field", "\x1b"], "--field \\x1b", "b\\x1b[2J")

    def test_a_failed_copy_keeps_what_was_there(self):
        with open(self.array, "rb") as file:
            content = file.read()
        expect_error(self, ["copy", self.record, self.array, "--dtype", "<f4"], "--dtype")
        with open(self.array, "rb") as file:
            self.assertEqual(file.read(), content)

    def test_bench(self):
        expect_error(self, ["bench", "--filter", "("], "--filter '('")
        expect_error(self, ["bench", "--filter", "no such pattern"], "--list")
        expect_error(self, ["bench", "--device", "cuda:99"], "--device cuda:99")
        expect_error(self, ["bench", "--direction", "h2d"], "--direction h2d", "--device cuda:N")
        expect_error(self, ["bench", "--direction", "up"], "--direction", "up")
        expect_error(self, ["bench", "--threads", "1,x"], "--threads")
        expect_error(self, ["bench", "--filter", "^link_contig$"], "--filter '^link_contig$'", "direction cpu")
        expect_error(self, ["bench", "--filter", "huge"], "size M")
        expect_error(self, ["bench", "--case", "shape=4;item=4", "--filter", "x"], "--filter", "--case")
        expect_error(self, ["bench", "--case", "shape=4;item=4;dst=1"], "--case 'shape=4;item=4;dst=1': dst", "share bytes")
        expect_error(self, ["bench", "--case", "shape=1000000000000;item=8"], "shape=1000000000000;item=8", "memory")
        expect_error(self, ["bench", "--band", "nan"], "--band nan")
        expect_error(self, ["bench", "--error", "nan"], "--error nan")
        for option in ("--from", "--compare", "--peers"):
            expect_error(self, ["bench", "--filter", "^tiny_contig_1$", "--seconds", "0", option, self.path("missing.json")], "missing.json")
            expect_error(self, ["bench", "--filter", "^tiny_contig_1$", "--seconds", "0", option, self.array], "array.npy", "no report")

    def test_full_standard_output(self):
        if os.path.exists("/dev/full"):
            with open("/dev/full", "w") as full:
                done = subprocess.run([command.BINARY, "info"], stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual((done.returncode, done.stderr), (2, "ndlease: standard output: cannot be written\n"))

    def test_help_has_examples_and_is_no_error(self):
        for arguments in ([], ["info"], ["inspect"], ["copy"], ["bench"]):
            done = run(*arguments, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
            self.assertIn("Examples:\n  ndlease " + " ".join(arguments), done.stdout)
        self.assertEqual(run("--version").returncode, 0)


if __name__ == "__main__":
    command.main()
