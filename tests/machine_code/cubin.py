# SPDX-License-Identifier: Apache-2.0
"""Reads what ptxas made of kernels from a cubin (an ELF file): the registers and memory accesses of each. Needs no CUDA tool.

Machine code of sm_70 and later is 16-byte words, little endian: the operation is the low 12 bits, the width of a memory access bits 73
to 75. Nobody documents this; check_calibration.py shows that it is so for the compiler at hand.
"""
import collections
import dataclasses
import pathlib
import struct

OPERATIONS = {
    0x981: "LDG", 0x986: "STG",  # global
    0x984: "LDS", 0x388: "STS", 0x988: "STS",  # shared
    0x983: "LDL", 0x387: "STL", 0x987: "STL",  # local: spills, arrays that are indexed at run time
    0x980: "LD", 0x385: "ST", 0x985: "ST",  # generic: the compiler could not tell which memory
    0xB1D: "BAR",
}
WIDTHS = {0: "U8", 1: "S8", 2: "U16", 3: "S16", 4: "32", 5: "64", 6: "128"}
WITHOUT_WIDTH = {"BAR"}
WORD_BYTES = 16

EM_CUDA = 190
SHT_SYMTAB, SHT_NOBITS = 2, 8
INFO_REGISTERS = 0x2F  # an entry of .nv.info: symbol, registers
INFO_HAS_SIZE = 4  # the kind of entries that state their size in bytes


class CubinError(Exception):
    pass


@dataclasses.dataclass
class Kernel:
    name: str  # mangled
    registers: int
    accesses: collections.Counter  # "LDG.128" -> how many of these are in the code
    instructions: int

    def count(self, operation, width=None):
        """Accesses of one operation, of one width or of any."""
        return sum(n for access, n in self.accesses.items() if access.split(".")[0] == operation and width in (None, access.partition(".")[2]))

    @property
    def local_accesses(self):
        return self.count("LDL") + self.count("STL")


@dataclasses.dataclass
class Section:
    name: str
    kind: int
    data: bytes


def read_sections(data):
    if data[:4] != b"\x7fELF" or data[4:6] != b"\x02\x01":
        raise CubinError("not a 64-bit little-endian ELF file")
    if struct.unpack_from("<H", data, 18)[0] != EM_CUDA:
        raise CubinError("an ELF file, but not for CUDA")
    (table,) = struct.unpack_from("<Q", data, 40)
    entry_bytes, count, names_index = struct.unpack_from("<HHH", data, 58)
    headers = [struct.unpack_from("<IIQQQQIIQQ", data, table + i * entry_bytes) for i in range(count)]

    def contents(header):
        return b"" if header[1] == SHT_NOBITS else data[header[4]:header[4] + header[5]]

    names = contents(headers[names_index])
    return [Section(text_at(names, header[0]), header[1], contents(header)) for header in headers], headers


def text_at(strings, offset):
    return strings[offset:strings.index(b"\0", offset)].decode()


def read_registers(sections, headers):
    """Registers per symbol name, from .nv.info."""
    symbols = []
    for section, header in zip(sections, headers):
        if section.kind == SHT_SYMTAB:
            strings = sections[header[6]].data
            symbols = [text_at(strings, struct.unpack_from("<I", section.data, at)[0]) for at in range(0, len(section.data), 24)]
    registers = {}
    for section in sections:
        if section.name != ".nv.info":
            continue
        at = 0
        while at + 4 <= len(section.data):
            kind, attribute, size = struct.unpack_from("<BBH", section.data, at)
            if kind != INFO_HAS_SIZE:
                size = 0  # the value stands in place of the size
            elif attribute == INFO_REGISTERS:
                symbol, used = struct.unpack_from("<II", section.data, at + 4)
                registers[symbols[symbol]] = used
            at += 4 + size
    return registers


def count_accesses(code):
    counts = collections.Counter()
    for low, high in struct.iter_unpack("<QQ", code):
        operation = OPERATIONS.get(low & 0xFFF)
        if operation in WITHOUT_WIDTH:
            counts[operation] += 1
        elif operation:
            width = (high >> 9) & 7
            counts[f"{operation}.{WIDTHS.get(width, f'code{width}')}"] += 1
    return counts


def read_kernels(path):
    """{mangled name: Kernel} of a cubin. Raises CubinError for a file that is none, or that holds no kernel."""
    try:
        sections, headers = read_sections(pathlib.Path(path).read_bytes())
        registers = read_registers(sections, headers)
        kernels = {}
        for section in sections:
            if section.name.startswith(".text."):
                name = section.name.removeprefix(".text.")
                if len(section.data) % WORD_BYTES != 0:
                    raise CubinError(f"the code of {name} is {len(section.data)} bytes, no multiple of {WORD_BYTES}")
                kernels[name] = Kernel(name, registers[name], count_accesses(section.data), len(section.data) // WORD_BYTES)
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise CubinError(f"{path}: cannot be read as a cubin: {error!r}") from error
    if not kernels:
        raise CubinError(f"{path}: no kernel in it")
    return kernels
