# SPDX-License-Identifier: Apache-2.0
"""Buffers of ndlease against Python's own: what bytearray, array, ctypes, memoryview and NumPy export is imported as a View, and the View exported again. For every
combination of request flags its answer must be the one that CPython's memoryview of the same memory gives."""

import array
import ctypes
import gc
import sys
import threading

import ndlease_peer as peer

try:
    import numpy as np
except ImportError:
    print("skipped: this Python has no NumPy")
    sys.exit(77)

WRITABLE, FORMAT, ND, STRIDES, C, F, ANY, INDIRECT = 0x1, 0x4, 0x8, 0x18, 0x38, 0x58, 0x98, 0x118
READ, WRITE = 0x100, 0x200
FULL_RO = INDIRECT | FORMAT
SAME_CODE = {"l": "q", "L": "Q"}  # two names of one type here
failures = []
checks = 0


def check(condition, *what):
    global checks
    checks += 1
    if not condition:
        failures.append(" ".join(map(str, what)))


def ask(obj, flags):
    """(answer, None) or (None, kind of the exception)."""
    try:
        return peer.request(obj, flags), None
    except (BufferError, ValueError, SystemError) as error:
        return None, type(error)


def readonly(a):
    a = a.view()
    a.flags.writeable = False
    return a


def exporters():
    base = np.arange(120, dtype="f8").reshape(2, 3, 4, 5)
    yield "c", np.arange(24, dtype="i4").reshape(2, 3, 4)
    yield "f", np.asfortranarray(np.arange(24, dtype="i8").reshape(2, 3, 4))
    yield "strided", np.arange(24, dtype="f4").reshape(4, 6)[::2, 1::2]
    yield "negative", np.arange(10, dtype="u2")[::-3]
    yield "reversed 2-D", np.arange(12, dtype="f8").reshape(3, 4)[::-1, ::-1]
    yield "broadcast", np.broadcast_to(np.arange(3, dtype="i2"), (4, 3))
    yield "permuted", base.transpose(2, 0, 3, 1)
    yield "0-d", np.array(3.5)
    yield "0-d read-only", readonly(np.array(7, dtype="i2"))
    yield "empty", np.zeros((0,), dtype="f8")
    yield "empty 2-D", np.zeros((3, 0), dtype="i4")
    yield "empty 3-D strided", np.zeros((4, 0, 6), dtype="i4")[::2, :, ::3]
    yield "one element", np.zeros((1, 1), dtype="f4")[:, ::-1]
    yield "extent 1", np.arange(12, dtype="i4").reshape(1, 12, 1)
    yield "read-only c", readonly(np.arange(6, dtype="i8").reshape(2, 3))
    yield "read-only f", readonly(np.asfortranarray(np.arange(6, dtype="f4").reshape(2, 3)))
    yield "read-only strided", readonly(np.arange(12, dtype="u1").reshape(3, 4)[:, ::2])
    yield "big-endian", np.arange(5, dtype=">i4")
    yield "bool", np.array([True, False])
    yield "half", np.arange(4, dtype="f2")
    yield "complex", np.arange(4, dtype="c16").reshape(2, 2).T
    yield "bytes of text", np.array([b"abc", b"de"])
    yield "ucs4", np.array(["abc", "de"])
    yield "opaque", np.zeros(3, dtype="V5")
    yield "record", np.zeros((2, 3), dtype=[("a", "i1"), ("b", "<f8"), ("c", ">i2", (2, 2))])
    yield "aligned record", np.zeros(4, dtype=np.dtype([("a", "i1"), ("b", "f8"), ("c", "i2")], align=True))[::2]
    yield "field", np.zeros(5, dtype=[("a", "i1"), ("b", "<f8")])["b"]
    yield "bytearray", bytearray(b"hello")
    yield "bytes", b"hello"
    yield "empty bytes", b""
    yield "array of long", array.array("l", [1, 2, 3])
    yield "array of double", array.array("d", [1.5])
    yield "memoryview of a slice", memoryview(bytearray(range(20)))[3:15:4]
    yield "cast", memoryview(bytearray(range(24))).cast("B", (2, 3, 4))
    yield "ctypes", (ctypes.c_double * 3 * 2)()
    yield "ctypes scalar", ctypes.c_int(7)


