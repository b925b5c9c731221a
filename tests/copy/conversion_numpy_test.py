# SPDX-License-Identifier: Apache-2.0
"""Conversions against NumPy's astype, wherever C defines the result. Usage: conversion_numpy_test.py PROGRAM [SEED]"""
import subprocess
import sys
import warnings

try:
    import numpy as np
except ImportError:
    sys.exit(77)

warnings.simplefilter("ignore")
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20070301
RANDOM = np.random.default_rng(SEED)
KINDS = ["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16"]
EXTENDED = np.dtype(np.longdouble).itemsize == 16 and np.finfo(np.longdouble).nmant == 63
if EXTENDED:
    KINDS += ["f16", "c32"]


def real_values(dtype):
    if dtype.kind == "b":
        return np.array([False, True])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        powers = [2**k + d for k in range(64) for d in (-1, 0, 1)]
        fixed = [info.min, info.min + 1, info.max - 1, info.max] + powers + [-p for p in powers]
        fixed = np.array([v for v in fixed if info.min <= v <= info.max], dtype)
        return np.concatenate([fixed, RANDOM.integers(info.min, info.max, 2000, dtype, endpoint=True)])
    if dtype.itemsize == 2:
        return np.arange(65536, dtype=np.uint16).view(dtype)
    info = np.finfo(dtype)
    fixed = [0.0, -0.0, 0.5, -0.5, 1.5, 2.5, np.inf, -np.inf, np.nan, info.max, info.min, info.tiny, info.tiny / 2, info.eps]
    halves = np.arange(31744, dtype=np.uint16).view(np.float16).astype(np.float64)
    middles = (halves[:-1] + halves[1:]) / 2
    powers = np.ldexp(1.0, np.arange(-150, 128))
    wide = RANDOM.standard_normal(4000) * np.exp2(RANDOM.integers(-40, 64, 4000).astype(np.float64))
    near = [np.nextafter(x.astype(dtype), np.array(t, dtype)) for x in (middles, powers) for t in (0, np.inf)]
    return np.concatenate([np.array(fixed, dtype), middles.astype(dtype), powers.astype(dtype), wide.astype(dtype), *near, -near[0]])


def values(dtype):
    if dtype.kind != "c":
        return real_values(dtype)
    part = real_values(np.dtype(f"f{dtype.itemsize // 2}"))[:3000]
    result = np.empty(part.size, dtype)
    result.real, result.imag = part, part[::-1]
    return result


def defined(source, to):
    """The values whose conversion C defines, and NumPy rounds once."""
    if to.kind in "iu" and source.dtype.kind in "fc":
        info = np.iinfo(to)
        real = source.real
        whole = np.trunc(np.where(np.isfinite(real), real, np.inf)).astype(np.longdouble)
        return source[(whole >= np.longdouble(info.min)) & (whole <= np.longdouble(info.max))]
    if to == np.dtype("f2") and source.dtype.char in "gG":
        return source[~(source.real.astype(np.float64) != source.real)]
    return source


def same(actual, expected):
    if expected.dtype.kind == "c":
        return same(actual.real, expected.real) & same(actual.imag, expected.imag)
    if expected.dtype.kind == "f":
        nan = np.isnan(expected)
        return np.where(nan, np.isnan(actual), (actual == expected) & (np.signbit(actual) == np.signbit(expected)))
    return actual == expected


def bfloat16(source):
    """Rounded by arithmetic: to a whole number of the last place's units."""
    x = source.astype(np.float64)
    finite = np.where(np.isfinite(x), x, 0)
    unit = np.maximum(np.frexp(finite)[1] - 8, -133)
    rounded = np.ldexp(np.rint(np.ldexp(finite, -unit)), unit)
    rounded = np.where(np.abs(rounded) > 3.3895313892515355e38, np.copysign(np.inf, rounded), rounded)
    return np.where(np.isfinite(x), rounded, x).astype(np.float32)


jobs, data = [], []


def job(to, from_, source, expected, itemsize, read):
    data.append(f"{to} {from_} {source.size}\n".encode() + source.tobytes())
    jobs.append((f"{from_} -> {to}", source, expected, itemsize, read))


for from_kind in KINDS:
    for to_kind in KINDS:
        to, from_ = np.dtype(to_kind), np.dtype(from_kind)
        source = defined(values(from_), to)
        if to_kind != "f2" and from_kind != "f2":
            source = source[:: source.size // 4000 + 1]
        for to_order, from_order in (("<", "<"), (">", "<"), ("<", ">"))[: 3 if source.size < 8000 else 1]:
            dst, src = to.newbyteorder(to_order), source.astype(from_.newbyteorder(from_order))
            expected = (source != 0) if to.kind == "b" else source.astype(to)
            job(to_order + to_kind, from_order + from_kind, src, expected, to.itemsize, lambda raw, dst=dst: np.frombuffer(raw, dst))
for from_kind in ("f2", "f4", "f8"):
    source = values(np.dtype(from_kind))
    job("<E2", "<" + from_kind, source, bfloat16(source), 2, lambda raw: (np.frombuffer(raw, "<u2").astype("<u4") << 16).view("<f4"))
words = np.array(["", "a", "ab", "abc", "abcdef"])
for code in "SU":
    for to_length in (1, 3, 8):
        for from_length in (2, 3, 6):
            source = words.astype(f"{code}{from_length}")
            read = lambda raw, code=code, n=to_length: np.frombuffer(raw, f"<{code}{n}")
            job(f"<{code}{to_length}", f">{code}{from_length}", source.astype(f">{code}{from_length}"), source.astype(f"{code}{to_length}"), (1 if code == "S" else 4) * to_length, read)

result = subprocess.run([sys.argv[1]], input=b"".join(data), capture_output=True)
if result.returncode != 0:
    sys.exit(f"{sys.argv[1]} failed: {result.stderr.decode()}")
output, checked, failures = result.stdout, 0, 0
position = 0
for what, source, expected, itemsize, read in jobs:
    actual = read(output[position : position + source.size * itemsize])
    position += source.size * itemsize
    wrong = np.flatnonzero(~same(actual, expected))
    checked += source.size
    if wrong.size:
        i = wrong[0]
        print(f"{what}: {wrong.size} of {source.size} differ; {source[i]!r} gives {actual[i]!r}, NumPy {expected[i]!r}")
        failures += 1
print(f"{checked} values in {len(jobs)} conversions, {failures} conversions differ; seed {SEED}, repeat with: {sys.argv[0]} {sys.argv[1]} {SEED}")
sys.exit(1 if failures or position != len(output) or checked < 100_000 else 0)
