#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""NumPy saves arrays of every dtype that .npy can hold; ndlease opens and writes each again. The new file must be NumPy's, byte
for byte, and NumPy must read it to the same array. The random part prints its seed; repeat it with SEED as second argument."""

import ast
import os
import random
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy as np
except ImportError:
    print("skipped: this Python has no NumPy")
    sys.exit(77)

warnings.simplefilter("ignore")
SCALARS = (
    "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 g F D G S1 S5 S0 U1 U3 U0 V1 V7 "
    "M8[ns] M8[25s] M8[D] M8 m8[us] m8[Y] m8 >i2 >i4 >i8 >u2 >u8 >f2 >f4 >f8 >g >F >D >G >U3 >M8[ms] >m8[h]"
).split()
NAMES = ["a", "b", "c", "a field", "it's", 'q"', "'\"", "\u00e9", "\u4e2d\u6587", "back\\slash", "new\nline", "tab\t", "x" * 300, "\U0001f600", "\u200b", "\xa0"]
SHAPES = [(), (1,), (5,), (0,), (2, 3), (3, 1, 2), (0, 4), (4, 0), (1, 1), (2, 1, 3, 1, 2)]


def random_dtype(rng, depth=0):
    """A scalar, or a record of up to five fields: packed, aligned, with gaps, nested, with sub-arrays."""
    if depth == 3 or (depth > 0 and rng.random() < 0.6):
        return np.dtype(rng.choice(SCALARS))
    fields = []
    for name in rng.sample(NAMES, rng.randint(1, 5)):
        field = random_dtype(rng, depth + 1)
        if field.itemsize > 0 and rng.random() < 0.3:  # NumPy makes no sub-arrays of nothing
            field = np.dtype((field, tuple(rng.randint(0, 3) for _ in range(rng.randint(1, 3)))))
        fields.append((name, field))
    style = rng.randrange(3)
    if style < 2:
        return np.dtype(fields, align=style == 1)
    offset, offsets = 0, []
    for _, field in fields:
        offset += rng.choice([0, 0, 1, 3, 8])
        offsets.append(offset)
        offset += field.itemsize
    return np.dtype({"names": [n for n, _ in fields], "formats": [f for _, f in fields], "offsets": offsets, "itemsize": offset + rng.choice([0, 0, 5])})


def random_array(rng, dtype, shape, order):
    count = 1
    for extent in shape:
        count *= extent
    return np.ndarray(shape, dtype, buffer=bytearray(rng.randbytes(max(count * dtype.itemsize, 1))), order=order)


def facts(array):
    descr = array.dtype.descr if array.dtype.names is not None else array.dtype.str
    ints = lambda t: "(" + ",".join(map(str, t)) + ")"
    return descr, ints(array.shape), ints(array.strides)


def main():
    tool = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int.from_bytes(os.urandom(4), "little")
    print(f"seed {seed}; repeat with: {sys.argv[0]} {tool} {seed}")
    rng = random.Random(seed)
    arrays, refused, failures = {}, {}, []
    with tempfile.TemporaryDirectory() as folder:

        def save(array, version=None):
            name = f"{len(arrays):05}"
            arrays[name] = array
            with open(f"{folder}/{name}.npy", "wb") as file:
                np.lib.format.write_array(file, array, version=version, allow_pickle=False)

        for code in SCALARS:
            for shape in SHAPES:
                for order in "CF":
                    save(random_array(rng, np.dtype(code), shape, order))
        for _ in range(600):
            save(random_array(rng, random_dtype(rng), rng.choice(SHAPES), rng.choice("CF")))
        save(np.zeros(2, np.dtype({"names": [], "formats": [], "itemsize": 4})))
        save(np.zeros((2, 3), [("a" * 70000, "i4")]))  # needs version 2.0
        for i in range(65):  # every length of padding
            save(np.zeros(1, [("a" * (i + 1), "i1")]))
        newer = len(arrays)
        for version in [(2, 0), (3, 0)]:  # comes back as 1.0
            save(np.arange(6).reshape(2, 3), version)
        save(np.zeros(2, [(("a title", "a"), "i4")]))  # comes back without the title
        for value in (np.array([None]), np.zeros(1, [("a", "O")])):
            name = f"refused{len(refused)}"
            refused[name] = "not_supported"
            np.save(f"{folder}/{name}.npy", value, allow_pickle=True)

        output = subprocess.run([tool, folder], check=True, capture_output=True, text=True, encoding="utf-8").stdout
        lines = {line.split("\t")[0]: line.split("\t")[1:] for line in output.splitlines()}
        for index, (name, array) in enumerate(arrays.items()):
            line = lines.get(name, ["error", "missing"])
            what = f"{name}: {array.dtype!r} {array.shape}"
            if line[0] == "error":
                failures.append(f"{what}: {line}")
                continue
            descr, shape, strides = facts(array)
            has_title = index == len(arrays) - 1
            if not has_title and ast.literal_eval(line[0]) != descr:
                failures.append(f"{what}: descr {line[0]}")
            # Strides of empty arrays and of axes of extent 1 say nothing, and NumPy fills them differently.
            if line[1] != shape or (min(array.shape, default=2) > 1 and line[2] != strides):
                failures.append(f"{what}: shape {line[1]} strides {line[2]}, NumPy has {strides}")
            original, written = (open(f"{folder}/{name}.{end}", "rb").read() for end in ("npy", "out"))
            # Items of no bytes are in C and in Fortran order at once; NumPy remembers which was asked.
            if index < newer and array.dtype.itemsize > 0 and original != written:
                failures.append(f"{what}: the written file differs: {original[:200]!r} {written[:200]!r}")
            loaded = np.load(f"{folder}/{name}.out", allow_pickle=True)  # which also lifts the limit on long headers
            same_dtype = loaded.dtype == array.dtype or has_title
            if not same_dtype or loaded.shape != array.shape or loaded.tobytes() != array.tobytes():
                failures.append(f"{what}: NumPy reads {loaded.dtype!r} {loaded.shape}")
        for name, code in refused.items():
            if lines[name][:2] != ["error", code]:
                failures.append(f"{name}: {lines[name]}")
    for failure in failures[:20]:
        print("FAILED", failure)
    print(f"{len(arrays)} arrays, {len(refused)} refusals, {len(failures)} failures")
    return 1 if failures or not arrays else 0


if __name__ == "__main__":
    sys.exit(main())
