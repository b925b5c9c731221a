# SPDX-License-Identifier: Apache-2.0
"""Compares what the command wrote with what NumPy computes from the picture: check.py FOLDER NAME.npy"""

import sys

import numpy as np

EXPECTED = {
    "planes.npy": lambda picture: picture[150:1050, 1300:100:-1].transpose(2, 0, 1),
    "red.npy": lambda picture: np.asfortranarray(picture[150:1050:2, 1300:100:-2, 0]),
    "red_rows.npy": lambda picture: np.ascontiguousarray(picture[150:1050:2, 1300:100:-2, 0]),
    "numbers.npy": lambda picture: picture[150:1050, 1300:100:-1].transpose(2, 0, 1).astype(">f4"),
    "native.npy": lambda picture: picture[150:1050, 1300:100:-1].transpose(2, 0, 1).astype("<f4"),
    "pixels.npy": lambda picture: picture[150:1050, 1300:100:-1],
}


def main():
    folder, name = sys.argv[1:]
    expected = EXPECTED[name](np.load(f"{folder}/picture.npy"))
    actual = np.load(f"{folder}/{name}")
    same = actual.dtype == expected.dtype and actual.shape == expected.shape and np.array_equal(actual, expected)
    order = "F" if name == "red.npy" else "C"
    if not same or not actual.flags[f"{order}_CONTIGUOUS"]:
        sys.exit(f"WRONG: {name} is {actual.dtype} {actual.shape}, NumPy has {expected.dtype} {expected.shape}")
    print(f"   {name}: {actual.dtype.str} {actual.shape}, {order} order: equal to NumPy's")


main()
