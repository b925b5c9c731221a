#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every public header compiles alone, without a warning, from the install tree: check_headers.py SOURCE_INCLUDE INSTALLED_INCLUDE CXX"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wpedantic", "-Werror"]


def compiles(compiler, include, header):
    """None, or the compiler's complaint. Twice included: a header without a guard fails."""
    text = f"#include <{header}>\n#include <{header}>\n"
    done = subprocess.run([compiler, *FLAGS, "-I", include, "-x", "c++", "-"], input=text, capture_output=True, text=True)
    return None if done.returncode == 0 else f"{header}:\n{done.stderr}"


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    source, installed, compiler = sys.argv[1:]
    headers = sorted(str(path.relative_to(source)) for path in pathlib.Path(source).rglob("*.h*"))
    problems = [] if headers else [f"no header under {source}"]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems += filter(None, pool.map(lambda header: compiles(compiler, installed, header), headers))
    print("\n".join(problems))
    print(f"{len(headers)} headers, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
