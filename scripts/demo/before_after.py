# SPDX-License-Identifier: Apache-2.0
"""Puts two RGB arrays side by side into a PNG file at half their size: before_after.py BEFORE.npy AFTER.npy OUT.png"""

import struct
import sys
import zlib

import numpy as np

MARGIN = 20


def halved(picture):
    height, width = (extent // 2 * 2 for extent in picture.shape[:2])
    blocks = picture[:height, :width].reshape(height // 2, 2, width // 2, 2, 3)
    return blocks.mean(axis=(1, 3)).round().astype(np.uint8)


def png(picture):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = picture.shape[:2]
    differences = picture.astype(np.int16)
    differences[:, 1:] -= picture[:, :-1]  # filter 1: each pixel minus its left neighbour
    rows = np.concatenate([np.ones((height, 1), np.uint8), differences.astype(np.uint8).reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)) + chunk(b"IEND", b"")


def main():
    before, after = (halved(np.load(path)) for path in sys.argv[1:3])
    height = max(before.shape[0], after.shape[0]) + 2 * MARGIN
    canvas = np.full((height, before.shape[1] + after.shape[1] + 3 * MARGIN, 3), 255, np.uint8)
    left = MARGIN
    for picture in (before, after):
        top = (height - picture.shape[0]) // 2
        canvas[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
        left += picture.shape[1] + MARGIN
    with open(sys.argv[3], "wb") as file:
        file.write(png(canvas))
    print(f"wrote {sys.argv[3]}: the picture on the left; cropped, mirrored and through four copies on the right")


main()
