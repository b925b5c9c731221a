# SPDX-License-Identifier: Apache-2.0
"""Compiles .cu files to one cubin per file and architecture, a few at a time."""
import concurrent.futures
import dataclasses
import pathlib
import subprocess

ARCHITECTURES = (80, 90, 100)


@dataclasses.dataclass
class Compiled:
    source: pathlib.Path
    architecture: int
    cubin: pathlib.Path
    succeeded: bool
    output: str  # what nvcc and ptxas said


def compile_cubins(nvcc, sources, folder, options=(), architectures=ARCHITECTURES, jobs=2):
    """In the order of sources, and of architectures for each. A source that does not compile is a result, not an exception."""

    def compile_one(job):
        number, source, architecture = job
        cubin = pathlib.Path(folder) / f"{source.stem}_{number}_sm{architecture}.cubin"
        command = [nvcc, "-cubin", "-std=c++20", f"-arch=sm_{architecture}", "-Xptxas", "-v", *options, "-o", str(cubin), str(source)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return Compiled(source, architecture, cubin, done.returncode == 0, done.stdout)

    work = [(number, pathlib.Path(source), architecture) for number, source in enumerate(sources) for architecture in architectures]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(compile_one, work))
