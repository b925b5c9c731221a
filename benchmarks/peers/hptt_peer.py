#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HPTT (https://github.com/springer13/hptt) on the patterns that are its transposes: of 4 and 8-byte items, each side contiguous or padded.

The library is found as any other, or by its path in HPTT_LIBRARY. Its C interface plans at every call, as ndlease's copy does.
"""

import ctypes
import ctypes.util
import math
import os
import sys

sys.dont_write_bytecode = True

import peer  # noqa: E402

MOST_ITEMS = 2**31 - 1  # HPTT counts in int


def load_library():
    path = os.environ.get("HPTT_LIBRARY") or ctypes.util.find_library("hptt")
    try:
        library = ctypes.CDLL(path) if path else None
    except OSError as error:
        library, path = None, error
    if library is None:
        print(f"hptt_peer: HPTT is not installed: {path or 'no libhptt; HPTT_LIBRARY names one elsewhere'}", file=sys.stderr)
        sys.exit(77)
    for name, real in (("sTensorTranspose", ctypes.c_float), ("dTensorTranspose", ctypes.c_double)):
        sizes = ctypes.POINTER(ctypes.c_int)
        function = getattr(library, name)
        function.argtypes = [sizes, ctypes.c_int, real, ctypes.c_void_p, sizes, sizes, real, ctypes.c_void_p, sizes, ctypes.c_int, ctypes.c_int]
        function.restype = None
    return library


def nested(shape, strides, itemsize):
    """The axes from the outermost to the innermost, and how many items each one's run is long with its padding: for strides that are such."""
    axes = sorted((axis for axis, extent in enumerate(shape) if extent > 1), key=lambda axis: -strides[axis])
    outer = [shape[axis] for axis in axes]
    step = itemsize
    for place in range(len(axes) - 1, -1, -1):
        if strides[axes[place]] != step:
            raise peer.NotExpressible("strides that are not those of a contiguous or padded array")
        if place > 0:
            outer[place], rest = divmod(strides[axes[place - 1]], step)
            if rest or outer[place] < shape[axes[place]]:
                raise peer.NotExpressible("strides that are not those of a contiguous or padded array")
            step *= outer[place]
    return axes, outer


class HpttPeer(peer.HostPeer):
    name = "HPTT"
    version = "C interface"
    computes = True

    def __init__(self, library, threads):
        self.library, self.count = library, threads

    def threads(self):
        return self.count

    def plan(self, pattern):
        if pattern["change"] != "none":
            raise peer.NotExpressible("no call converts")
        size = pattern["src_itemsize"]
        if size not in (4, 8):
            raise peer.NotExpressible(f"items of {size} bytes")
        calls = [self.call(copy, size) for copy in pattern["copies"]]

        def run():
            for call in calls:
                call()

        return run, lambda: None

    def call(self, copy, size):
        shape = copy["shape"]
        from_axes, from_outer = nested(shape, copy["src_strides"], size)
        to_axes, to_outer = nested(shape, copy["dst_strides"], size)
        if not from_axes or max(math.prod(from_outer), math.prod(to_outer)) > MOST_ITEMS:
            raise peer.NotExpressible("one item, or more than an int counts")
        source, target = self.src[copy["src_offset"] :], self.dst[copy["dst_offset"] :]
        if source.ctypes.data % size or target.ctypes.data % size:
            raise peer.NotExpressible("items that are not aligned")
        ints = ctypes.c_int * len(from_axes)
        order = ints(*[from_axes.index(axis) for axis in to_axes])
        sizes = ints(*[shape[axis] for axis in from_axes])
        function = self.library.sTensorTranspose if size == 4 else self.library.dTensorTranspose
        words = (order, len(from_axes), 1.0, source.ctypes.data, sizes, ints(*from_outer), 0.0, target.ctypes.data, ints(*to_outer), self.count, 1)
        return lambda: function(*words)


def main():
    options = peer.arguments(__doc__).parse_args()
    return peer.run(HpttPeer(load_library(), options.threads), options)


if __name__ == "__main__":
    sys.exit(main())
