#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""NDLEASE_CUDA on a machine without a CUDA compiler, whatever this one has: check_cuda_option.py SOURCE BUILD [CMAKE_ARGS...]

AUTO must configure and say so in one line, ON must fail with an error that says what to do, nonsense must be refused.
"""
import os
import pathlib
import shutil
import subprocess
import sys

HIDDEN = ("nvcc", "nvcc.profile", "__nvcc_device_query")


def path_without_nvcc(scratch):
    """PATH with every folder that holds nvcc replaced by one of links to all else in it."""
    folders = []
    for number, folder in enumerate(os.environ["PATH"].split(os.pathsep)):
        folder = pathlib.Path(folder)
        if (folder / "nvcc").exists():
            shadow = scratch / f"path_{number}"
            shadow.mkdir(parents=True)
            for entry in folder.iterdir():
                if entry.name not in HIDDEN:
                    (shadow / entry.name).symlink_to(entry)
            folder = shadow
        folders.append(str(folder))
    return os.pathsep.join(folders)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    source, build, *arguments = sys.argv[1:]
    build = pathlib.Path(build)
    shutil.rmtree(build, ignore_errors=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CUDA")}
    environment["PATH"] = path_without_nvcc(build)
    if shutil.which("nvcc", path=environment["PATH"]):
        sys.exit("nvcc is not hidden")

    def configure(mode):
        command = ["cmake", "-S", source, "-B", str(build / mode), f"-DNDLEASE_CUDA={mode}", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        return done.returncode, done.stdout, " ".join(done.stderr.split())

    code, output, errors = configure("AUTO")
    lines = [line for line in output.splitlines() if "CUDA" in line]
    if code != 0 or len(lines) != 1 or "no toolkit found, host only" not in lines[0]:
        sys.exit(f"AUTO: exit {code}, expected one line on CUDA:\n{output}\n{errors}")
    print(lines[0])
    for mode, expected in (("ON", "NDLEASE_CUDA=ON, but no CUDA toolkit was found: put nvcc on PATH"), ("perhaps", "it must be AUTO, ON or OFF"),
                           ("SIMULATED", "NDLEASE_CUDA=SIMULATED is for tests only")):
        code, output, errors = configure(mode)
        if code == 0 or expected not in errors:
            sys.exit(f"{mode}: exit {code}, expected '{expected}':\n{output}\n{errors}")
        print(f"{mode} is refused: {errors}")


main()
