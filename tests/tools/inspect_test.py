# SPDX-License-Identifier: Apache-2.0
"""ndlease inspect against ctypes (the C compiler's layout) and NumPy."""

import ctypes
import os
import random
import tempfile
import unittest

import command
from command import np, run_json, run_ok

read_by_numpy = np.core._internal._dtype_from_pep3118

C_TYPES = {
    "b": ctypes.c_byte, "B": ctypes.c_ubyte, "h": ctypes.c_short, "H": ctypes.c_ushort, "i": ctypes.c_int, "I": ctypes.c_uint, "l": ctypes.c_long,
    "L": ctypes.c_ulong, "q": ctypes.c_longlong, "Q": ctypes.c_ulonglong, "f": ctypes.c_float, "d": ctypes.c_double, "?": ctypes.c_bool,
}


def random_struct(rng, depth):
    """A ctypes structure and its PEP 3118 string."""
    fields, text = [], ""
    for number in range(rng.randint(1, 6)):
        name = f"f{number}"
        shape = tuple(rng.randint(1, 3) for _ in range(rng.choice([0, 0, 0, 1, 2])))
        if depth > 0 and rng.random() < 0.3:
            c_type, code = random_struct(rng, depth - 1)
        else:
            code, c_type = rng.choice(list(C_TYPES.items()))
        for extent in reversed(shape):
            c_type = c_type * extent
        fields.append((name, c_type))
        text += (f"({','.join(map(str, shape))})" if shape else "") + f"{code}:{name}:"
    return type("Struct", (ctypes.Structure,), {"_fields_": fields}), "T{" + text + "}"


def take_arrays_off(c_type):
    shape = []
    while hasattr(c_type, "_length_"):
        shape.append(c_type._length_)
        c_type = c_type._type_
    return c_type, shape


class Inspect(unittest.TestCase):
    def check_struct(self, fields, struct, text):
        self.assertEqual([field["name"] for field in fields], [name for name, _ in struct._fields_], text)
        for field, (name, c_type) in zip(fields, struct._fields_):
            element, shape = take_arrays_off(c_type)
            self.assertEqual(list(field), ["name", "offset", "itemsize", "alignment", "format", "shape", "fields"])
            self.assertEqual(field["offset"], getattr(struct, name).offset, (text, name))
            self.assertEqual(field["itemsize"], ctypes.sizeof(c_type), (text, name))
            self.assertEqual(field["alignment"], ctypes.alignment(c_type), (text, name))
            self.assertEqual(field["shape"], shape, (text, name))
            if issubclass(element, ctypes.Structure):
                self.check_struct(field["fields"], element, text)
            else:
                self.assertEqual(field["fields"], [])

    def test_records_lie_as_the_c_compiler_lays_them(self):
        rng = random.Random(command.SEED)
        for _ in range(60):
            struct, text = random_struct(rng, 2)
            item = run_json(self, "inspect", "--format", text, "--json")
            self.assertEqual(list(item), ["format", "itemsize", "alignment", "fields"])
            self.assertEqual((item["itemsize"], item["alignment"]), (ctypes.sizeof(struct), ctypes.alignment(struct)), text)
            self.check_struct(item["fields"], struct, text)

    def check_dtype(self, fields, dtype):
        names = [field["name"] for field in fields]
        self.assertEqual(names, list(dtype.names or ()))
        for field in fields:
            inner, offset = dtype.fields[field["name"]][:2]
            self.assertEqual((field["offset"], field["itemsize"], tuple(field["shape"])), (offset, inner.itemsize, inner.shape))
            self.check_dtype(field["fields"], inner.base)

    def test_explicit_strings_mean_the_same_to_numpy(self):
        rng = random.Random(command.SEED + 1)
        for _ in range(40):
            _, text = random_struct(rng, 2)
            item = run_json(self, "inspect", "--format", text, "--json")
            dtype = read_by_numpy(item["format"])
            self.assertEqual(dtype.itemsize, item["itemsize"], (text, item["format"]))
            self.check_dtype(item["fields"], dtype)

    def test_scalars_and_other_tops(self):
        scalar = run_json(self, "inspect", "--format", ">d", "--json")
        self.assertEqual(scalar, {"format": ">d", "itemsize": 8, "alignment": scalar["alignment"], "fields": []})
        two = run_json(self, "inspect", "--format", "<if", "--json")
        self.assertEqual([(field["name"], field["offset"]) for field in two["fields"]], [("", 0), ("", 4)])
        top = run_json(self, "inspect", "--format", "(2,3)<h", "--json")
        self.assertEqual((top["shape"], top["itemsize"], top["fields"]), ([2, 3], 12, []))

    def test_abi_decides_native_sizes(self):
        sizes = {abi: run_json(self, "inspect", "--format", "@bl", "--abi", abi, "--json")["itemsize"] for abi in ("lp64", "llp64", "i386")}
        self.assertEqual(sizes, {"lp64": 16, "llp64": 8, "i386": 8})
        double = run_json(self, "inspect", "--format", "@bd", "--abi", "i386", "--json")
        self.assertEqual((double["itemsize"], double["fields"][1]["offset"]), (12, 4))

    def test_stated_itemsize_decides_the_padding(self):
        self.assertEqual(run_json(self, "inspect", "--format", "=ib", "--json", "--itemsize", 5)["itemsize"], 5)
        command.expect_error(self, ["inspect", "--format", "=ib", "--itemsize", 4], "--format '=ib'")

    def test_files(self):
        record = np.dtype([("pose", [("x", "<f4"), ("y", ">f8")]), ("rgb", "u1", (3,)), ("name", "S5")], align=True)
        arrays = [np.zeros((2, 3, 4), "<f4"), np.zeros((3, 4), ">i2", order="F"), np.zeros((), "?"), np.zeros((0, 5), "c16"), np.zeros(7, record),
                  np.zeros((2, 2), "U3"), np.zeros(3, "M8[ns]"), np.zeros(3, "V6"), np.zeros((1, 4), "f2", order="F")]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.npy")
            for array in arrays:
                np.save(path, array)
                facts = run_json(self, "inspect", path, "--json")
                text = str((array.dtype, array.shape))
                self.assertEqual(tuple(facts["shape"]), array.shape, text)
                matter = [axis for axis, extent in enumerate(array.shape) if extent > 1 and array.size]
                self.assertEqual([facts["strides"][axis] for axis in matter], [array.strides[axis] for axis in matter], text)
                self.assertEqual(facts["order"], "C" if array.flags.c_contiguous else "F", text)
                self.assertEqual((facts["nbytes"], facts["itemsize"], facts["readonly"]), (array.nbytes, array.itemsize, True), text)
                self.check_dtype(facts["fields"], array.dtype)
                self.assertIn(path, run_ok(self, "inspect", path))

    def test_times_show_their_unit(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.npy")
            np.save(path, np.zeros(2, ">M8[25us]"))
            self.assertEqual(run_json(self, "inspect", path, "--json")["format"], "<big-endian datetime[25us]>")
            self.assertIn("datetime[25us]", run_ok(self, "inspect", path))
            command.expect_error(self, ["copy", path, path, "--dtype", "<M8[D]"], "datetime[25us]", "datetime[D]")

    def test_text_shows_fields_offsets_and_bytes(self):
        text = run_ok(self, "inspect", "--format", "T{B:flag:d:t:T{h:a:h:b:}:pair:}")
        for part in ("flag", "pair.a", "a  .  .  .  .  .  .  .  b  -", "itemsize   24"):
            self.assertIn(part, text)


if __name__ == "__main__":
    command.main()
