#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the compiler makes of every kernel of a folder, for every architecture that we build for.

    check_kernels.py NVCC FOLDER [--include DIR]... [--registers N] [--budget REGEX=N]... [--vector REGEX] [--vector-stores REGEX] [--jobs N]

No register may be spilled, no local memory used, no more than N registers (128, or what the first budget that fits says). A kernel whose
name matches the REGEX of --vector (its name with namespaces and template arguments, without parameters) must load and store global memory
128 bits at a time somewhere, one of --vector-stores must store so. With no .cu file in the folder, and for a REGEX that names no kernel,
the check fails.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import compile_cubins
import cubin

PTXAS_GATES = ("-Xptxas", "--warn-on-spills,--warn-on-local-memory-usage,-Werror")


def demangled(names):
    """Mangled name -> name without parameters; as it is where c++filt is missing."""
    try:
        done = subprocess.run(["c++filt", "-p"], input="\n".join(names), capture_output=True, text=True, check=True)
        return dict(zip(names, done.stdout.splitlines()))
    except (OSError, subprocess.CalledProcessError):
        return {name: name for name in names}


VECTOR = (("load", "LDG"), ("store", "STG"))


def judge(kernel, vector, registers):
    """What is wrong with the machine code of one kernel. vector: the operations of VECTOR that it must do 128 bits at a time."""
    problems = []
    if kernel.local_accesses:
        problems.append(f"{kernel.local_accesses} accesses of local memory (registers spilled, or an array that is indexed at run time)")
    if kernel.registers > registers:
        problems.append(f"{kernel.registers} registers, the budget is {registers}")
    problems += [f"no 128-bit global {what}" for what, operation in vector if not kernel.count(operation, "128")]
    return problems


def row(name, architecture, kernel):
    def widest_first(operation):
        counts = {access.partition(".")[2]: n for access, n in kernel.accesses.items() if access.startswith(operation + ".")}
        order = sorted(counts, key=lambda width: -int(re.sub(r"\D", "", width)))
        return " ".join(f"{width}x{counts[width]}" for width in order) or "-"

    return f"{name:60} sm_{architecture:<4} {kernel.registers:>4} {kernel.instructions:>6}  " + "  ".join(
        f"{widest_first(operation):16}" for operation in ("LDG", "STG", "LDS", "STS", "LD", "ST"))


class Demands:
    """What is asked of kernels by their names, and which of the demands met a kernel."""

    def __init__(self, registers, budget, vector, vector_stores):
        self.registers = registers
        self.budgets = [(pattern, int(limit)) for pattern, _, limit in (entry.rpartition("=") for entry in budget)]
        self.vector = {regex: operations for regex, operations in ((vector, VECTOR), (vector_stores, VECTOR[1:])) if regex is not None}
        self.unmet = {*self.vector, *(pattern for pattern, _ in self.budgets)}

    def of(self, name):
        """(operations, registers)"""
        operations = [operation for regex, all_of_it in self.vector.items() if re.search(regex, name) for operation in all_of_it]
        self.unmet -= {regex for regex in self.unmet if re.search(regex, name)}
        return operations, next((limit for pattern, limit in self.budgets if re.search(pattern, name)), self.registers)


def check(nvcc, folder, include=(), registers=128, budget=(), vector=None, vector_stores=None, jobs=2, show=print):
    """The problems found, as texts."""
    sources = sorted(pathlib.Path(folder).rglob("*.cu"))
    if not sources:
        return [f"no .cu file in {folder}"]
    options = [*PTXAS_GATES, "--expt-relaxed-constexpr", *(f"-I{path}" for path in include)]
    problems, demands = [], Demands(registers, budget, vector, vector_stores)
    show(f"{'kernel':60} {'arch':7} regs instr.  " + "  ".join(f"{title:16}" for title in ("global loads", "global stores", "shared loads", "shared stores", "generic loads", "generic stores")))
    with tempfile.TemporaryDirectory() as scratch:
        for compiled in compile_cubins.compile_cubins(nvcc, sources, scratch, options, jobs=jobs):
            where = f"{compiled.source.name}, sm_{compiled.architecture}"
            if not compiled.succeeded:
                problems.append(f"{where}: refused by the compiler:\n{compiled.output.rstrip()}")
                continue
            try:
                kernels = cubin.read_kernels(compiled.cubin)
            except cubin.CubinError as error:
                problems.append(f"{where}: {error}")
                continue
            for mangled, name in demangled(list(kernels)).items():
                kernel = kernels[mangled]
                show(row(name, compiled.architecture, kernel))
                problems += [f"{where}: {name}: {problem}" for problem in judge(kernel, *demands.of(name))]
    if not problems:
        problems += [f"no kernel's name matches '{regex}'" for regex in sorted(demands.unmet)]
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nvcc")
    parser.add_argument("folder")
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("--registers", type=int, default=128)
    parser.add_argument("--budget", action="append", default=[])
    parser.add_argument("--vector")
    parser.add_argument("--vector-stores")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    problems = check(**vars(arguments))
    print("\n".join(problems + [f"{len(problems)} problems"]))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
