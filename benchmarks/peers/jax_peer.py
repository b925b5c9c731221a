#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""JAX on the patterns. Its arrays have no strides: what a compiled function of XLA makes of a dense array is measured, into a new array each time.

So only patterns between dense arrays are expressible: permutations of axes, mirrors, broadcasts, casts.
"""

import math
import os
import sys

sys.dont_write_bytecode = True

try:
    import jax
    import jax.numpy as jnp
    import numpy as np
except ImportError as error:
    print(f"jax_peer: JAX is not installed: {error}", file=sys.stderr)
    sys.exit(77)

import peer  # noqa: E402

jax.config.update("jax_enable_x64", True)
TYPES = {"|u1": "uint8", "<u2": "uint16", "<u8": "uint64", "<f2": "float16", "bfloat16": "bfloat16", "<f4": "float32", "<f8": "float64", "<c8": "complex64",
         "<c16": "complex128"}  # fmt: skip


def dense_axes(shape, strides, itemsize):
    """(order of the axes in memory, outermost first; which are mirrored; which are repeated), or NotExpressible."""
    moving = [axis for axis in range(len(shape)) if shape[axis] > 1 and strides[axis] != 0]
    order = sorted(moving, key=lambda axis: -abs(strides[axis]))
    expected = itemsize
    for axis in reversed(order):
        if abs(strides[axis]) != expected:
            raise peer.NotExpressible("JAX's arrays have no strides: only dense sources")
        expected *= shape[axis]
    repeated = [axis for axis in range(len(shape)) if shape[axis] > 1 and strides[axis] == 0]
    return order, [axis for axis in order if strides[axis] < 0], repeated


class JaxPeer(peer.Peer):
    name = "JAX"
    version = jax.__version__

    def __init__(self, device):
        self.device = device
        kind, _, number = device.partition(":")
        self.target = jax.devices("gpu" if kind == "cuda" else "cpu")[int(number or 0)]

    def threads(self):
        return len(os.sched_getaffinity(0)) if self.device == "cpu" else 1  # XLA's own, which cannot be told from here

    def load(self, src, dst):
        self.src, self.host = src, dst

    def plan(self, pattern):
        if pattern["change"] == "byte_order":
            raise peer.NotExpressible("no call swaps bytes")
        if len(pattern["copies"]) > 1:
            raise peer.NotExpressible("batches of views in one buffer")
        for code in (pattern["src_item"], pattern["dst_item"]):
            if code not in TYPES:
                raise peer.NotExpressible(f"no type for {code}")
        copy = pattern["copies"][0]
        shape, itemsize = copy["shape"], pattern["src_itemsize"]
        order, mirrored, repeated = dense_axes(shape, copy["src_strides"], itemsize)
        target_order, target_mirrored, target_repeated = dense_axes(shape, copy["dst_strides"], pattern["dst_itemsize"])
        if target_order != [axis for axis in range(len(shape)) if shape[axis] > 1] or target_mirrored or target_repeated:
            raise peer.NotExpressible("JAX's arrays have no strides: only dense destinations")
        lowest = copy["src_offset"] + sum((shape[axis] - 1) * copy["src_strides"][axis] for axis in mirrored)
        count = math.prod(shape[axis] for axis in order)
        dtype = jnp.dtype(TYPES[pattern["src_item"]])
        dense = self.src[lowest:][: count * itemsize].copy().view(dtype).reshape([shape[axis] for axis in order])
        source = jax.device_put(dense, self.target)
        target_type = jnp.dtype(TYPES[pattern["dst_item"]])
        permutation = [order.index(axis) for axis in sorted(order)]
        wide = [1 if axis in repeated else shape[axis] for axis in range(len(shape))]

        @jax.jit
        def work(array):
            array = jnp.transpose(array, permutation).reshape(wide)
            array = jnp.flip(array, mirrored) if mirrored else array
            return jnp.copy(jnp.broadcast_to(array, shape).astype(target_type))  # copy: or nothing would be left of what changes nothing

        compiled = work.lower(source).compile()
        state = {"out": compiled(source)}
        self.copy, self.itemsize, self.state = copy, pattern["dst_itemsize"], state

        def run():
            state["out"] = compiled(source)

        return run, lambda: state["out"].block_until_ready()

    def fetch(self):
        """The new array's bytes where the pattern's destination would have them."""
        out = np.ascontiguousarray(np.asarray(self.state["out"])).reshape(-1).view(np.uint8)
        start = self.copy["dst_offset"]
        self.host[start : start + len(out)] = out
        return self.host

    def poison(self, count):
        self.host[:count] = peer.POISON


def main():
    options = peer.arguments(__doc__, with_device=True).parse_args()
    if options.threads != 1:
        sys.exit("--threads: XLA's threads cannot be told from here: it uses as many as the process may have cores")
    try:
        return peer.run(JaxPeer(options.device), options)
    except RuntimeError as error:
        if "backend" not in str(error).lower():
            raise
        sys.exit(f"--device {options.device}: {error}")


if __name__ == "__main__":
    sys.exit(main())
