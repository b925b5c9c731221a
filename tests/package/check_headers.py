#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every public header compiles alone, without a warning, from the install tree:

    check_headers.py SOURCE_INCLUDE INSTALLED_INCLUDE CXX [CUDA_INCLUDE...]

Headers in gpu/ include CUDA's, py_buffer.hpp those of the Python that runs this; without a folder of those they are left out, and the output says so.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import sysconfig

FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wpedantic", "-Werror"]


def compiles(compiler, include, foreign_includes, header):
    """None, or the compiler's complaint. Twice included: a header without a guard fails."""
    text = f"#include <{header}>\n#include <{header}>\n"
    foreign = [word for folder in foreign_includes for word in ("-isystem", folder)]
    done = subprocess.run([compiler, *FLAGS, "-I", include, *foreign, "-x", "c++", "-"], input=text, capture_output=True, text=True)
    return None if done.returncode == 0 else f"{header}:\n{done.stderr}"


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    source, installed, compiler, *cuda_includes = sys.argv[1:]
    headers = sorted(str(path.relative_to(source)) for path in pathlib.Path(source).rglob("*.h*"))
    problems = [] if headers else [f"no header under {source}"]
    if not cuda_includes:
        left_out = [header for header in headers if "/gpu/" in header]
        headers = [header for header in headers if header not in left_out]
        print("left out, since this build has no CUDA toolkit:", *left_out)
    python_include = sysconfig.get_path("include")
    if not pathlib.Path(python_include, "Python.h").is_file():
        headers = [header for header in headers if not header.endswith("/py_buffer.hpp")]
        print("left out, since Python's headers are not installed: py_buffer.hpp")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems += filter(None, pool.map(lambda header: compiles(compiler, installed, [*cuda_includes, python_include], header), headers))
    print("\n".join(problems))
    print(f"{len(headers)} headers, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
