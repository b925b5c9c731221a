// SPDX-License-Identifier: Apache-2.0
#include "format/code.hpp"

namespace ndlease::detail {
namespace {

struct Code {
    Kind kind;
    SizeAlign native;
    int standard;  // size in bytes; 0: there is none
};

constexpr Code unknown{Kind::opaque, {0, 1}, -1};

Code code_of(char code, const Abi& abi) noexcept {
    switch (code) {
        case '?': return {Kind::boolean, {1, 1}, 1};
        case 'c': return {Kind::character, {1, 1}, 1};
        case 'b': return {Kind::integer, {1, 1}, 1};
        case 'B': return {Kind::unsigned_integer, {1, 1}, 1};
        case 'h': return {Kind::integer, abi.short_, 2};
        case 'H': return {Kind::unsigned_integer, abi.short_, 2};
        case 'i': return {Kind::integer, abi.int_, 4};
        case 'I': return {Kind::unsigned_integer, abi.int_, 4};
        case 'l': return {Kind::integer, abi.long_, 4};
        case 'L': return {Kind::unsigned_integer, abi.long_, 4};
        case 'q': return {Kind::integer, abi.long_long_, 8};
        case 'Q': return {Kind::unsigned_integer, abi.long_long_, 8};
        case 'n': return {Kind::integer, abi.size_, 0};
        case 'N': return {Kind::unsigned_integer, abi.size_, 0};
        case 'e': return {Kind::floating, {2, 2}, 2};
        case 'f': return {Kind::floating, abi.float_, 4};
        case 'd': return {Kind::floating, abi.double_, 8};
        case 'g': return {abi.long_double_kind == LongDouble::x87 ? Kind::x87 : Kind::floating, abi.long_double_, 0};
        case 's': return {Kind::bytes, {1, 1}, 1};
        case 'p': return {Kind::pascal, {1, 1}, 1};
        case 'x': return {Kind::opaque, {1, 1}, 1};
        case 't': return {Kind::bit_field, {1, 1}, 1};
        case 'u': return {Kind::ucs2, {2, 2}, 2};
        case 'w': return {Kind::ucs4, {4, 4}, 4};
        case 'P': return {Kind::pointer, abi.pointer_, 0};
        case 'O': return {Kind::py_object, abi.pointer_, abi.pointer_.size};
        default: return unknown;
    }
}

}  // namespace

CodeResult look_up_code(char code, bool complex, Mode mode, const Abi& abi, ScalarSpec* spec) noexcept {
    if (complex && code != 'e' && code != 'f' && code != 'd' && code != 'g') return CodeResult::unknown;
    const Code found = code_of(code, abi);
    if (found.standard < 0) return CodeResult::unknown;
    if (found.standard == 0 && !mode.native_sizes()) return CodeResult::no_standard_size;
    const std::int64_t size = mode.native_sizes() ? found.native.size : found.standard;
    const std::int64_t bits = found.kind == Kind::x87 ? 80 : 8 * size;
    *spec = {found.kind, mode.order(abi), bits, size, found.native.align};
    if (complex) {
        spec->kind = found.kind == Kind::x87 ? Kind::complex_x87 : Kind::complex;
        spec->bits *= 2;
        spec->itemsize *= 2;
    }
    const bool address = found.kind == Kind::pointer || found.kind == Kind::py_object;
    if (address) spec->order = abi.little_endian ? ByteOrder::little : ByteOrder::big;
    const bool single_bytes = spec->itemsize == 1;  // one byte, or text whose unit is one
    if (single_bytes) spec->order = ByteOrder::none;
    return CodeResult::ok;
}

}  // namespace ndlease::detail
