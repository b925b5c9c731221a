#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Dependencies between the parts of ndlease point down only: checked over the #include lines.

    check_includes.py ROOT           reports every include that points up, sideways or in a circle; exit 1 if there is one
    check_includes.py --self-test    plants one violation of each rule in a scratch tree and expects it to be reported
"""
import pathlib
import re
import sys
import tempfile

# Lowest first. Parts on one line may use each other where the line says so, else only what is below them.
LEVELS = [
    (["base"], True),
    (["error"], True),
    (["device", "dims"], True),
    (["format", "layout"], True),
    (["view", "lease", "stream", "memory"], True),
    (["copy_plan", "interop"], False),
    (["backend"], False),
    (["cpu", "cuda"], False),
    (["copy"], True),
    (["capi", "tools", "examples"], False),
]
LEVEL_OF = {part: level for level, (parts, _) in enumerate(LEVELS) for part in parts}
# Not upwards, and wrong all the same: a backend never knows a protocol; programs see public headers alone.
FORBIDDEN = {("backend", "interop"), ("cpu", "interop"), ("cuda", "interop")}
PUBLIC_ONLY = {"tools", "examples"}

# Public headers whose name is not their part. A new header of another name must be placed here.
PART_OF_HEADER = {
    "export": "base", "version": "base", "abi": "format", "float16": "format", "format_codes": "format", "format_text": "format",
    "format_types": "format", "typed_view": "view", "element_iterator": "view", "pmr_memory": "memory", "index": "layout", "access": "view",
    "copy_options": "copy_plan", "link_costs": "copy_plan", "copy_batch": "copy", "batch_plan": "copy", "copy_for": "copy", "ndlease": "capi", "ndl_view": "interop",
}
# src/copy holds two parts: the steps that look at layouts alone, and what converts, describes and runs.
PLAN_FILES = {"axes", "validate", "simplify", "classify", "overlap"}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
# The one header that needs Python, when it is included.
PYTHON_HEADER = ("include", "ndlease", "interop", "py_buffer.hpp")
FOREIGN = re.compile(r"^(cuda|cub/|thrust/|nvrtc|Python\.h|pybind11/|nanobind/)")


def part_of(path):
    """The part that a file (relative to the root) belongs to, or None."""
    names = path.parts
    stem = path.stem
    if names[0] == "include":
        folder = names[2:-1]
        if folder:
            return "interop" if folder[0] == "interop" else "cuda" if folder[0] == "gpu" else None
        part = PART_OF_HEADER.get(stem, stem)
        return part if part in LEVEL_OF else None
    if names[0] == "src":
        if names[1] == "copy":
            return "copy_plan" if stem in PLAN_FILES else "copy"
        if names[1] == "error" and stem == "dims":
            return "dims"
        return names[1] if names[1] in LEVEL_OF else None
    return names[0] if names[0] in LEVEL_OF else None


def resolve(root, file, name):
    """The project's file that an include of `name` in `file` means, or None for a foreign header."""
    for base in (file.parent, root / "include", root / "src", root):
        candidate = (base / name).resolve()
        if candidate.is_file() and candidate.is_relative_to(root):
            return candidate.relative_to(root)
    return None


def check_edge(source, target):
    """What is wrong with a file of one part including one of another, or None."""
    here, there = part_of(source), part_of(target)
    if here is None or there is None:
        return f"{source if here is None else target} belongs to no part: place it in check_includes.py"
    if here == there:
        return None
    if here in PUBLIC_ONLY and target.parts[0] != "include":
        return f"{here} includes the private {target}"
    if (here, there) in FORBIDDEN:
        return f"{here} must not know {there} ({target})"
    if LEVEL_OF[there] > LEVEL_OF[here]:
        return f"{here} includes {target} of {there}, which is above it"
    if LEVEL_OF[there] == LEVEL_OF[here] and not LEVELS[LEVEL_OF[here]][1]:
        return f"{here} includes {target} of {there}, which stands beside it"
    return None


