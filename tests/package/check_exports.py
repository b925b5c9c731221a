#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the shared library shows to the world and what it asks of it.

    check_exports.py LIBRARY          its dynamic symbols against exported_symbols.txt, its NEEDED list against the one below
    check_exports.py --self-test CXX  a library with planted foreign names, which must be reported
"""
import pathlib
import re
import subprocess
import sys
import tempfile

# Base system, oneTBB and Highway. Never libcuda (absent without a driver) nor libcudart.
NEEDED = re.compile(r"(libc|libm|libstdc\+\+|libgcc_s|libpthread|libtbb|libhwy|ld-linux[-a-z0-9_]*)\.so\.\d+")


def allowed_patterns():
    lines = pathlib.Path(__file__).with_name("exported_symbols.txt").read_text(encoding="utf-8").splitlines()
    return [re.compile(line) for line in lines if line and not line.startswith("#")]


def exported(library):
    output = subprocess.run(["nm", "-D", "--defined-only", "-C", library], check=True, capture_output=True, text=True).stdout
    return [line.split(" ", 2)[2] for line in output.splitlines()]


def check(library):
    patterns = allowed_patterns()
    symbols = exported(library)
    problems = [f"exports {name}" for name in symbols if not any(pattern.fullmatch(name) for pattern in patterns)]
    if not any(name.startswith("ndlease::") for name in symbols):
        problems.append("exports nothing of ndlease")
    dynamic = subprocess.run(["readelf", "-d", library], check=True, capture_output=True, text=True).stdout
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    problems += [f"needs {name}" for name in needed if not NEEDED.fullmatch(name)]
    if not needed:
        problems.append("needs no library at all: readelf was misread")
    print(f"{library}: {len(symbols)} symbols, needs {' '.join(needed)}")
    return problems


PLANTED = """
#include <string>
#include <vector>
namespace ndlease { int ours() { return 1; } }
namespace other { struct Thing { virtual ~Thing(); }; Thing::~Thing() {} }
extern "C" int stray() { return 2; }
template class std::vector<std::string>;
"""


def self_test(compiler):
    with tempfile.TemporaryDirectory() as scratch:
        stray = pathlib.Path(scratch, "libforeign.so.9")
        source = pathlib.Path(scratch, "planted.cpp")
        library = pathlib.Path(scratch, "libplanted.so")
        source.write_text("int foreign() { return 3; }\n", encoding="utf-8")
        subprocess.run([compiler, "-shared", "-fPIC", f"-Wl,-soname,{stray.name}", "-o", stray, source], check=True)
        source.write_text(PLANTED, encoding="utf-8")
        subprocess.run([compiler, "-std=c++20", "-shared", "-fPIC", "-Wl,--no-as-needed", "-o", library, source, stray], check=True)
        found = check(library)
    expected = ["exports stray", "exports other::Thing::~Thing()", "exports vtable for other::Thing", "exports typeinfo for other::Thing",
                "needs libforeign.so.9"]
    failures = [f"not reported: {problem}" for problem in expected if problem not in found]
    if not any(problem.startswith("exports std::vector") for problem in found):
        failures.append("an instantiation of std::vector is not reported")
    if any("ndlease::ours" in problem for problem in found):
        failures.append("ndlease::ours() is refused")
    return failures


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--self-test":
        problems = self_test(sys.argv[2])
    elif len(sys.argv) == 2:
        problems = check(sys.argv[1])
    else:
        sys.exit(__doc__)
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


main()
