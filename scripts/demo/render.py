# SPDX-License-Identifier: Apache-2.0
"""Renders the demo's picture, a Julia set with smooth colours, as an 8-bit RGB array: render.py OUT.npy. Kept when it is there."""

import os
import sys

import numpy as np

HEIGHT, WIDTH, STEPS = 1200, 1600, 160
C = complex(-0.8, 0.156)


def escape_times():
    y, x = np.mgrid[-1.05 : 1.05 : HEIGHT * 1j, -1.4 : 1.4 : WIDTH * 1j]
    z = (x + 1j * y).ravel()
    times = np.full(z.size, float(STEPS))
    alive = np.arange(z.size)
    for step in range(STEPS):
        z = z * z + C
        size = z.real**2 + z.imag**2
        out = size > 1e4
        times[alive[out]] = step + 1 - np.log2(np.log(size[out]) / 2)
        z, alive = z[~out], alive[~out]
    return times.reshape(HEIGHT, WIDTH)


def colours(times):
    phase = np.sqrt(np.clip(times, 0, STEPS) / STEPS)
    stops = np.array([0.0, 0.25, 0.45, 0.65, 0.85, 1.0])
    palette = np.array([[8, 14, 44], [24, 82, 157], [225, 240, 250], [252, 176, 46], [142, 36, 28], [12, 4, 22]], float)
    return np.stack([np.interp(phase, stops, palette[:, channel]) for channel in range(3)], axis=-1)


def main():
    path = sys.argv[1]
    if os.path.exists(path):
        print(f"{path} is there already")
        return
    picture = colours(escape_times()).round().astype(np.uint8)
    np.save(path + ".part.npy", picture)
    os.replace(path + ".part.npy", path)
    print(f"wrote {path}")


main()
