#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""NumPy on the patterns: np.copyto between views made with as_strided, into a destination whose pages are touched. One thread."""

import sys

sys.dont_write_bytecode = True

import peer  # noqa: E402  (first: it says so where NumPy is missing)

import numpy as np  # noqa: E402


class NumPyPeer(peer.HostPeer):
    name = "NumPy"
    version = np.__version__

    def plan(self, pattern):
        if "bfloat16" in (pattern["src_item"], pattern["dst_item"]):
            if pattern["change"] != "none":
                raise peer.NotExpressible("NumPy has no bfloat16")
            dtypes = np.dtype("<u2"), np.dtype("<u2")  # moved as they are
        else:
            dtypes = np.dtype(pattern["src_item"]), np.dtype(pattern["dst_item"])
        pairs = []
        for copy in pattern["copies"]:
            if len(copy["shape"]) > 32:
                raise peer.NotExpressible(f"rank {len(copy['shape'])}")
            pairs.append((self.view(self.dst, dtypes[1], copy, "dst"), self.view(self.src, dtypes[0], copy, "src")))
        if len(pairs) == 1:
            (to, source), copyto = pairs[0], np.copyto
            return lambda: copyto(to, source, casting="unsafe"), lambda: None

        def run():
            for to, source in pairs:
                np.copyto(to, source, casting="unsafe")

        return run, lambda: None

    @staticmethod
    def view(buffer, dtype, copy, side):
        first = buffer[copy[side + "_offset"] :][: dtype.itemsize].view(dtype)  # one item, at any address
        return np.lib.stride_tricks.as_strided(first[0:1].reshape(()), copy["shape"], copy[side + "_strides"], writeable=side == "dst")


def main():
    options = peer.arguments(__doc__).parse_args()
    if options.threads != 1:
        sys.exit("--threads: NumPy copies on one thread")
    return peer.run(NumPyPeer(), options)


if __name__ == "__main__":
    sys.exit(main())
