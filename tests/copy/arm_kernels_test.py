# SPDX-License-Identifier: Apache-2.0
"""The vector kernels compile for 64-bit Arm, whose vectors (NEON) no other test of an x86 machine sees.

Arguments: the source tree, and the folder that holds Highway's headers ("" where the library is built without Highway). Exit code 77: there is no cross compiler.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

COMPILER = "aarch64-linux-gnu-g++"


def main() -> int:
    source, headers = pathlib.Path(sys.argv[1]), sys.argv[2]
    if not headers or shutil.which(COMPILER) is None:
        print(f"skipped: {'no Highway' if not headers else COMPILER + ' is not installed'}")
        return 77
    kernels = sorted(f for f in (source / "src/cpu/simd").glob("*.cpp") if not f.name.endswith("_portable.cpp"))
    if not kernels:
        print("no kernels found")
        return 1
    failed = []
    with tempfile.TemporaryDirectory() as scratch:
        # Only Highway's own headers: those beside them belong to this machine.
        os.symlink(pathlib.Path(headers) / "hwy", pathlib.Path(scratch) / "hwy")
        for kernel in kernels:
            command = [COMPILER, "-std=c++20", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-fPIC", "-c", str(kernel), "-o", f"{scratch}/kernel.o"]
            command += ["-I", str(source / "include"), "-I", str(source / "src"), "-isystem", scratch]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            symbols = subprocess.run(["aarch64-linux-gnu-nm", "-C", f"{scratch}/kernel.o"], capture_output=True, text=True, check=False).stdout if done.returncode == 0 else ""
            if done.returncode != 0 or "N_NEON" not in symbols:
                failed.append(kernel.name)
                print(f"{kernel.name}:\n{done.stderr or 'no code for NEON'}")
            else:
                print(f"{kernel.name}: compiled for NEON")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