def item_text(text):
    return SAME_CODE.get(text, text)


def is_odd(view):
    """memoryview calls these non-contiguous and PyBuffer_IsContiguous contiguous: one empty dimension with another stride."""
    return view.ndim == 1 and view.shape[0] == 0 and view.strides[0] != view.itemsize


def check_matrix(name, original):
    view = memoryview(original)
    shown = peer.from_buffer(original)
    again = memoryview(shown)
    for attribute in ("shape", "strides", "itemsize", "readonly", "nbytes", "ndim", "suboffsets", "c_contiguous", "f_contiguous", "contiguous"):
        ours, theirs = getattr(again, attribute), getattr(view, attribute)
        if attribute == "strides" and isinstance(original, ctypes.Array | ctypes.c_int):
            theirs = ours  # ctypes gives none, and memoryview makes them up
        check(ours == theirs, name, attribute, ours, theirs)
    check(again.tobytes() == view.tobytes(), name, "bytes")
    if item_text(view.format) in "?bBhHiIqQefd":
        if view.format != "e" or sys.version_info >= (3, 12):  # which memoryview reads since
            check(again.tolist() == view.tolist(), name, "values")
        check(again.format == item_text(view.format), name, "format", again.format, view.format)
    accepted = 0
    for flags in range(0x400):
        ours, our_error = ask(shown, flags)
        if flags in (READ, WRITE):
            if sys.version_info >= (3, 13):
                check(ask(view, flags)[1] is SystemError, name, "memoryview and", hex(flags))
            check(our_error is SystemError, name, hex(flags), our_error)
            continue
        theirs, their_error = ask(view, flags)
        check(our_error is their_error, name, hex(flags), our_error, their_error, ours, theirs)
        if ours is None or theirs is None:
            continue
        accepted += 1
        ours_format, theirs_format = ours[4], theirs[4]
        check((ours_format is None) == (theirs_format is None), name, hex(flags), "format", ours_format, theirs_format)
        check(ours[:4] == theirs[:4], name, hex(flags), ours, theirs)
        check(ours[5:8] == theirs[5:8] or view.strides == () or flags & STRIDES == STRIDES and theirs[6] is None, name, hex(flags), ours, theirs)
        check(ours[8] == theirs[8], name, hex(flags), "address")
    check(0 < accepted < 0x3FE, name, "accepted", accepted)


def check_against_numpy(name, a):
    """NumPy's own answers: ValueError where Python has BufferError, a format without a shape, and rank 0 where no shape is asked for."""
    shown = peer.from_buffer(a)
    for flags in range(0x200):
        if flags in (READ, WRITE) or (flags & FORMAT and flags & ND != ND):
            continue
        ours, our_error = ask(shown, flags)
        theirs, their_error = ask(a, flags)
        check((our_error is None) == (their_error is None), name, "NumPy", hex(flags), our_error, their_error)
        if ours is None or theirs is None:
            continue
        check(ours[1:4] == theirs[1:4] and ours[8] == theirs[8], name, "NumPy", hex(flags), ours, theirs)
        if flags & ND == ND:
            check(ours[0] == theirs[0], name, "NumPy", hex(flags), ours, theirs)


def check_round_trip(name, a):
    """What NumPy exports comes back through ndlease as NumPy reads it from memoryview itself; the dtype where its own string is right."""
    again = np.asarray(peer.from_buffer(a))
    check(again.shape == a.shape and again.tobytes() == a.tobytes(), name, again.shape)
    expected = np.asarray(memoryview(a)).dtype if a.dtype.kind != "V" or a.dtype.names else a.dtype
    check(again.dtype == expected or again.dtype.itemsize == a.dtype.itemsize and a.dtype.kind == "V", name, again.dtype, expected)
    check(again.flags.writeable == a.flags.writeable, name, "writeable")
    if a.size > 0:
        check(again.__array_interface__["data"][0] == a.__array_interface__["data"][0], name, "address")
        check(again.strides == a.strides or min(a.shape, default=2) < 2, name, again.strides, a.strides)


