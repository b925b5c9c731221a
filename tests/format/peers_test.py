# SPDX-License-Identifier: Apache-2.0
"""Agreement with Python's struct and with NumPy on random formats. usage: peers_test.py FORMAT_LINES; exit 77 = skipped."""
import json
import os
import random
import struct
import subprocess
import sys

try:
    import numpy as np
except ImportError:
    print("SKIPPED: NumPy is not installed for", sys.executable)
    sys.exit(77)
try:
    from numpy._core._internal import _dtype_from_pep3118 as numpy_reads
except ImportError:
    from numpy.core._internal import _dtype_from_pep3118 as numpy_reads

SEED = int(os.environ.get("NDLEASE_TEST_SEED", "3118"))
KINDS = {"b": "boolean", "i": "integer", "u": "unsigned_integer", "f": "floating", "c": "complex", "S": "bytes", "U": "ucs4", "V": "opaque", "O": "py_object"}
failures = []


def ndlease_reads(questions):
    lines = "".join(json.dumps(q) + "\n" for q in questions)
    done = subprocess.run([sys.argv[1]], input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(questions)
    return answers


def check(condition, *what):
    if not condition:
        failures.append(what)


def describe(dtype, named):
    """What format_lines says about the same item."""
    base, shape = dtype, ()
    while base.subdtype:  # NumPy nests a shape and a count
        base, shape = base.subdtype[0], shape + base.subdtype[1]
    fields = []
    for index, name in enumerate(base.names or ()):
        field = describe(base.fields[name][0], named)
        field["name"] = name if named or not (name.startswith("f") and name[1:].isdigit()) else ""
        field["offset"] = base.fields[name][1]
        fields.append(field)
    kind = "record" if base.names is not None else KINDS[base.kind]
    if base.kind == "f" and base.itemsize == 16 or base.kind == "c" and base.itemsize == 32:
        kind = "x87" if base.kind == "f" else "complex_x87"
    order = {"=": "<" if sys.byteorder == "little" else ">"}.get(base.byteorder, base.byteorder)
    if base.itemsize == 0:
        order = "|"
    return {"kind": kind, "order": order, "itemsize": dtype.itemsize, "shape": list(shape), "fields": fields}


def comparable(answer):
    """Without what NumPy cannot tell: the order of addresses, a char's sign, and the fields of an item that it leaves out."""
    answer = {key: value for key, value in answer.items() if key != "emit"}
    if answer["kind"] == "py_object" or answer["itemsize"] == 0:
        answer["order"] = "|"
    if answer["kind"] == "character":
        answer["kind"] = "bytes"
    answer["fields"] = [comparable(field) for field in answer["fields"]]
    return answer


def without_tails(item):
    """NumPy forgets the padding at the end of a record, which moves nothing unless the record is repeated."""
    fields = [without_tails(field) for field in item["fields"]]
    for field in fields:
        if field["kind"] == "record" and all(extent == 1 for extent in field["shape"]):
            field["itemsize"] = None
    return {**item, "fields": fields}


def random_string(rng, codes, levels):
    """Items as NumPy reads them: shape, order, count, type, in this order."""
    text = ""
    for index in range(rng.randint(1, 5)):
        if rng.random() < 0.2:
            text += rng.choice(["x", "3x", "5x"])
        shape = rng.choice(["", "", "", "(2)", "(3,2)", "(1)"])
        order = rng.choice(["", "", "", "@", "=", "<", ">", "^", "!"])
        text += shape + order + rng.choice(["", "", "", "2", "3"])
        if levels and rng.random() < 0.3:
            text += "T{" + random_string(rng, codes, levels - 1) + "}"
        else:
            text += rng.choice(codes)
        if rng.random() < 0.6:
            text += f":n{index}:"
    return text


def check_struct(rng):
    strings = []
    codes = "?cbBhHiIlLqQefd"
    for _ in range(3000):
        order = rng.choice(["", "@", "=", "<", ">", "!"])
        extra = "nNP" if order in ("", "@") else ""
        strings.append(order + "".join(rng.choice(["", "", "0", "3"]) + rng.choice(codes + "spx" + extra) for _ in range(rng.randint(1, 8))))
    # With a count of 0 the strictest code of all at the end makes struct pad the end as C does.
    def natural_size(text):
        if text[0] in "=<>!":
            return struct.calcsize(text)
        aligned = [c for c in text if c not in "@0123456789"]
        strictest = max(aligned, key=lambda c: struct.calcsize("b0" + c))
        return struct.calcsize(text + "0" + strictest)

    for text, answer in zip(strings, ndlease_reads([[text, None] for text in strings])):
        check("error" not in answer and answer["itemsize"] == natural_size(text), "struct.calcsize with a tail", text, answer)
    stated = [[text, struct.calcsize(text)] for text in strings]
    for (text, size), answer in zip(stated, ndlease_reads(stated)):
        refused = "two ways" in answer.get("error", "") and "x" in text
        check(refused or answer.get("itemsize") == size, "struct.calcsize", text, size, answer)
    return len(strings)


def check_numpy_strings(rng):
    codes = ["?", "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "e", "f", "d", "Zf", "Zd", "s", "w", "c", "O"]
    strings, dtypes = [], []
    while len(strings) < 4000:
        text = random_string(rng, codes + ["T{}"], 3)
        try:
            dtypes.append(numpy_reads(text))
        except (ValueError, RuntimeError):
            continue  # NumPy's own limits, e.g. a repeated name
        strings.append(text)
    answers = ndlease_reads([[text, None] for text in strings])
    compared = 0
    for text, dtype, answer in zip(strings, dtypes, answers):
        if "error" in answer:
            check(False, "refused, but NumPy reads", text, answer)
            continue
        compared += 1
        check(comparable(answer) == describe(dtype, False), "NumPy reads otherwise", text, comparable(answer), describe(dtype, False))
        back = numpy_reads(answer["emit"])
        check(comparable(answer) == describe(back, False), "NumPy reads the explicit string otherwise", text, answer["emit"])
    return compared


def random_dtype(rng, levels, tail=True):
    """Fields placed as C does or without gaps; with `tail`, maybe with bytes at the end that no alignment asks for: where the record is
    repeated, NumPy's string has no trace of them."""
    names, formats = [], []
    for index in range(rng.randint(1, 4)):
        scalar = rng.choice(["?", "i1", "<i2", ">i4", "<i4", "<i8", "u1", ">u2", "<u8", "<f2", "<f4", ">f8", "<f8", "<c8", ">c16", "S3", "<U2", ">U1", "V4", "g", "O"])
        repeated = rng.random() < 0.2
        base = random_dtype(rng, levels - 1, tail and not repeated) if levels and rng.random() < 0.35 else np.dtype(scalar)
        if repeated:
            base = np.dtype((base, rng.choice([(2,), (2, 3), (1,)])))
        names.append(f"m{index}")
        formats.append(base)
    align = rng.random() < 0.5
    dtype = np.dtype({"names": names, "formats": formats}, align=align)
    # NumPy does not mark objects that are not aligned, so their strings fit a longer item by chance.
    if tail and not dtype.hasobject and rng.random() < 0.2:
        spec = {"names": names, "formats": formats, "offsets": [dtype.fields[n][1] for n in names], "itemsize": dtype.itemsize + rng.randint(0, 9)}
        dtype = np.dtype(spec)
    return dtype


def check_numpy_buffers(rng):
    questions, dtypes = [], []
    while len(questions) < 4000:
        dtype = random_dtype(rng, 2)
        try:
            view = memoryview(np.zeros(2, dtype))
        except ValueError:
            continue  # NumPy cannot export it
        questions.append([view.format, view.itemsize])
        dtypes.append(dtype)
    refused = misled = 0
    for (text, size), dtype, answer in zip(questions, dtypes, ndlease_reads(questions)):
        if "error" in answer:
            refused += 1
            check(any(why in answer["error"] for why in ("two ways", "itemsize stated", "repeated record")), "refused for another reason", text, answer)
        else:
            read, meant = without_tails(comparable(answer)), without_tails(describe(dtype, True))
            if read != meant:
                # By chance the string that NumPy wrote says something else, to NumPy as well.
                misled += 1
                again = numpy_reads(text)
                check(again.itemsize == size and read == without_tails(describe(again, True)), "NumPy means otherwise", text, size, read, meant)
    check(refused < len(questions) * 0.15, "too many refused", refused)
    check(misled < len(questions) * 0.005, "too many misread together with NumPy", misled)
    print(f"of {len(questions)} strings that NumPy exports {refused} were refused and {misled} mislead NumPy itself")
    return len(questions) - refused


def main():
    print(f"repeat with NDLEASE_TEST_SEED={SEED}")
    rng = random.Random(SEED)
    counts = [check_struct(rng), check_numpy_strings(rng), check_numpy_buffers(rng)]
    print("compared: %d with struct, %d strings with NumPy, %d buffers of NumPy" % tuple(counts))
    for failure in failures[:20]:
        print("FAILED:", *(str(part)[:2000] for part in failure), sep="\n    ")
    return 1 if failures else 0


sys.exit(main())
