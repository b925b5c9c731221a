#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uses ndlease as other projects do.

    check_consumer.py install BUILD PREFIX          installs a build tree, then moves it to PREFIX: it must work from there
    check_consumer.py cmake BUILD [CMAKE_ARGS...]   configures, builds and runs consumer/ in the new folder BUILD
    check_consumer.py pkg-config PREFIX CXX [--static]  compiles and runs consumer/main.cpp with one plain compiler command
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(*command, **options):
    print("+", *command, flush=True)
    return subprocess.run([str(word) for word in command], check=True, **options)


def install(build, prefix):
    first = pathlib.Path(f"{prefix}.first")
    for folder in (first, prefix):
        shutil.rmtree(folder, ignore_errors=True)
    run("cmake", "--install", build, "--prefix", first, stdout=subprocess.DEVNULL)
    first.rename(prefix)
    if not (pathlib.Path(prefix) / "share/licenses/ndlease/LICENSE").is_file():
        sys.exit("the licence is not installed")
    command = pathlib.Path(prefix, "bin", "ndlease")
    if command.exists():  # it finds the library that was moved with it
        run(command, "--version")


def cmake(build, *arguments):
    shutil.rmtree(build, ignore_errors=True)
    run("cmake", "-S", HERE / "consumer", "-B", build, *arguments)
    run("cmake", "--build", build)
    run(pathlib.Path(build) / "consumer")


def pkg_config(prefix, compiler, *options):
    (pc,) = pathlib.Path(prefix).rglob("ndlease.pc")
    environment = {**os.environ, "PKG_CONFIG_PATH": str(pc.parent)}
    run("pkg-config", "--validate", "ndlease", env=environment)
    flags = run("pkg-config", "--cflags", "--libs", *options, "ndlease", env=environment, stdout=subprocess.PIPE, text=True).stdout.split()
    with tempfile.TemporaryDirectory() as scratch:
        program = pathlib.Path(scratch, "consumer")
        run(compiler, "-std=c++20", "-o", program, HERE / "consumer" / "main.cpp", *flags)
        run(program, env={**os.environ, "LD_LIBRARY_PATH": str(pc.parent.parent)})


def main():
    commands = {"install": install, "cmake": cmake, "pkg-config": pkg_config}
    if len(sys.argv) < 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])


main()
