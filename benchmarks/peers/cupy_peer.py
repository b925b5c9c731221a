#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CuPy on the patterns: cupy.copyto between as_strided views of device memory, into a destination that exists."""

import sys

sys.dont_write_bytecode = True

try:
    import cupy
    import numpy as np
except ImportError as error:
    print(f"cupy_peer: CuPy is not installed: {error}", file=sys.stderr)
    sys.exit(77)

import peer  # noqa: E402
import tensor_peer  # noqa: E402

TYPES = {"|u1": np.uint8, "<i2": np.int16, "<f2": np.float16, "<f4": np.float32, "<f8": np.float64, "<c16": np.complex128}
MOST_AXES = 25  # CuPy's kernels name their indices so


class CuPyPeer(peer.Peer):
    name = "CuPy"
    version = cupy.__version__

    def __init__(self, device):
        self.device = device
        cupy.cuda.Device(int(device.partition(":")[2] or 0)).use()
        self.dst = None

    def load(self, src, dst):
        self.src = cupy.asarray(src)
        if self.dst is None:
            self.dst = cupy.asarray(dst)

    @staticmethod
    def view(buffer, dtype, size, per_item, copy, side):
        first, extents, steps = tensor_peer.geometry(copy, side, size, per_item)
        if len(extents) > MOST_AXES:
            raise peer.NotExpressible(f"rank {len(extents)}")
        memory = buffer.data + first * size
        return cupy.ndarray(tuple(extents), np.dtype(dtype), memory, tuple(step * size for step in steps))

    def plan(self, pattern):
        source_type, target_type, sizes, per_item = tensor_peer.element_of(pattern, TYPES)
        pairs = []
        for copy in pattern["copies"]:
            source = self.view(self.src, source_type, sizes[0], per_item, copy, "src")
            pairs.append((self.view(self.dst, target_type, sizes[1], per_item, copy, "dst"), source))

        def run():
            for to, source in pairs:
                cupy.copyto(to, source, casting="unsafe")

        return run, cupy.cuda.get_current_stream().synchronize

    def fetch(self):
        return cupy.asnumpy(self.dst)

    def poison(self, count):
        self.dst[:count] = peer.POISON


def main():
    options = peer.arguments(__doc__, with_device=True).parse_args()
    device = "cuda:0" if options.device == "cpu" else options.device
    try:
        cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        sys.exit(f"--device {device}: CuPy finds no CUDA device: {error}")
    return peer.run(CuPyPeer(device), options)


if __name__ == "__main__":
    sys.exit(main())
