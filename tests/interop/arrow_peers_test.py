#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Arrays of nanoarrow and pyarrow become Views where their elements are, and come back as the same arrays: arrow_peers_test.py LIBRARY PEERS

PEERS is the folder of a virtual environment that may hold them; without nanoarrow the test is skipped (exit 77), without pyarrow and NumPy their part is.
The random part prints its seed; repeat it with NDLEASE_TEST_SEED."""
import ctypes
import os
import random
import struct
import sys

VENV = os.path.join(sys.argv[2], "bin", "python")
if os.path.exists(VENV) and os.environ.get("NDLEASE_IN_PEERS") != "1":
    os.execve(VENV, [VENV, "-B", *sys.argv], {**os.environ, "NDLEASE_IN_PEERS": "1"})
try:
    import nanoarrow as na
    import nanoarrow.device
except ImportError as error:
    print("skipped:", error)
    sys.exit(77)
try:
    import numpy as np
    import pyarrow as pa
except ImportError as error:
    print("without pyarrow:", error)
    pa = None

LIBRARY = ctypes.CDLL(sys.argv[1])
POINTER = ctypes.pythonapi.PyCapsule_GetPointer
POINTER.restype, POINTER.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
DESTRUCTOR = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
NEW = ctypes.pythonapi.PyCapsule_New
NEW.restype, NEW.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, DESTRUCTOR]
OF_DYING = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(("PyCapsule_GetPointer", ctypes.pythonapi))
living = {}  # the structs behind capsules of ours, by address
checks = 0


def check(condition, *what):
    global checks
    checks += 1
    if not condition:
        sys.exit("FAILED: " + " | ".join(map(str, what)))


class Refused(Exception):
    pass


def call(function, *arguments):
    text = ctypes.create_string_buffer(1 << 16)
    if function(*arguments, text, ctypes.c_size_t(len(text))) != 0:
        raise Refused(text.value.decode())
    return text.value.decode()


def numbers(text):
    return tuple(int(n) for n in text.strip("()").split(",") if n)


def import_columns(exporter, device=False):
    """[(name, format, address, shape, strides)]; `exporter` has the methods of the Arrow PyCapsule interface."""
    if device:
        schema, array = exporter.__arrow_c_device_array__()
        text = call(LIBRARY.arrow_peer_import_device, ctypes.c_void_p(POINTER(schema, b"arrow_schema")), ctypes.c_void_p(POINTER(array, b"arrow_device_array")))
    else:
        schema, array = exporter.__arrow_c_array__()
        text = call(LIBRARY.arrow_peer_import, ctypes.c_void_p(POINTER(schema, b"arrow_schema")), ctypes.c_void_p(POINTER(array, b"arrow_array")))
    columns = []
    for line in text.splitlines():
        name, item, address, shape, strides, flag = line.split("\t")
        check(flag == "read-only", line)
        columns.append((name, item, int(address), numbers(shape), numbers(strides)))
    return columns


def elements(address, dtype, shape, strides):
    """What lies there, as NumPy sees it; nothing is copied from the peer."""
    if 0 in shape:
        return np.empty(shape, dtype)
    extent = sum((n - 1) * s for n, s in zip(shape, strides)) + dtype.itemsize
    raw = (ctypes.c_char * extent).from_address(address)
    return np.ndarray(shape, dtype, raw, 0, strides)


def capsule(struct, name, release):
    """As the interface says: the capsule owns the struct, and releases it unless somebody moved it out."""
    address = ctypes.addressof(struct)

    def destroy(dying):
        release(ctypes.c_void_p(OF_DYING(dying, name)))
        del living[address]

    destructor = DESTRUCTOR(destroy)
    living[address] = struct, name, destructor
    return NEW(address, name, destructor)


class Exported:
    """A column of the latest import, given to whoever takes capsules."""

    def __init__(self, column, tensor=False):
        self.column, self.tensor = column, tensor

    def capsules(self, function, size, name, *more):
        schema, array = ctypes.create_string_buffer(72), ctypes.create_string_buffer(size)
        call(function, self.column, *more, schema, array)
        return capsule(schema, b"arrow_schema", LIBRARY.arrow_peer_release_schema), capsule(array, name, LIBRARY.arrow_peer_release_array)

    def __arrow_c_array__(self, requested_schema=None):
        return self.capsules(LIBRARY.arrow_peer_export, 80, b"arrow_array", int(self.tensor))


class ExportedToDevice(Exported):
    def __arrow_c_device_array__(self, requested_schema=None, **kwargs):
        return self.capsules(LIBRARY.arrow_peer_export_device, 128, b"arrow_device_array")


def formats():
    return {
        pa.int8(): "b", pa.uint8(): "B", pa.int16(): "<h", pa.uint16(): "<H", pa.int32(): "<i", pa.uint32(): "<I", pa.int64(): "<q", pa.uint64(): "<Q",
        pa.float16(): "<e", pa.float32(): "<f", pa.float64(): "<d", pa.timestamp("ns"): "<datetime[ns]>", pa.timestamp("s"): "<datetime[s]>",
        pa.duration("us"): "<timedelta[us]>", pa.binary(5): "5x",
    }  # fmt: skip


def random_primitive(rng, kind, length):
    raw = rng.randbytes(length * max(kind.bit_width // 8, 1))
    if pa.types.is_floating(kind):
        dtype = kind.to_pandas_dtype()
        return pa.array(np.arange(length).astype(dtype), kind)
    return pa.Array.from_buffers(kind, length, [None, pa.py_buffer(raw)])


def random_slice(rng, array):
    start = rng.randint(0, len(array))
    return array.slice(start, rng.randint(0, len(array) - start))


def numpy_dtype(kind):
    return np.dtype("V%d" % kind.byte_width) if isinstance(kind, pa.FixedSizeBinaryType) else np.dtype(kind.to_pandas_dtype())


def check_both_ways(array, item, dtype, expected, shape):
    """`expected`: nested lists, as the peer itself says the elements."""
    before = pa.total_allocated_bytes()
    [(_, seen_item, address, seen_shape, strides)] = import_columns(array)
    check(seen_item == item and seen_shape == shape, array.type, seen_item, seen_shape, shape)
    seen = elements(address, dtype, seen_shape, strides)
    check(seen.tobytes() == expected.tobytes(), array.type, seen, expected)
    back = pa.array(Exported(0))
    back.validate(full=True)
    check(back.type == array.type and back.equals(array), array.type, back.type, back, array)
    views = na.c_array(Exported(0))
    check(len(views) == len(array) and views.null_count == 0, len(views), views.null_count, array)
    if len(shape) == 1 and dtype.kind in "iuf" and dtype.itemsize > 2:
        check(np.asarray(na.Array(views).to_pylist(), dtype).tobytes() == expected.tobytes(), array.type)
    del back, views
    LIBRARY.arrow_peer_drop()
    check(pa.total_allocated_bytes() == before, "memory was kept", array.type)


def test_lists(rng):
    for kind, item in formats().items():
        for _ in range(12):
            sizes = [rng.randint(0, 4) for _ in range(rng.randint(0, 3))]
            length = rng.randint(0, 5)
            lengths = [length]
            for size in sizes:
                lengths.append(lengths[-1] * size)
            dtype = numpy_dtype(kind)
            array = random_slice(rng, random_primitive(rng, kind, lengths[-1] + 7)).slice(0)
            if len(array) < lengths[-1]:
                array = random_primitive(rng, kind, lengths[-1])
            array = array.slice(0, lengths[-1])
            for size, count in zip(reversed(sizes), reversed(lengths[:-1])):
                array = pa.FixedSizeListArray.from_arrays(array, size) if size else pa.Array.from_buffers(pa.list_(array.type, 0), count, [None], children=[array])
            array = random_slice(rng, array)
            shape = (len(array), *sizes)
            flat = array
            for _ in sizes:
                flat = flat.flatten()
            expected = np.frombuffer(flat.buffers()[-1], np.uint8)[flat.offset * dtype.itemsize :][: len(flat) * dtype.itemsize] if len(flat) else np.empty(0, np.uint8)
            check_both_ways(array, item, dtype, expected, shape)


def test_tensors(rng):
    for _ in range(40):
        rank = rng.randint(1, 4)
        shape = [rng.randint(1, 4) for _ in range(rank)]
        permutation = rng.sample(range(rank), rank)
        count = rng.randint(1, 4)
        size = int(np.prod(shape))
        storage = pa.FixedSizeListArray.from_arrays(pa.array(np.arange(count * size, dtype=np.int32)), size)
        names = rng.choice([None, [f"d{i}" for i in range(rank)]])
        array = pa.ExtensionArray.from_storage(pa.fixed_shape_tensor(pa.int32(), shape, permutation=permutation, dim_names=names), storage)
        array = array.slice(rng.randint(0, count - 1))
        # NumPy and the specification: logical axis i is physical axis permutation[i]. The strides that pyarrow 26 makes of three and more permuted axes let
        # elements overlap or leave the buffer, so it is asked about fewer only.
        oracle = np.frombuffer(storage.values.buffers()[1], np.int32, count * size).reshape(count, *shape)[array.offset :]
        oracle = oracle.transpose(0, *[axis + 1 for axis in permutation])
        if rank <= 2:
            theirs = array.to_numpy_ndarray()
            check(theirs.shape == oracle.shape and (theirs == oracle).all(), array.type, theirs, oracle)
        [(_, item, address, seen_shape, strides)] = import_columns(array)
        seen = elements(address, np.dtype(np.int32), seen_shape, strides)
        check(item == "<i" and seen_shape == oracle.shape and (seen == oracle).all(), array.type, seen_shape, oracle.shape)
        back = pa.array(Exported(0, tensor=True))
        back.validate(full=True)
        check(isinstance(back.type, pa.FixedShapeTensorType), back.type)
        check(back.storage.to_pylist() == array.storage.to_pylist(), back.storage.to_pylist(), array.storage.to_pylist(), back.type, array.type)
        [(_, _, again, again_shape, again_strides)] = import_columns(back)
        check((again, again_shape) == (address, seen_shape), again_shape, seen_shape)
        check((elements(again, np.dtype(np.int32), again_shape, again_strides) == oracle).all(), back.type)
        del back
        LIBRARY.arrow_peer_drop()


def test_booleans(rng):
    bits = pa.array([rng.random() < 0.5 for _ in range(100)])
    for start, length in [(0, 100), (8, 50), (16, 0), (64, 36)]:
        part = bits.slice(start, length)
        [(_, item, address, shape, _)] = import_columns(part)
        check(shape == () and address == bits.buffers()[1].address + start // 8, item, address)
        check(pa.array(Exported(0)).equals(part), part)
    try:
        import_columns(bits.slice(3))
        check(False, "accepted")
    except Refused as error:
        check("bit 3 of a byte" in str(error), error)
    bytes8 = pa.ExtensionArray.from_storage(pa.bool8(), pa.array([0, 1, -1], pa.int8()))
    [(_, item, _, _, _)] = import_columns(bytes8)
    check(item == "?", item)
    check(pa.array(Exported(0)).equals(bytes8), "bool8")


def test_nulls_and_other_types():
    with_null = pa.array([1, None, 3], pa.int32())
    for array, words in [(with_null, "1 nulls"), (pa.array(["a"]), "variable length"), (pa.array([[1], [2]]), "nested"), (pa.nulls(3), "null type"),
                         (pa.array(["a", "b"]).dictionary_encode(), "dictionary"), (pa.array([1], pa.date32()), "dates"),
                         (pa.array([1], pa.timestamp("s", "UTC")), "time zones")]:  # fmt: skip
        try:
            import_columns(array)
            check(False, "accepted", array.type)
        except Refused as error:
            check(words in str(error), error)
    [(_, _, _, shape, _)] = import_columns(with_null.slice(2))
    check(shape == (1,), shape)


def test_batches():
    batch = pa.record_batch({"x": pa.array([1, 2, 3, 4], pa.int64()), "y": pa.FixedSizeListArray.from_arrays(pa.array(np.arange(8.0)), 2)})
    columns = import_columns(batch.slice(1, 2))
    check([c[0] for c in columns] == ["x", "y"], columns)
    check(elements(columns[0][2], np.dtype("i8"), *columns[0][3:]).tolist() == [2, 3], columns)
    check(elements(columns[1][2], np.dtype("f8"), *columns[1][3:]).tolist() == [[2.0, 3.0], [4.0, 5.0]], columns)
    del batch
    check(pa.array(Exported(1)).to_pylist() == [[2.0, 3.0], [4.0, 5.0]], "the batch is kept")
    LIBRARY.arrow_peer_drop()


def nested(address, item, shape, strides):
    """The elements as nested lists, read where they are."""
    if not shape:
        return struct.unpack(item, ctypes.string_at(address, struct.calcsize(item)))[0]
    return [nested(address + i * strides[0], item, shape[1:], strides[1:]) for i in range(shape[0])]


def test_nanoarrow(rng):
    kinds = {na.int8(): "b", na.uint8(): "B", na.int16(): "<h", na.uint16(): "<H", na.int32(): "<i", na.uint32(): "<I", na.int64(): "<q", na.uint64(): "<Q"}
    for kind, item in kinds.items():
        for _ in range(20):
            sizes = [rng.randint(1, 4) for _ in range(rng.randint(0, 3))]
            lengths = [rng.randint(1, 5)]
            offsets = [rng.randint(0, 3) for _ in range(len(sizes) + 1)]
            for size, offset in zip(sizes, offsets):
                lengths.append((lengths[-1] + offset) * size)
            raw = rng.randbytes((lengths[-1] + offsets[-1]) * struct.calcsize(item))
            array = na.c_array_from_buffers(kind, lengths[-1], [None, raw], offset=offsets[-1])
            schema = kind
            for size, length, offset in zip(reversed(sizes), reversed(lengths[:-1]), reversed(offsets[:-1])):
                schema = na.fixed_size_list(schema, size)
                array = na.c_array_from_buffers(schema, length, [None], children=[array], offset=offset, move=True)
            expected = na.Array(array).to_pylist()
            [(_, seen_item, address, shape, strides)] = import_columns(array)
            check(seen_item == item and shape == (lengths[0], *sizes), schema, seen_item, shape)
            check(nested(address, item, shape, strides) == expected, schema, expected)
            check(na.Array(na.c_array(Exported(0))).to_pylist() == expected, schema, expected)
            LIBRARY.arrow_peer_drop()

    device_array = nanoarrow.device.c_device_array(na.c_array([1, 2, 3], na.int16()))
    [(_, item, address, shape, strides)] = import_columns(device_array, device=True)
    check(item == "<h" and nested(address, item, shape, strides) == [1, 2, 3], item)
    again = nanoarrow.device.c_device_array(ExportedToDevice(0))
    check(again.device_type_id == 1 and again.device_id in (-1, 0) and len(again.array) == 3, again)
    del again
    LIBRARY.arrow_peer_drop()
    try:
        import_columns(na.c_array([1, None], na.int32()))
        check(False, "accepted")
    except Refused as error:
        check("1 nulls" in str(error), error)


def main():
    seed = int(os.environ.get("NDLEASE_TEST_SEED", random.randrange(1 << 30)))
    print("repeat with NDLEASE_TEST_SEED=%d; nanoarrow %s, pyarrow %s" % (seed, na.__version__, pa.__version__ if pa else "absent"), flush=True)
    rng = random.Random(seed)
    test_nanoarrow(rng)
    if pa:
        test_lists(rng)
        test_tensors(rng)
        test_booleans(rng)
        test_nulls_and_other_types()
        test_batches()
    print(checks, "checks passed")


main()
