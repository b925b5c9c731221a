# SPDX-License-Identifier: Apache-2.0
"""NumPy's array interfaces both ways: NumPy's own __array_struct__ and __array_interface__ become Views, and what ndlease makes of a View becomes NumPy's array again, with
the same memory, shape, strides, dtype and flags. The random part prints its seed; repeat it with the seed as argument."""

import ctypes
import gc
import json
import os
import random
import sys
import warnings

import ndlease_peer as peer

try:
    import numpy as np
except ImportError:
    print("skipped: this Python has no NumPy")
    sys.exit(77)

warnings.simplefilter("ignore")
SCALARS = (
    "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 g F D G S1 S5 U1 U3 V1 V7 O M8[ns] M8[25s] M8[D] m8[us] m8[Y] "
    ">i2 >i4 >i8 >u2 >u8 >f2 >f4 >f8 >g >F >D >G >U3 >M8[ms] >m8[h]"
).split()
NAMES = ["a", "b", "a field", "it's", 'q"', "\u00e9", "\u4e2d\u6587", "back\\slash", "new\nline", "\U0001f600"]
failures = []
checks = 0


class Structure(ctypes.Structure):
    """NumPy's documentation of PyArrayInterface, once more."""

    _fields_ = [
        ("two", ctypes.c_int),
        ("nd", ctypes.c_int),
        ("typekind", ctypes.c_char),
        ("itemsize", ctypes.c_int),
        ("flags", ctypes.c_int),
        ("shape", ctypes.POINTER(ctypes.c_ssize_t)),
        ("strides", ctypes.POINTER(ctypes.c_ssize_t)),
        ("data", ctypes.c_void_p),
        ("descr", ctypes.c_void_p),
    ]


get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


def structure(capsule):
    return Structure.from_address(get_pointer(capsule, None))


class ByStruct:
    def __init__(self, shown):
        self.__array_struct__ = shown.__array_struct__


class ByDict:
    def __init__(self, shown):
        self.shown = shown
        entries = json.loads(shown.interface_json)
        entries["shape"] = tuple(entries["shape"])
        entries["data"] = tuple(entries["data"])
        if entries["strides"] is not None:
            entries["strides"] = tuple(entries["strides"])
        entries["descr"] = [as_field(field) for field in entries["descr"]]
        self.__array_interface__ = entries


def as_field(field):
    """JSON has arrays where NumPy wants tuples."""
    name = tuple(field[0]) if isinstance(field[0], list) else field[0]
    kind = field[1] if isinstance(field[1], str) else [as_field(inner) for inner in field[1]]
    return (name, kind, tuple(field[2])) if len(field) == 3 else (name, kind)


def check(condition, *what):
    global checks
    checks += 1
    if not condition:
        failures.append(" ".join(map(str, what)))


def random_dtype(rng, depth=0):
    if depth == 3 or (depth > 0 and rng.random() < 0.6):
        return np.dtype(rng.choice(SCALARS))
    fields = []
    for name in rng.sample(NAMES, rng.randint(1, 4)):
        field = random_dtype(rng, depth + 1)
        if rng.random() < 0.3:
            field = np.dtype((field, tuple(rng.randint(1, 3) for _ in range(rng.randint(1, 2)))))
        fields.append((name, field))
    return np.dtype(fields, align=rng.random() < 0.5)


def random_array(rng, dtype):
    shape = tuple(rng.randint(0, 4) for _ in range(rng.randint(0, 4)))
    a = np.zeros(shape, dtype, order=rng.choice("CF"))
    if not dtype.hasobject:
        a.reshape(-1, order="A").view("V%d" % dtype.itemsize)[...] = np.void(rng.randbytes(dtype.itemsize))
    if a.ndim > 0:
        a = a[tuple(slice(None, None, rng.choice([1, 1, 2, -1])) for _ in shape)]
        a = a.transpose(rng.sample(range(a.ndim), a.ndim))
    if rng.random() < 0.2:
        a = a.view()
        a.flags.writeable = False
    return a


