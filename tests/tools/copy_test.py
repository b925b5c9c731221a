# SPDX-License-Identifier: Apache-2.0
"""ndlease copy against NumPy: random arrays, indices, permutations, fields, orders and items."""

import os
import random
import tempfile
import unittest

import command
from command import np, run_ok

NUMBERS = ["?", "i1", "u1", "<i2", ">i2", "<u4", ">i4", "<i8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<c8", ">c16"]
OTHERS = ["S5", "<U3", ">U2", "V7", "<M8[ns]", ">m8[s]"]


def random_dtype(rng, depth=2):
    kind = rng.random()
    if depth == 0 or kind < 0.6:
        return np.dtype(rng.choice(NUMBERS))
    if kind < 0.75:
        return np.dtype(rng.choice(OTHERS))
    fields = []
    for number in range(rng.randint(1, 4)):
        shape = tuple(rng.randint(1, 3) for _ in range(rng.choice([0, 0, 1, 2])))
        fields.append((f"f{number}", random_dtype(rng, depth - 1), shape))
    return np.dtype(fields, align=rng.random() < 0.5)


def fill(array, rng):
    """Numbers from 0 to 100, which every kind of number can say."""
    if array.dtype.names:
        for name in array.dtype.names:
            fill(array[name], rng)
        return
    if not array.size:
        return
    values = rng.integers(0, 100, array.shape)
    kind = array.dtype.kind
    if kind in "SUV":
        raw = rng.integers(97, 122, array.shape + (array.dtype.itemsize,)).astype("u1")
        array[...] = np.char.mod("%d", values) if kind in "SU" else raw.view(array.dtype)[..., 0]
    elif kind in "mM":
        array[...] = values.astype(array.dtype)
    elif kind == "c":
        array[...] = values + 1j * values[::-1] if array.ndim else values + 2j
    else:
        array[...] = values


def random_index(rng, shape):
    terms = []
    indexed = rng.randint(0, len(shape))
    ellipsis = rng.choice(["", "", "first", "last"])
    for extent in shape[len(shape) - indexed :] if ellipsis == "first" else shape[:indexed]:
        what = rng.random()
        if what < 0.2 and extent:
            terms.append(str(rng.randint(-extent, extent - 1)))
        elif what < 0.3:
            terms.append(":")
        else:
            bound = lambda: rng.choice(["", str(rng.randint(-extent - 1, extent + 1))])
            step = rng.choice(["", ":", f":{rng.choice([-3, -2, -1, 1, 2, 3])}"])
            terms.append(f"{bound()}:{bound()}{step}")
        if rng.random() < 0.1:
            terms.append("None")
    if ellipsis:
        terms.insert(0 if ellipsis == "first" else len(terms), "...")
    return "[" + ", ".join(terms) + "]" if terms else "[...]"


def same(actual, expected):
    """The same values, field by field: NumPy's files name no padding."""
    if expected.dtype.names:
        return actual.dtype.names == expected.dtype.names and all(same(actual[name], expected[name]) for name in expected.dtype.names)
    if actual.dtype != expected.dtype or actual.shape != expected.shape:
        return False
    return np.ascontiguousarray(actual).tobytes() == np.ascontiguousarray(expected).tobytes()


def converted_dtype(dtype, rng):
    """A dtype to convert to, or None: numbers to numbers (complex to complex only), records in the other byte order."""
    if dtype.names:
        return dtype.newbyteorder() if "aligned" not in repr(dtype) and "offsets" not in repr(dtype) else None
    if dtype.kind in "SV":
        return None
    if dtype.kind in "UmM":
        return dtype.newbyteorder()
    choices = [name for name in NUMBERS if dtype.kind != "c" or np.dtype(name).kind == "c"]
    return np.dtype(rng.choice(choices))


def dtype_argument(dtype):
    return repr(dtype.descr) if dtype.names else dtype.str


