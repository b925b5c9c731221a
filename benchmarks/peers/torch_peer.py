#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PyTorch on the patterns: Tensor.copy_ between as_strided views, into a destination that exists."""

import sys

sys.dont_write_bytecode = True

try:
    import numpy as np
    import torch
except ImportError as error:
    print(f"torch_peer: PyTorch is not installed: {error}", file=sys.stderr)
    sys.exit(77)

import peer  # noqa: E402
import tensor_peer  # noqa: E402

TYPES = {"|u1": torch.uint8, "<i2": torch.int16, "<f2": torch.float16, "bfloat16": torch.bfloat16, "<f4": torch.float32, "<f8": torch.float64,
         "<c16": torch.complex128}  # fmt: skip
MOST_AXES = 64


class TorchPeer(peer.Peer):
    name = "PyTorch"
    version = torch.__version__

    def __init__(self, device, threads):
        self.device = device
        self.cuda = device != "cpu"
        self.count = 1 if self.cuda else threads
        torch.set_num_threads(self.count)
        self.src = self.dst = None

    def threads(self):
        return self.count

    def load(self, src, dst):
        self.host = dst
        if self.cuda:
            self.src = torch.from_numpy(src).to(self.device)
            if self.dst is None:
                self.dst = torch.from_numpy(dst).to(self.device)
        else:
            self.src, self.dst = torch.from_numpy(src), torch.from_numpy(dst)

    def view(self, buffer, dtype, size, per_item, copy, side):
        if any(stride < 0 for stride in copy[side + "_strides"]):
            raise peer.NotExpressible("negative strides")
        first, extents, steps = tensor_peer.geometry(copy, side, size, per_item)
        if len(extents) > MOST_AXES:
            raise peer.NotExpressible(f"rank {len(extents)}")
        return buffer[: len(buffer) // size * size].view(dtype).as_strided(extents, steps, first)

    def plan(self, pattern):
        source_type, target_type, sizes, per_item = tensor_peer.element_of(pattern, TYPES)
        pairs = []
        for copy in pattern["copies"]:
            source = self.view(self.src, source_type, sizes[0], per_item, copy, "src")
            pairs.append((self.view(self.dst, target_type, sizes[1], per_item, copy, "dst"), source))

        def run():
            for to, source in pairs:
                to.copy_(source, non_blocking=True)

        return run, (torch.cuda.synchronize if self.cuda else lambda: None)

    def fetch(self):
        return self.dst.cpu().numpy() if self.cuda else self.host

    def poison(self, count):
        self.dst[:count] = peer.POISON


def main():
    options = peer.arguments(__doc__, with_device=True).parse_args()
    if options.device != "cpu" and not torch.cuda.is_available():
        sys.exit(f"--device {options.device}: PyTorch finds no CUDA device")
    return peer.run(TorchPeer(options.device, options.threads), options)


if __name__ == "__main__":
    sys.exit(main())
