# SPDX-License-Identifier: Apache-2.0
"""A copy of the sources with a build of its own, in which files are changed and tests are run."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

BUILD_TIMEOUT = 900
TEST_TIMEOUT = 60  # for tests that need two seconds; a mutant that hangs is caught by this

FAILED = re.compile(r"^\[  FAILED  \] (\w+[./][^\s,]+)", re.MULTILINE)
STARTED = re.compile(r"^\[ RUN      \] (\S+)", re.MULTILINE)


class BuildError(Exception):
    pass


def source_files(root):
    """What belongs to the sources, relative to root: what git knows or would add; without git all but hidden and build folders."""
    if (root / ".git").exists() and shutil.which("git"):
        command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
        return sorted(name for name in set(names) if name and (root / name).is_file())
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith((".", "build", "out", "__pycache__"))]
        found += [os.path.relpath(os.path.join(folder, f), root) for f in files]
    return sorted(found)


class Tree:
    def __init__(self, root, scratch, jobs):
        self.root = Path(root).resolve()
        self.sources = Path(scratch).resolve() / "src"
        self.build_dir = Path(scratch).resolve() / "build"
        self.jobs = jobs

    def read(self, name):
        return (self.root / name).read_text(encoding="utf-8")

    def write(self, name, text):
        (self.sources / name).write_text(text, encoding="utf-8")

    def synchronise(self):
        """Files that are as they were keep their times, so that a second run builds little; what an interrupted run left is undone."""
        names = source_files(self.root)
        for name in names:
            source, copy = self.root / name, self.sources / name
            data = source.read_bytes()
            if copy.is_file() and copy.read_bytes() == data:
                continue
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(data)
            shutil.copymode(source, copy)
        known = set(names)
        for old in [p for p in self.sources.rglob("*") if p.is_file()]:
            if str(old.relative_to(self.sources)) not in known:
                old.unlink()

    def configure(self, cmake, cuda, definitions):
        command = [cmake, "-S", str(self.sources), "-B", str(self.build_dir)]
        if shutil.which("ninja"):
            command += ["-G", "Ninja"]
        settings = {
            "CMAKE_BUILD_TYPE": "Debug",
            "CMAKE_CXX_FLAGS_DEBUG": "-O0",
            "NDLEASE_CUDA": cuda,
            "NDLEASE_INSTALL": "OFF",
            "NDLEASE_BUILD_TOOLS": "OFF",
            "NDLEASE_BUILD_BENCHMARKS": "OFF",
            "NDLEASE_BUILD_EXAMPLES": "OFF",
            "NDLEASE_PRECOMPILED_HEADERS": "ON",
        }
        if ccache := shutil.which("ccache"):
            settings["CMAKE_CXX_COMPILER_LAUNCHER"] = ccache
        command += [f"-D{key}={value}" for key, value in settings.items()] + [f"-D{d}" for d in definitions]
        done = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_TIMEOUT)
        if done.returncode != 0:
            raise BuildError(done.stdout + done.stderr)
        self.cmake = cmake

    def build(self, programs):
        targets = ["ndlease_" + program.split("/")[1] for program in sorted(programs)]
        command = [self.cmake, "--build", str(self.build_dir), "-j", str(self.jobs), "--target", *targets]
        # A cache of compilations answers wherever the copy lies.
        environment = {**os.environ, "CCACHE_BASEDIR": str(self.sources.parent), "CCACHE_NOHASHDIR": "1"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_TIMEOUT, env=environment)
        if done.returncode != 0:
            raise BuildError(done.stdout + done.stderr)

    def program(self, program):
        folder, name = program.rsplit("/", 1)
        return self.build_dir / "tests" / folder / ("ndlease_" + name)

    def list_tests(self, program, names):
        """The full names that a filter selects."""
        command = [str(self.program(program)), f"--gtest_filter={names}", "--gtest_list_tests"]
        suite, found = "", []
        for line in subprocess.run(command, capture_output=True, text=True, timeout=TEST_TIMEOUT, check=True).stdout.splitlines():
            word = line.split("#")[0].rstrip()
            if word.startswith("  "):
                found.append(suite + word.strip())
            elif word.endswith("."):
                suite = word
        return found

    def run(self, program, names):
        """("", output) when all pass; else what refused: a test's name, with how where it was no failed expectation."""
        command = [str(self.program(program)), f"--gtest_filter={names}", "--gtest_fail_fast", "--gtest_color=no"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            output = process.communicate(timeout=TEST_TIMEOUT)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with what it forked
            output = process.communicate()[0].decode(errors="replace")
            return f"{(STARTED.findall(output) or ['?'])[-1]} (hangs)", output
        if process.returncode == 0:
            return "", output
        if failed := FAILED.findall(output):
            return failed[0], output
        ended = signal.Signals(-process.returncode).name if process.returncode < 0 else f"exit code {process.returncode}"
        return f"{(STARTED.findall(output) or [program])[-1]} ({ended})", output
