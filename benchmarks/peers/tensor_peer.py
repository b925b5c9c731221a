# SPDX-License-Identifier: Apache-2.0
"""What torch and CuPy share: items as element types that the library has, and patterns as views with strides counted in elements."""

import math

import peer


def element_of(pattern, have):
    """(source type, destination type, bytes of both, elements of an item): the item as elements of types in `have`, {NumPy's code: the library's}.

    Items that only move are moved as the widest type that divides item, offsets and strides on both sides.
    """
    change = pattern["change"]
    if change == "byte_order":
        raise peer.NotExpressible("no call swaps bytes in one pass")
    if change != "none":
        for code in (pattern["src_item"], pattern["dst_item"]):
            if code not in have:
                raise peer.NotExpressible(f"no type for {code}")
        return have[pattern["src_item"]], have[pattern["dst_item"]], (pattern["src_itemsize"], pattern["dst_itemsize"]), 1
    units = [pattern["src_itemsize"]]
    for copy in pattern["copies"]:
        for side in ("src", "dst"):
            units += [copy[side + "_offset"], *map(abs, copy[side + "_strides"])]
    unit = math.gcd(*units)
    for code, size in (("<c16", 16), ("<f8", 8), ("<f4", 4), ("<i2", 2), ("|u1", 1)):
        if unit % size == 0 and code in have:
            return have[code], have[code], (size, size), pattern["src_itemsize"] // size
    raise peer.NotExpressible(f"no type of {unit} bytes")


def geometry(copy, side, size, per_item):
    """(first element, extents, strides in elements). Items of several elements get an axis of their own."""
    strides = copy[side + "_strides"]
    for number in (copy[side + "_offset"], *strides):
        if number % size:
            raise peer.NotExpressible(f"{number} bytes are no multiple of the element's {size}")
    extents = list(copy["shape"])
    steps = [stride // size for stride in strides]
    if per_item > 1:
        extents.append(per_item)
        steps.append(1)
    return copy[side + "_offset"] // size, extents, steps