class Copy(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.source, self.target = (os.path.join(self.folder.name, name) for name in ("in.npy", "out.npy"))

    def check(self, array, expected, *arguments, order="C"):
        np.save(self.source, array)
        run_ok(self, "copy", self.source, self.target, *arguments)
        result = np.load(self.target)
        text = f"{array.dtype} {array.shape} {arguments}"
        self.assertEqual(result.shape, expected.shape, text)
        self.assertTrue(same(result, expected), f"{text}\nexpected {expected!r}\n     got {result!r}")
        self.assertTrue(result.flags.f_contiguous if order == "F" else result.flags.c_contiguous, text)

    def test_random_combinations_give_what_numpy_gives(self):
        for number in range(400):
            seed = command.SEED + number
            rng = random.Random(seed)
            dtype = random_dtype(rng)
            shape = tuple(rng.choice([0, 1, 2, 3, 4, 5, 7]) for _ in range(rng.randint(0, 4)))
            array = np.zeros(shape, dtype, order=rng.choice("CF"))
            fill(array, np.random.default_rng(seed))
            expected, arguments = array, []
            if rng.random() < 0.7:
                index = random_index(rng, shape)
                expected = eval("array" + index)  # the text that the command gets
                if not isinstance(expected, np.ndarray):  # a NumPy scalar forgets its byte order
                    expected = eval("array" + index[:-1] + ", ...]")
                arguments += ["--index", index]
            if expected.ndim and rng.random() < 0.6:
                axes = rng.sample(range(expected.ndim), expected.ndim)
                axes = [axis - expected.ndim if rng.random() < 0.2 else axis for axis in axes]
                expected = expected.transpose(axes)
                arguments.append("--permute=" + ",".join(map(str, axes)))
            while expected.dtype.names and rng.random() < 0.8:
                name = rng.choice(expected.dtype.names)
                expected = expected[name]
                if "--field" in arguments:
                    arguments[-1] += "." + name
                else:
                    arguments += ["--field", name]
            order = rng.choice("CF")
            if order == "F" or rng.random() < 0.5:
                arguments += ["--order", order]
            target = converted_dtype(expected.dtype, rng) if rng.random() < 0.5 else None
            if target is not None:
                expected = expected.astype(target)
                arguments += ["--dtype", dtype_argument(target)]
            with self.subTest(seed=seed):
                self.check(array, expected, *arguments, order=order)

    def test_numbers_convert_as_numpy_does(self):
        numbers = [name for name in NUMBERS]
        for source in numbers:
            array = np.zeros(12, source)
            array[...] = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 127]
            for target in numbers:
                if np.dtype(source).kind == "c" and np.dtype(target).kind != "c":
                    continue
                with self.subTest(source=source, target=target):
                    self.check(array, array.astype(target), "--dtype", np.dtype(target).str)

    def test_axes_may_stand_apart(self):
        array = np.arange(24).reshape(2, 3, 4)
        self.check(array, array.transpose(2, 0, 1), "--permute", " 2, 0 ,1 ")

    def test_in_and_out_may_be_one_file(self):
        array = np.arange(24).reshape(2, 3, 4)
        np.save(self.source, array)
        run_ok(self, "copy", self.source, self.source, "--index", "[:, ::-1]", "--permute", "2,0,1")
        np.testing.assert_array_equal(np.load(self.source), array[:, ::-1].transpose(2, 0, 1))
        self.assertEqual(os.listdir(self.folder.name), ["in.npy"])

    def test_explain_prints_the_plan(self):
        np.save(self.source, np.arange(4096).reshape(64, 64))
        text = run_ok(self, "copy", self.source, self.target, "--permute", "1,0", "--explain")
        self.assertIn("tiles", text)

    def test_checked_refuses_loss_and_leaves_no_file(self):
        np.save(self.source, np.array([1, 300], "i4"))
        command.expect_error(self, ["copy", self.source, self.target, "--dtype", "|u1", "--checked"], "--dtype |u1", "300")
        self.assertFalse(os.path.exists(self.target))
        np.save(self.source, np.array([1, 200], "i4"))
        run_ok(self, "copy", self.source, self.target, "--dtype", "|u1", "--checked")
        np.testing.assert_array_equal(np.load(self.target), np.array([1, 200], "u1"))

    def test_padding_holds_no_old_memory(self):
        np.save(self.source, np.ones(50, [("a", "<i4"), ("b", "<i4")]))
        os.environ["MALLOC_PERTURB_"] = "165"  # the C library fills what it allocates
        self.addCleanup(os.environ.pop, "MALLOC_PERTURB_")
        run_ok(self, "copy", self.source, self.target, "--dtype", "[('a', '<i2'), ('', '|V22'), ('b', '<i2'), ('', '|V14')]")
        with open(self.target, "rb") as file:
            self.assertEqual(set(file.read()[-50 * 40 :]), {0, 1})

    def test_field_names_that_numpy_allows(self):
        dtype = np.dtype([("two words", "f4"), ("\u00fcber", "i2")])
        array = np.array([(1.5, 2), (3.5, 4)], dtype)
        for name in dtype.names:
            self.check(array, array[name], "--field", name)


if __name__ == "__main__":
    command.main()
