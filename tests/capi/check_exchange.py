#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Views pass between two shared objects and a program, each built by another compiler; one of the objects does not link libndlease.

    check_exchange.py INCLUDE LIBRARY CC1 CXX1 CC2 CXX2      the plain object by CC1 and the other by CXX2, then the reverse
"""
import pathlib
import subprocess
import sys
import tempfile

SOURCES = pathlib.Path(__file__).parent / "exchange"
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]


def build_and_run(include, library, c_compiler, cxx_compiler, main_compiler):
    library = pathlib.Path(library).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        def compile_with(compiler, *arguments):
            subprocess.run([compiler, *WARNINGS, "-O2", "-g", "-I", include, *arguments], check=True, cwd=scratch)

        compile_with(c_compiler, "-std=c99", "-pedantic", "-fPIC", "-fvisibility=hidden", "-shared", "-o", "libplain.so", SOURCES / "plain.c")
        compile_with(cxx_compiler, "-std=c++20", "-fPIC", "-fvisibility=hidden", "-shared", "-o", "liblinked.so", SOURCES / "linked.cpp", library,
                     f"-Wl,-rpath,{library.parent}")
        compile_with(main_compiler, "-std=c99", "-pedantic", "-o", "main", SOURCES / "main.c", "-L.", "-lplain", "-llinked", f"-Wl,-rpath,{scratch}",
                     f"-Wl,-rpath-link,{library.parent}")
        needed = subprocess.run(["readelf", "-d", "libplain.so"], check=True, capture_output=True, text=True, cwd=scratch).stdout
        if "ndlease" in needed:
            sys.exit("libplain.so links libndlease")
        unbound = subprocess.run(["nm", "-u", "libplain.so"], check=True, capture_output=True, text=True, cwd=scratch).stdout
        if "ndl_" in unbound:
            sys.exit("libplain.so wants functions of libndlease")
        print(f"plain: {c_compiler}, linked: {cxx_compiler}, program: {main_compiler}", flush=True)
        subprocess.run([pathlib.Path(scratch, "main")], check=True, cwd=scratch, timeout=60)


def main():
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    include, library, c1, cxx1, c2, cxx2 = sys.argv[1:]
    if missing := [name for name in sys.argv[3:] if name.endswith("NOTFOUND")]:
        print("skipped, since a compiler is missing:", *missing)
        sys.exit(77)
    build_and_run(include, library, c1, cxx2, c2)
    build_and_run(include, library, c2, cxx1, c1)


main()