def refuses(kind, text, call):
    try:
        call()
        check(False, "not refused:", text)
    except kind as error:
        check(text in str(error), "refused as", error, "not", text)


def check_refusals():
    frozen = peer.from_buffer(b"abc")
    refuses(BufferError, "read-only", lambda: peer.request(frozen, WRITABLE))
    fortran = peer.from_buffer(np.asfortranarray(np.zeros((2, 3))))
    refuses(BufferError, "C-contiguous", lambda: peer.request(fortran, C))
    refuses(BufferError, "C-contiguous", lambda: peer.request(fortran, 0))
    refuses(BufferError, "without a shape", lambda: peer.request(peer.from_buffer(b"abc"), FORMAT))
    times = peer.from_buffer(np.zeros(2, "i8")).as_typestr("<M8[ns]")
    refuses(BufferError, "datetime", lambda: memoryview(times))
    check(peer.request(times, STRIDES)[4] is None, "a time without its format")
    refuses(ValueError, "invalid_argument", lambda: peer.from_buffer(object()))
    refuses(ValueError, "invalid_argument", lambda: peer.from_buffer(3))
    refuses(ValueError, "read_only", lambda: peer.from_buffer(b"abc", True))
    released = memoryview(b"abc")
    released.release()
    refuses(ValueError, "invalid_argument", lambda: peer.from_buffer(released))
    refuses(ValueError, "invalid_argument", lambda: peer.from_buffer(released, True))
    refuses(ValueError, "bad_format", lambda: peer.from_request(np.zeros(3, "f8"), ND))  # items without a meaning
    check(peer.from_request(np.zeros(3, "f8"), 0).facts[1] == (24,), "plain bytes")
    check(peer.from_request(np.zeros((2, 3), "f8"), ND | FORMAT).facts[2] == (24, 8), "strides made up")
    check(peer.from_request(array.array("i", [1, 2]), FORMAT).facts[1] == (2,), "a shape made up")
    check(peer.from_buffer(np.zeros(3, "f8")).unaligned().facts[0] == "<d", "explicit order")
    check(memoryview(peer.from_buffer(np.zeros(3, "f8")).unaligned()).format == "<d", "no promise of alignment, no native code")


def check_lifetime():
    before = peer.live()
    block = bytearray(100)
    shown = peer.from_buffer(block, True)
    refuses(BufferError, "Existing exports", lambda: block.extend(b"x"))
    view = memoryview(shown)
    del shown
    refuses(BufferError, "Existing exports", lambda: block.extend(b"x"))
    view[3] = 7
    check(block[3] == 7, "written through")
    derived = peer.from_buffer(view).at("[10:20]")
    refuses(BufferError, "exported buffer", view.release)
    del view
    refuses(BufferError, "Existing exports", lambda: block.extend(b"x"))
    del derived
    gc.collect()
    block.extend(b"x")
    check(peer.live() == before, "leases left", peer.live(), before)
    count = sys.getrefcount(block)
    for _ in range(1000):
        peer.from_buffer(block)
        memoryview(peer.from_buffer(block))
    check(sys.getrefcount(block) == count and peer.live() == before, "references left")
    source = memoryview(block)
    shown = peer.from_buffer(source)
    refuses(BufferError, "exported buffer", source.release)
    del shown
    source.release()


def check_threads():
    block = bytearray(1000)
    before = peer.live()

    def work():
        for i in range(300):
            memoryview(peer.from_buffer(block).at("[%d:]" % (i % 100))).tobytes()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    block.extend(b"x")
    check(peer.live() == before, "leases left after threads")


def main():
    for name, original in exporters():
        view = memoryview(original)
        check_matrix(name, original)
        if isinstance(original, np.ndarray):
            check_round_trip(name, original)
            if original.size > 0:  # NumPy says of empty arrays that they are in no order, with odd strides
                check_against_numpy(name, original)
        del view
    check_refusals()
    check_lifetime()
    check_threads()
    check(peer.lost() == 0, "buffers lost", peer.lost())
    for failure in failures[:30]:
        print("FAILED", failure)
    print(f"{checks} checks, {len(failures)} failures")
    return 1 if failures or checks < 10000 else 0


sys.exit(main())
