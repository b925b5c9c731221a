# SPDX-License-Identifier: Apache-2.0
"""Random chains of view operations, done by NumPy and by numpy_chain_runner: shape, strides and offset must agree, and a View must
refuse where NumPy refuses or would copy.

usage: numpy_chain_test.py RUNNER [CHAINS [SEED]]     exit status 77: NumPy is missing
"""
import random
import subprocess
import sys

try:
    import numpy as np
    from numpy.lib.stride_tricks import sliding_window_view
except ImportError:
    print("NumPy is missing")
    sys.exit(77)

DTYPES = {
    "f4": np.dtype("f4"),
    "c8": np.dtype("c8"),
    "u1": np.dtype("u1"),
    "rec": np.dtype({
        "names": ["a", "b", "m"],
        "formats": ["f4", np.dtype([("x", "u2"), ("y", "u2", (3,))]), ("f4", (1, 2))],
        "offsets": [4, 8, 16],
        "itemsize": 24,
    }),
}


def address(array):
    return array.__array_interface__["data"][0]


def random_slice(rng, extent):
    bound = lambda: "" if rng.random() < 0.3 else str(rng.randint(-extent - 2, extent + 2))
    step = rng.choice(["", "", "1", "2", "3", "-1", "-2", "-3"])
    return f"{bound()}:{bound()}" + (f":{step}" if step else "")


def random_expression(rng, array):
    terms, ellipsis = [], False
    axis = 0
    while axis < array.ndim:
        if rng.random() < 0.15:
            terms.append("None")
        if not ellipsis and rng.random() < 0.15:
            terms.append("...")
            ellipsis = True
            axis += rng.randint(0, array.ndim - axis)
            continue
        if not ellipsis and rng.random() < 0.2:
            break
        extent = array.shape[axis]
        if rng.random() < 0.35:
            outside = extent == 0 or rng.random() < 0.1
            terms.append(str(rng.randint(-extent - 1, extent) if outside else rng.randint(-extent, extent - 1)))
        else:
            terms.append(random_slice(rng, extent))
        axis += 1
    return "[" + ", ".join(terms) + "]" if terms else "[...]"


def random_shape(rng, size):
    shape = []
    while size > 1:
        factor = rng.choice([f for f in range(2, size + 1) if size % f == 0])
        shape.append(factor)
        size //= factor
    if size == 0:
        shape = [rng.randint(0, 3), 0]
    shape += [1] * rng.randint(0, 1)
    rng.shuffle(shape)
    if shape and size and rng.random() < 0.3:
        shape[rng.randrange(len(shape))] = -1
    return shape


def random_operation(rng, array):
    """A line for the runner and the same as a function of the array."""
    words = lambda values: " ".join(str(v) for v in values)
    any_axis = lambda: rng.randint(-array.ndim, array.ndim - 1)
    name = rng.choice(["at", "at", "permute", "flip", "squeeze", "expand", "broadcast", "reshape", "reshape", "diagonal", "window", "part", "view"])
    if name == "at":
        text = random_expression(rng, array)
        terms = eval("np.s_" + text)
        terms = terms if isinstance(terms, tuple) else (terms,)
        if Ellipsis not in terms:
            terms += (Ellipsis,)  # else NumPy copies a single element out
        return "at " + text, lambda a: a[terms]
    if name == "permute":
        axes = rng.sample(range(array.ndim), array.ndim)
        return "permute " + words(axes), lambda a: a.transpose(axes)
    if name == "expand":
        axis = rng.randint(-array.ndim - 1, array.ndim)
        return f"expand {axis}", lambda a: np.expand_dims(a, axis)
    if name == "broadcast":
        shape = [rng.choice([e, e, rng.randint(0, 3)]) for e in array.shape]
        shape = [rng.randint(0, 3) for _ in range(rng.randint(0, 2))] + shape
        return "broadcast " + words(shape), lambda a: np.broadcast_to(a, shape)
    if name == "reshape":
        order = rng.choice("CCF")
        shape = random_shape(rng, array.size)
        return f"reshape{order} " + words(shape), lambda a: a.reshape(shape, order=order)
    if name == "squeeze" and rng.random() < 0.5:
        return "squeeze", lambda a: a.squeeze()
    if name == "part":
        if array.dtype.names:
            path = rng.choice(["a", "m", "b", "b.x", "b.y"] if "a" in array.dtype.names else ["x", "y"])

            def field(a):
                for part in path.split("."):
                    a = a[part]
                return a
            return "field " + path, field
        if array.dtype.kind == "c":
            part = rng.choice(["real", "imag"])
            return part, lambda a: getattr(a, part)
    if name == "view":
        # NumPy refuses 24 bytes as 16 or 16 as 24 even where the whole axis divides; a View does not.
        size = rng.choice([n for n in (1, 2, 4, 8, 16, 24) if n % array.itemsize == 0 or array.itemsize % n == 0])
        return f"reinterpret {size}", lambda a: a.view(f"V{size}")
    if array.ndim == 0:
        return "at [...]", lambda a: a[...]
    axis = any_axis()
    if name == "flip":
        return f"flip {axis}", lambda a: np.flip(a, axis)
    if name == "squeeze":
        return f"squeeze {axis}", lambda a: a.squeeze(axis)
    if name == "window":
        length = rng.randint(1, 4)
        return f"window {axis} {length}", lambda a: sliding_window_view(a, length, axis, writeable=False)
    if name == "diagonal" and array.ndim > 1:
        offset, other = rng.randint(-4, 4), any_axis()
        return f"diagonal {offset} {axis} {other}", lambda a: a.diagonal(offset, axis, other)
    return "at [...]", lambda a: a[...]


