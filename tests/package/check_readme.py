#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every C++ block of a page compiles and runs as it stands: check_readme.py PAGE CXX FLAGS...

A block is a whole program, or statements and includes that are given a main() around them. A page without a block fails.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```cpp\n(.*?)^```", re.MULTILINE | re.DOTALL)


def program(block):
    if re.search(r"\bint\s+main\s*\(", block):
        return block
    lines = block.splitlines()
    includes = [line for line in lines if line.startswith("#include") or line.startswith("using namespace")]
    rest = [line for line in lines if line not in includes]
    return "\n".join([*includes, "int main() {", *rest, "}", ""])


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    page, compiler, *flags = sys.argv[1:]
    blocks = BLOCK.findall(pathlib.Path(page).read_text(encoding="utf-8"))
    if not blocks:
        sys.exit(f"{page} has no C++ block")
    with tempfile.TemporaryDirectory() as scratch:
        for number, block in enumerate(blocks, 1):
            source, binary = pathlib.Path(scratch, f"block_{number}.cpp"), pathlib.Path(scratch, f"block_{number}")
            source.write_text(program(block), encoding="utf-8")
            print(f"{page}: block {number} of {len(blocks)}", flush=True)
            subprocess.run([compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-o", binary, source, *flags], check=True)
            subprocess.run([binary], check=True, cwd=scratch, timeout=60)


main()
