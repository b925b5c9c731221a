# SPDX-License-Identifier: Apache-2.0
"""One planted bug: a change of text in one file, and the tests that must refuse it."""

from dataclasses import dataclass

CAUGHT = "caught"
SURVIVED = "survived"
DOES_NOT_COMPILE = "does not compile"


class TableError(Exception):
    """The table does not fit the sources any more: that is no catch."""


@dataclass(frozen=True)
class Mutant:
    name: str
    file: str  # from the root of the repository
    before: str  # must occur exactly once in it
    after: str
    tests: tuple  # "folder/program filter": the program is tests/folder/ndlease_program in the build tree; one of them must fail
    expect: str = CAUGHT  # anything else is a check of the runner itself

    def apply(self, text):
        """The file's text with the bug."""
        found = text.count(self.before)
        if found != 1:
            raise TableError(f"{self.name}: the text to change occurs {found} times in {self.file}: {self.before!r}")
        if self.before == self.after:
            raise TableError(f"{self.name}: changes nothing")
        return text.replace(self.before, self.after)

    def programs(self):
        """{program: filter}, programs as "folder/name"."""
        programs = {}
        for test in self.tests:
            program, _, names = test.partition(" ")
            if not program.count("/") or not names:
                raise TableError(f"{self.name}: a test is 'folder/program filter', not {test!r}")
            programs[program] = ":".join(filter(None, [programs.get(program), names]))
        if not programs:
            raise TableError(f"{self.name}: names no test")
        return programs


def check_table(mutants, read):
    """Every mutant applies; `read` gives a file's text. Raises TableError that lists all that do not."""
    problems = []
    names = [m.name for m in mutants]
    problems += [f"{name}: named twice" for name in sorted(set(names)) if names.count(name) > 1]
    for mutant in mutants:
        try:
            mutant.programs()
            mutant.apply(read(mutant.file))
        except TableError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{mutant.name}: {error}")
    if problems:
        raise TableError("\n".join(problems))
