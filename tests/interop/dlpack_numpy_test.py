#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""NumPy's own DLPack as the oracle: arrays of every dtype go into ndlease, are cut there, and come back through np.from_dlpack equal to NumPy's own cut.

dlpack_numpy_test.py BRIDGE [SEED]: the random part prints its seed."""

import ctypes
import gc
import random
import sys

try:
    import numpy as np
except ImportError:
    print("skipped: this Python has no NumPy")
    sys.exit(77)
if not hasattr(np, "from_dlpack"):
    print("skipped: this NumPy has no DLPack")
    sys.exit(77)

ROUNDS = 4000
api = ctypes.pythonapi
api.PyCapsule_GetPointer.restype = ctypes.c_void_p
api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
api.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]
api.PyCapsule_New.restype = ctypes.py_object
api.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
NAME, USED = b"dltensor", b"used_dltensor"  # kept alive: a capsule does not copy its name


class Lent:
    """What np.from_dlpack asks of an object."""

    def __init__(self, tensor):
        self.capsule = api.PyCapsule_New(tensor, NAME, None)

    def __dlpack__(self, stream=None):
        return self.capsule

    def __dlpack_device__(self):
        return (1, 0)


def random_array(rng):
    dtype = np.dtype(rng.choice("i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 F D".split()))
    shape = tuple(rng.choice([0, 1, 2, 3, 4]) if rng.random() < 0.9 else 7 for _ in range(rng.randint(0, 5)))
    array = np.frombuffer(rng.randbytes(max(int(np.prod(shape)), 1) * dtype.itemsize), dtype)[: int(np.prod(shape))].copy().reshape(shape)
    if array.ndim and rng.random() < 0.5:
        array = array.transpose(rng.sample(range(array.ndim), array.ndim))
    if array.ndim and rng.random() < 0.5:
        array = array[tuple(slice(None, None, rng.choice([1, 2, -1, -2])) for _ in range(array.ndim))]
    return array


def random_index(rng, array):
    parts = []
    for extent in array.shape[: rng.randint(0, array.ndim)]:
        if extent and rng.random() < 0.3:
            parts.append(str(rng.randint(-extent, extent - 1)))
        else:
            parts.append(f"{rng.choice(['', '0', '1', '-2'])}:{rng.choice(['', '3', '-1'])}:{rng.choice(['1', '2', '-1', '-3'])}")
    return ", ".join(parts)


def same(a, b):
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


def main():
    bridge = ctypes.CDLL(sys.argv[1])
    bridge.bridge_cut.restype = ctypes.c_void_p
    bridge.bridge_cut.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
    bridge.bridge_live_leases.restype = ctypes.c_long
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261125
    print(f"seed {seed}: repeat with it as the second argument")
    rng = random.Random(seed)
    text = ctypes.create_string_buffer(4096)
    references = None
    for number in range(ROUNDS):
        array = random_array(rng)
        index = random_index(rng, array)
        expected = eval(f"array[{index}, ...]") if index else array  # an index of our own making; a view where NumPy would make a scalar
        capsule = array.__dlpack__()
        tensor = api.PyCapsule_GetPointer(capsule, NAME)
        before = sys.getrefcount(array)
        assert api.PyCapsule_SetName(capsule, USED) == 0
        back = bridge.bridge_cut(tensor, index.encode(), text, len(text))
        assert back, f"round {number}: {text.value.decode()}"
        lent = Lent(back)
        cut = np.from_dlpack(lent)
        expected = np.asarray(expected)
        assert same(cut, expected), f"round {number}: {array.dtype} {array.shape} {array.strides} [{index}]: {text.value.decode()}"
        strides = [(a, b) for n, a, b in zip(cut.shape, cut.strides, expected.strides) if n > 1]
        assert cut.size == 0 or all(a == b for a, b in strides), f"round {number}: {strides}"
        if cut.size:
            assert cut.__array_interface__["data"][0] == expected.__array_interface__["data"][0], f"round {number}: copied"
        del cut, lent, capsule
        gc.collect() if number % 500 == 0 else None
        references = sys.getrefcount(array)
        assert references < before, f"round {number}: NumPy's array is still held: {references} references, {before} while it was lent"
    assert bridge.bridge_live_leases() == 0, "leases are left"
    print(f"{ROUNDS} arrays went to ndlease and back")


if __name__ == "__main__":
    main()
