#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The C interface is frozen: what the headers and the library say of it is compared with a dump that is kept.

    check_abi.py INCLUDE LIBRARY KEPT USER CC...     every CC must agree with KEPT; the library exports what is declared and nothing else of that
                                                     name; the object file USER calls every function. --write instead of CC... writes KEPT with cc.
    check_abi.py --self-test INCLUDE CC              changes of a copy of the headers, each of which must show

The dump is made from the headers' text, so that nothing can be left out: sizes, offsets, enumerators, macros with values, and prototypes.
"""
import difflib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HEADERS = ["ndl_view.h", "ndlease.h"]
NO_CONSTANT = {"NDL_API", "NDL_NOEXCEPT", "NDL_ASSERT", "NDL_ASSERT_AT"}


def text_of(include):
    text = "".join(pathlib.Path(include, "ndlease", header).read_text(encoding="utf-8") for header in HEADERS)
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)


def structures(text):
    """{name: [member]} of every structure that is defined."""
    found = {}
    for name, body in re.findall(r"\bstruct\s+(ndl_\w+)\s*\{(.*?)\}", text, flags=re.DOTALL):
        body = re.sub(r"\(\*(\w+)\)\s*\([^)]*\)", r"\1", body)  # a pointer to a function
        members = []
        for declaration in filter(str.strip, body.split(";")):
            members += [re.search(r"(\w+)\s*(\[\w+\])?\s*$", part).group(1) for part in declaration.split(",")]
        found[name] = members
    return found


def enumerators(text):
    return [word for body in re.findall(r"\benum\s+ndl_\w+\s*\{(.*?)\}", text, flags=re.DOTALL) for word in re.findall(r"(NDL_\w+)\s*(?:=[^,]*)?(?:,|$)", body)]


def constants(text):
    return [name for name in re.findall(r"^\s*#\s*define\s+(NDL_\w+)\b(?!\()", text, flags=re.MULTILINE) if name not in NO_CONSTANT]


def prototypes(text):
    """{name: declaration} of the functions that the library exports."""
    found = {}
    for declaration in re.findall(r"\bNDL_API\s+((?:const\s+)?\w+[\s*]+ndl_\w+\s*\([^;{]*)NDL_NOEXCEPT\s*;", text):
        declaration = re.sub(r"\s+", " ", declaration).strip()
        found[re.search(r"(ndl_\w+)\s*\(", declaration).group(1)] = declaration
    return found


def function_pointers(text):
    found = re.findall(r"(?:typedef\s+)?\w+\s*\(\*\w+\)\s*\([^)]*\)\s*;", text)
    return [re.sub(r"\s+", " ", declaration) + "\n" for declaration in found]


def dump(include, compiler):
    text = text_of(include)
    types, functions = structures(text), prototypes(text)
    pointers = function_pointers(text)
    if len(types) < 8 or len(functions) < 40 or len(pointers) < 5:
        sys.exit("the headers were misread")
    if missing := len(re.findall(r"^NDL_API\b", text, flags=re.MULTILINE)) - len(functions):
        sys.exit(f"{missing} declarations were not understood")
    lines = ["#include <stdio.h>", "#include <ndlease/ndlease.h>", "int main(void) {"]
    for name in sorted(types):
        lines.append(f'printf("struct {name}: %zu bytes\\n", sizeof(struct {name}));')
        for member in types[name]:
            lines.append(f'printf("    %3zu + %zu  {member}\\n", offsetof(struct {name}, {member}), sizeof(((struct {name}*)0)->{member}));')
        total = " + ".join(f"sizeof(((struct {name}*)0)->{member})" for member in types[name])
        lines.append(f'if (({total}) != sizeof(struct {name})) printf("    PADDING in {name}\\n");')
    for name in enumerators(text) + constants(text):
        lines.append(f'printf("{name} = %lld\\n", (long long)({name}));')
    lines.append("return 0; }")
    with tempfile.TemporaryDirectory() as scratch:
        program, binary = pathlib.Path(scratch, "dump.c"), pathlib.Path(scratch, "dump")
        program.write_text("\n".join(lines) + "\n", encoding="utf-8")
        subprocess.run([compiler, "-std=c99", "-pedantic", "-Wall", "-Werror", "-I", include, "-o", binary, program], check=True)
        output = subprocess.run([binary], check=True, capture_output=True, text=True).stdout
    return output + "".join(pointers) + "".join(declaration + ";\n" for _, declaration in sorted(functions.items())), functions


def symbols(path, *options):
    output = subprocess.run(["nm", *options, path], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1] for line in output.splitlines() if re.fullmatch(r"ndl_\w+", line.split()[-1])}


def check(include, library, kept, user, compilers):
    problems = []
    expected = pathlib.Path(kept).read_text(encoding="utf-8")
    for compiler in compilers:
        found, functions = dump(include, compiler)
        problems += difflib.unified_diff(expected.splitlines(), found.splitlines(), str(kept), compiler, lineterm="", n=1)
        if "PADDING" in found:
            problems.append("a structure has padding")
    exported, called = symbols(library, "-D", "--defined-only"), symbols(user, "-u")
    problems += [f"{name} is declared and not exported" for name in sorted(functions.keys() - exported)]
    problems += [f"{name} is exported and not declared" for name in sorted(exported - functions.keys())]
    problems += [f"{name} is not called by {user}" for name in sorted(functions.keys() - called)]
    print(f"{len(functions)} functions, {expected.count('struct ')} structures, compilers: {' '.join(compilers)}")
    return problems


CHANGES = [  # file, before, after, a line that the difference must have
    ("ndl_view.h", "int32_t kind; ", "int16_t kind; ", "PADDING in ndl_format"),
    ("ndl_view.h", "    NDL_X87, ", "    NDL_PLANTED, NDL_X87, ", "NDL_BFLOAT = 6"),
    ("ndl_view.h", "#define NDL_VIEW_READ_ONLY 1u", "#define NDL_VIEW_READ_ONLY 2u", "NDL_VIEW_READ_ONLY = 2"),
    ("ndl_view.h", "void (*release)(ndl_view* view);", "void (*release)(const ndl_view* view);", "void (*release)(const ndl_view* view);"),
    ("ndlease.h", "ndl_view_flip(const ndl_view* view, int32_t axis", "ndl_view_flip(const ndl_view* view, int64_t axis", "int ndl_view_flip(const ndl_view* view, int64_t axis"),
]


def self_test(include, compiler):
    failures = []
    before = dump(include, compiler)[0]
    for file, old, new, expected in CHANGES:
        with tempfile.TemporaryDirectory() as scratch:
            copy = pathlib.Path(scratch, "include")
            shutil.copytree(include, copy)
            path = copy / "ndlease" / file
            text = path.read_text(encoding="utf-8")
            if old not in text:
                failures.append(f"{file} has no {old!r} any more")
                continue
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
            after = dump(copy, compiler)[0]
        if after == before or expected not in after:
            failures.append(f"not seen: {new!r}")
    return failures


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--self-test":
        problems = self_test(*sys.argv[2:])
    elif len(sys.argv) == 6 and sys.argv[5] == "--write":
        pathlib.Path(sys.argv[3]).write_text(dump(sys.argv[1], "cc")[0], encoding="utf-8")
        problems = []
    elif len(sys.argv) >= 6:
        problems = check(*sys.argv[1:5], sys.argv[5:])
    else:
        sys.exit(__doc__)
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


main()