def expect_same(how, again, a):
    what = f"{how} {a.dtype!r} {a.shape} {a.strides}:"
    # Gaps of a record come back to NumPy as fields of bytes with names that it makes up: its own interface does that too.
    expected = np.dtype(a.dtype.descr) if a.dtype.names else a.dtype
    check(again.dtype == expected, what, again.dtype)
    check(again.shape == a.shape, what, again.shape)
    check(again.flags.writeable == a.flags.writeable, what, "writeable")
    if a.size > 0:
        check(again.strides == a.strides or any(extent == 1 for extent in a.shape) or again.flags.c_contiguous and a.flags.c_contiguous, what, again.strides)
        check(again.__array_interface__["data"][0] == a.__array_interface__["data"][0], what, "address")


def descr_text(a):
    return repr(a.dtype.descr) if a.dtype.names else repr(a.dtype.str)


def check_array(a):
    """Both ways through both interfaces. NumPy writes no descr for times, and flags of 0 for records: their text is passed along."""
    shown = peer.from_struct(a.__array_struct__, descr_text(a))
    record = a.dtype.names is not None
    if not record:
        capsules = a.__array_struct__, shown.__array_struct__
        theirs, ours = map(structure, capsules)
        for field in ("two", "nd", "typekind", "itemsize", "data"):
            check(getattr(theirs, field) == getattr(ours, field), "struct", a.dtype, field, getattr(theirs, field), getattr(ours, field))
        # descr is ours alone; of empty arrays NumPy keeps the flags of the array that they were sliced from.
        if a.size > 0:
            check(theirs.flags == ours.flags & ~0x800, "struct", a.dtype, a.shape, a.strides, "flags", hex(theirs.flags), hex(ours.flags))
        # No unit, and times four for UCS-4, is what NumPy reads without a descr.
        expect_same("struct", np.asarray(ByStruct(shown)), a)
    else:
        a_read_only = a.view()
        a_read_only.flags.writeable = False  # NumPy clears the flag with the others
        expect_same("struct", np.asarray(ByStruct(shown)), a_read_only)
    entries = dict(a.__array_interface__)
    shown = peer.from_json(json.dumps(entries), a)
    ours = json.loads(shown.interface_json)
    theirs = json.loads(json.dumps(entries))
    for key in theirs:
        same = ours[key] == theirs[key] or (key == "strides" and (a.size == 0 or 1 in a.shape or a.flags.c_contiguous))
        check(same, "dict", repr(a.dtype), a.shape, key, ours[key], theirs[key])
    check(set(ours) == set(theirs), "dict", set(ours) ^ set(theirs))
    expect_same("dict", np.asarray(ByDict(shown)), a)


def refuses(code, call):
    try:
        call()
        check(False, "not refused:", code)
    except ValueError as error:
        check(str(error).startswith(code + ":"), "refused as", error, "not", code)


def check_refusals():
    record = np.zeros(2, [("a", "i4"), ("b", "f8")])
    refuses("bad_format", lambda: peer.from_struct(record.__array_struct__))
    refuses("bad_format", lambda: peer.from_struct(record.__array_struct__, "[('a', '<i4')]"))
    refuses("bad_format", lambda: peer.from_struct(np.zeros(2, "M8[ns]").__array_struct__))
    masked = dict(np.zeros(2).__array_interface__, mask=True)
    refuses("not_supported", lambda: peer.from_json(json.dumps(masked), masked))


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else int.from_bytes(os.urandom(4), "little")
    print(f"seed {seed}; repeat it with the seed as last argument")
    rng = random.Random(seed)
    before = peer.live()
    for code in SCALARS:
        for _ in range(6):
            check_array(random_array(rng, np.dtype(code)))
    for _ in range(400):
        check_array(random_array(rng, random_dtype(rng)))
    check_refusals()
    gc.collect()
    check(peer.live() == before, "leases left:", peer.live() - before)
    for failure in failures[:30]:
        print("FAILED", failure[:400])
    print(f"{checks} checks, {len(failures)} failures")
    return 1 if failures or checks < 5000 else 0


sys.exit(main())
