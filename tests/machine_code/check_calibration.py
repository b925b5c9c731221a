#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether cubin.py reads the machine code of this nvcc right: check_calibration.py NVCC

Compiles calibration.cu, of which it is known what each kernel must hold; ptxas itself says how many registers. A difference means that
the encoding has changed: then no other check of machine code is worth anything until cubin.py is mended.
"""
import pathlib
import re
import sys
import tempfile

import compile_cubins
import cubin

HERE = pathlib.Path(__file__).resolve().parent

EXPECTED = {  # all memory accesses and barriers of the kernel
    "global_u8": {"LDG.U8": 1, "STG.U8": 1},
    "global_u16": {"LDG.U16": 1, "STG.U16": 1},
    "global_32": {"LDG.32": 1, "STG.32": 1},
    "global_64": {"LDG.64": 1, "STG.64": 1},
    "global_128": {"LDG.128": 1, "STG.128": 1},
    "global_s8": {"LDG.S8": 1, "STG.32": 1},
    "global_s16": {"LDG.S16": 1, "STG.32": 1},
    "shared_u8": {"LDG.U8": 1, "STS.U8": 1, "BAR": 1, "LDS.U8": 1, "STG.U8": 1},
    "shared_u16": {"LDG.U16": 1, "STS.U16": 1, "BAR": 1, "LDS.U16": 1, "STG.U16": 1},
    "shared_32": {"LDG.32": 1, "STS.32": 1, "BAR": 1, "LDS.32": 1, "STG.32": 1},
    "shared_64": {"LDG.64": 1, "STS.64": 1, "BAR": 1, "LDS.64": 1, "STG.64": 1},
    "shared_128": {"LDG.128": 1, "STS.128": 1, "BAR": 1, "LDS.128": 1, "STG.128": 1},
    "generic_32": {"LDG.32": 1, "STS.32": 1, "BAR": 1, "LD.32": 1, "STG.32": 1},
    "barriers_3": {"LDG.32": 2, "STS.32": 2, "BAR": 3, "LDS.32": 2, "STG.32": 2},
}
LOCAL = {"local_array", "spilled"}  # how many accesses the compiler makes of these is its own choice


def ptxas_reports(output):
    """{kernel: (registers, bytes of spill stores)} as ptxas -v prints them."""
    reports = {}
    for entry in output.split("Compiling entry function '")[1:]:
        spilled = re.search(r"(\d+) bytes spill stores", entry)
        registers = re.search(r"Used (\d+) registers", entry)
        reports[entry[:entry.index("'")]] = (int(registers[1]), int(spilled[1]))
    return reports


def check(compiled):
    if not compiled.succeeded:
        return [f"calibration.cu does not compile:\n{compiled.output}"]
    kernels = cubin.read_kernels(compiled.cubin)
    reports = ptxas_reports(compiled.output)
    problems = []
    if set(kernels) != set(EXPECTED) | LOCAL or set(reports) != set(kernels):
        problems.append(f"kernels in the cubin: {sorted(kernels)}; in the report of ptxas: {sorted(reports)}")
    for name, kernel in sorted(kernels.items()):
        if name in EXPECTED and dict(kernel.accesses) != EXPECTED[name]:
            problems.append(f"{name}: read {dict(kernel.accesses)}, expected {EXPECTED[name]}")
        if name in LOCAL and not (kernel.count("LDL") and kernel.count("STL")):
            problems.append(f"{name}: no access of local memory was read: {dict(kernel.accesses)}")
        if name in reports and reports[name][0] != kernel.registers:
            problems.append(f"{name}: read {kernel.registers} registers, ptxas says {reports[name][0]}")
        if name in reports and (reports[name][1] > 0) != (name == "spilled"):
            problems.append(f"{name}: {reports[name][1]} bytes spilled, says ptxas: the kernel no longer shows what it is for")
    return problems


def check_refusals(folder):
    """What is no cubin must be refused."""
    problems = []
    for name, contents in {"empty": b"", "text": b"no machine code", "host": pathlib.Path(sys.executable).resolve().read_bytes()[:4096]}.items():
        file = folder / name
        file.write_bytes(contents)
        try:
            cubin.read_kernels(file)
            problems.append(f"a file that is no cubin ({name}) was read as one")
        except cubin.CubinError:
            pass
    return problems


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    count = 0
    with tempfile.TemporaryDirectory() as scratch:
        for compiled in compile_cubins.compile_cubins(sys.argv[1], [HERE / "calibration.cu"], scratch):
            problems = check(compiled)
            print(f"sm_{compiled.architecture}: {'; '.join(problems) or f'all {len(EXPECTED) + len(LOCAL)} kernels read as expected'}")
            count += len(problems)
        refusals = check_refusals(pathlib.Path(scratch))
        print("\n".join(refusals) or "what is no cubin is refused")
    sys.exit(1 if count or refusals else 0)


main()