def expected(operation, array, base):
    """The result, or None where NumPy refuses or copies."""
    try:
        result = operation(array)
    except (IndexError, ValueError, TypeError):
        return None
    if result.size and result.nbytes and not np.may_share_memory(result, base):
        return None
    return result


def main():
    runner = sys.argv[1]
    chains = int(sys.argv[2]) if len(sys.argv) > 2 else 4000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20240611
    rng = random.Random(seed)
    lines, wants = [], []
    for chain in range(chains):
        name = rng.choice(list(DTYPES))
        shape = [rng.choice([0, 1, 1, 2, 3, 4, 5, 6]) if rng.random() < 0.3 else rng.randint(1, 6) for _ in range(rng.randint(0, 4))]
        base = array = np.zeros(shape, DTYPES[name])
        start = address(base)
        history = ["new " + " ".join([name] + [str(e) for e in shape])]
        lines.append(history[0])
        wants.append((list(history), base, 0))
        for _ in range(rng.randint(1, 8)):
            line, operation = random_operation(rng, array)
            result = expected(operation, array, base)
            history.append(line)
            lines.append(line)
            wants.append((list(history), result, None if result is None else address(result) - start))
            if result is not None and result.size <= 4000 and result.ndim < 12:
                array = result
            elif result is not None:
                break

    answers = subprocess.run([runner], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True).stdout.splitlines()
    if len(answers) != len(lines):
        sys.exit(f"{len(lines)} operations, but {len(answers)} answers")
    accepted = refused = 0
    for (history, want, offset), answer in zip(wants, answers):
        problem = None
        if want is None or answer.startswith("refused"):
            if (want is None) != answer.startswith("refused"):
                problem = f"NumPy {'refuses or copies' if want is None else f'gives {want.shape} {want.strides}'}, the runner says {answer}"
            refused += 1
        else:
            shape, strides, at = answer.split("|")
            shape, strides = [int(n) for n in shape.split()], [int(n) for n in strides.split()]
            accepted += 1
            same = shape == list(want.shape)
            if same and want.size:
                same = int(at) == offset and all(e == 1 or s == t for e, s, t in zip(shape, strides, want.strides))
            if not same:
                problem = f"NumPy gives {want.shape} {want.strides} at {offset}, the runner {answer}"
        if problem:
            sys.exit(f"{' ; '.join(history)}\n  {problem}\nrepeat: numpy_chain_test.py RUNNER {chains} {seed}")
    print(f"seed {seed}: {chains} chains, {accepted} results agree, {refused} refusals agree")
    if accepted < 2 * chains or refused < chains // 10:
        sys.exit("too few of either to mean anything")


main()
