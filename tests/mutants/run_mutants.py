# SPDX-License-Identifier: Apache-2.0
"""Plants bugs in ndlease, one at a time, and demands that the tests refuse each.

    run_mutants.py --scratch FOLDER [--group host|simulated] [--cuda OFF|SIMULATED] [--share K/N] [--only NAME]... [--list] [-D SETTING]...

The whole table is checked to fit the sources, whatever is run of it. Works on a copy of the sources in FOLDER and never on the sources themselves. Exit code 1: a mutant survived, or the table does not fit.
"""

import argparse
import os
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True

from mutant import CAUGHT, DOES_NOT_COMPILE, SURVIVED, TableError, check_table  # noqa: E402
from tree import BuildError, Tree  # noqa: E402


def table_of(group):
    if group == "host":
        from host_mutants import MUTANTS
    else:
        from simulated_mutants import MUTANTS
    return MUTANTS


def filters_of(mutants):
    """{program: filter that selects the tests of all of them}."""
    all_filters = {}
    for mutant in mutants:
        for program, names in mutant.programs().items():
            all_filters.setdefault(program, set()).update(names.split(":"))
    return {program: ":".join(sorted(names)) for program, names in sorted(all_filters.items())}


def check_baseline(tree, mutants):
    """Builds the sources as they are: there every named test exists, runs and passes."""
    filters = filters_of(mutants)
    tree.build(filters)
    for mutant in mutants:
        for program, names in mutant.programs().items():
            for name in names.split(":"):
                if not tree.list_tests(program, name):
                    raise TableError(f"{mutant.name}: {program} has no test {name}")
    for program, names in filters.items():
        refused_by, output = tree.run(program, names)
        if refused_by or "[  SKIPPED ]" in output:
            raise TableError(f"without any mutant {refused_by or 'a test is skipped'}: {program}\n{output[-3000:]}")


def try_mutant(tree, mutant):
    """(CAUGHT, SURVIVED or DOES_NOT_COMPILE, by what)."""
    original = tree.read(mutant.file)
    programs = mutant.programs()
    try:
        tree.write(mutant.file, mutant.apply(original))
        try:
            tree.build(programs)
        except BuildError as error:
            return DOES_NOT_COMPILE, str(error)[-3000:]
        for program, names in programs.items():
            refused_by, _ = tree.run(program, names)
            if refused_by:
                return CAUGHT, refused_by
        return SURVIVED, "nothing"
    finally:
        tree.write(mutant.file, original)


def share(text):
    """(K, N) of "K/N"."""
    first, slash, step = text.partition("/")
    if not (slash and first.isdigit() and step.isdigit() and int(first) < int(step)):
        raise argparse.ArgumentTypeError(f"'{text}' is not K/N with 0 <= K < N")
    return int(first), int(step)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scratch", help="folder for the copy and its build; kept, which makes the next run faster")
    parser.add_argument("--source", default=Path(__file__).resolve().parents[2], help="the repository")
    parser.add_argument("--group", choices=["host", "simulated"], default="host")
    parser.add_argument("--cuda", choices=["OFF", "SIMULATED"], help="NDLEASE_CUDA; by default what the group needs")
    parser.add_argument("--share", type=share, default=os.environ.get("NDLEASE_MUTANTS_SHARE", "0/1"),
                        help="every Nth mutant from number K on, and those that check the runner; default: NDLEASE_MUTANTS_SHARE, or all")
    parser.add_argument("--only", action="append", help="run this mutant alone; may be repeated")
    parser.add_argument("--list", action="store_true", help="print the mutants and what must refuse them")
    parser.add_argument("--cmake", default="cmake")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("-D", dest="definitions", action="append", default=[], help="a setting for CMake")
    arguments = parser.parse_args()

    mutants = table_of(arguments.group)
    if arguments.only:
        unknown = set(arguments.only) - {m.name for m in mutants}
        if unknown:
            parser.error(f"no such mutant: {', '.join(sorted(unknown))}")
        mutants = [m for m in mutants if m.name in arguments.only]
    whole = mutants
    first, step = arguments.share
    mutants = [m for i, m in enumerate(whole) if i % step == first or m.expect != CAUGHT]
    if arguments.list:
        for mutant in mutants:
            print(f"{mutant.name}: {mutant.file}; {', '.join(mutant.tests)}")
        return 0
    if not arguments.scratch:
        parser.error("--scratch is missing")

    started = time.monotonic()
    tree = Tree(arguments.source, Path(arguments.scratch), arguments.jobs)
    try:
        check_table(whole, tree.read)
        tree.synchronise()
        tree.configure(arguments.cmake, arguments.cuda or ("OFF" if arguments.group == "host" else "SIMULATED"), arguments.definitions)
        check_baseline(tree, mutants)
    except (TableError, BuildError) as error:
        print(f"run_mutants.py: {error}", file=sys.stderr)
        return 1
    print(f"without mutants all named tests pass ({time.monotonic() - started:.0f} s)", flush=True)

    wrong = []
    caught = 0
    for mutant in mutants:
        begun = time.monotonic()
        outcome, by = try_mutant(tree, mutant)
        if outcome != mutant.expect:
            wrong.append(f"{mutant.name}: {outcome}" + (f":\n{by}" if outcome == DOES_NOT_COMPILE else f", expected: {mutant.expect}"))
        caught += mutant.expect == outcome == CAUGHT
        note = by if outcome == CAUGHT else outcome + (", as it must be" if outcome == mutant.expect else "")
        print(f"{mutant.name:<58} {note:<90} {time.monotonic() - begun:5.1f} s", flush=True)
    bugs = sum(m.expect == CAUGHT for m in mutants)
    print(f"{caught} of {bugs} mutants caught (of {sum(m.expect == CAUGHT for m in whole)} in all) in {time.monotonic() - started:.0f} s")
    for line in wrong:
        print(f"run_mutants.py: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