def find_circle(edges):
    """One circle among the files, as a list, or None."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for other in edges.get(node, ()):
            if circle := visit(other):
                return circle
        path.pop()
        done.add(node)
        return None

    for node in edges:
        if circle := visit(node):
            return circle
    return None


def check(root):
    problems, edges, cuda_switches = [], {}, []
    files = sorted(f for folder in ("include", "src", "tools", "examples") for f in (root / folder).rglob("*.[ch]*") if f.suffix in (".h", ".hpp", ".cpp"))
    if not files:
        return [f"no source under {root}"]
    for file in files:
        source = file.relative_to(root)
        text = file.read_text(encoding="utf-8")
        if source.parts[0] == "src" and "NDLEASE_WITH_CUDA" in text:
            cuda_switches.append(source)
        edges[source] = set()
        if part_of(source) is None:
            problems.append(f"{source}: belongs to no part: place it in check_includes.py")
            continue
        for name in INCLUDE.findall(text):
            target = resolve(root, file, name)
            if target is None:
                if source.parts == PYTHON_HEADER and name == "Python.h":
                    continue
                if source.parts[:3] != ("include", "ndlease", "gpu") and source.parts[0] != "examples" and FOREIGN.match(name):
                    problems.append(f"{source}: includes <{name}>, which only gpu/ headers and cuda/ may")
                elif name.startswith("ndlease/"):
                    problems.append(f"{source}: includes <{name}>, which does not exist")
                continue
            edges[source].add(target)
            if problem := check_edge(source, target):
                problems.append(f"{source}: {problem}")
    if len(cuda_switches) > 1:
        problems.append("NDLEASE_WITH_CUDA is asked in several files: " + ", ".join(map(str, cuda_switches)))
    if circle := find_circle(edges):
        problems.append("includes in a circle: " + " -> ".join(map(str, circle)))
    return problems


GOOD_TREE = {
    "include/ndlease/export.hpp": "",
    "include/ndlease/error.hpp": "#include <ndlease/export.hpp>\n",
    "include/ndlease/format.hpp": "#include <ndlease/error.hpp>\n",
    "include/ndlease/layout.hpp": "",
    "include/ndlease/view.hpp": "#include <ndlease/format.hpp>\n#include <ndlease/layout.hpp>\n",
    "include/ndlease/copy.hpp": "#include <ndlease/view.hpp>\n",
    "include/ndlease/interop/npy.hpp": "#include <ndlease/view.hpp>\n",
    "src/copy/validate.hpp": "",
    "src/copy/copy.cpp": "#include <ndlease/copy.hpp>\n#include \"copy/validate.hpp\"\n",
    "src/cpu/run.cpp": "#include \"copy/validate.hpp\"\n",
    "src/backend/table.hpp": "",
    "tools/main.cpp": "#include <ndlease/copy.hpp>\n",
}
PLANTED = [  # file, its contents, what must be reported
    ("include/ndlease/error.hpp", "#include <ndlease/view.hpp>\n", "error includes include/ndlease/view.hpp of view, which is above it"),
    ("include/ndlease/interop/npy.hpp", "#include <ndlease/copy.hpp>\n", "interop includes include/ndlease/copy.hpp of copy, which is above it"),
    ("src/copy/validate.hpp", "#include <ndlease/interop/npy.hpp>\n", "which stands beside it"),
    ("src/cpu/run.cpp", "#include <ndlease/interop/npy.hpp>\n", "cpu must not know interop"),
    ("src/backend/table.hpp", "#include \"cpu/run.cpp\"\n", "backend includes src/cpu/run.cpp of cpu, which is above it"),
    ("src/cpu/run.cpp", "#  include <cuda_runtime_api.h>\n", "includes <cuda_runtime_api.h>"),
    ("include/ndlease/interop/npy.hpp", "#include <Python.h>\n", "includes <Python.h>"),
    ("include/ndlease/interop/py_buffer.hpp", "#include <Python.h>\n", None),
    ("tools/main.cpp", "#include \"copy/validate.hpp\"\n", "tools includes the private src/copy/validate.hpp"),
    ("include/ndlease/layout.hpp", "#include <ndlease/format.hpp>\n#include <ndlease/layout.hpp>\n", "in a circle"),
    ("include/ndlease/surprise.hpp", "", "belongs to no part"),
    ("src/view/a.cpp", "#include <ndlease/gone.hpp>\n", "which does not exist"),
    ("src/view/a.cpp", "#if NDLEASE_WITH_CUDA\n#endif\n", None),
]


def self_test():
    def report(changes):
        with tempfile.TemporaryDirectory() as scratch:
            root = pathlib.Path(scratch).resolve()
            for name, text in {**GOOD_TREE, **changes}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            return check(root)

    failures = []
    if found := report({}):
        failures.append(f"a good tree is refused: {found}")
    for name, text, expected in PLANTED:
        found = report({name: text})
        if expected is None and found:
            failures.append(f"{name} with {text!r} is refused: {found}")
        if expected is not None and not any(expected in problem for problem in found):
            failures.append(f"{name} with {text!r}: expected '{expected}', found {found}")
    twice = {"src/view/a.cpp": "#if NDLEASE_WITH_CUDA\n#endif\n", "src/view/b.cpp": "#if NDLEASE_WITH_CUDA\n#endif\n"}
    if not any("several files" in problem for problem in report(twice)):
        failures.append("a second NDLEASE_WITH_CUDA is not reported")
    return failures


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    problems = self_test() if sys.argv[1] == "--self-test" else check(pathlib.Path(sys.argv[1]).resolve())
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
