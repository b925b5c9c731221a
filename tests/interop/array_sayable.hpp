// SPDX-License-Identifier: Apache-2.0
// What the array interfaces can say about an item, written down from their specification and the table of NumPy's kinds: the oracle of the laws.
#pragma once

#include <vector>

#include <ndlease/format.hpp>
#include <ndlease/format_types.hpp>

namespace ndlease::testing {

[[nodiscard]] inline bool numpy_number(const Format& format) {
    const std::int64_t bits = format.bits();
    switch (format.kind()) {
        case Kind::boolean: return true;
        case Kind::integer:
        case Kind::unsigned_integer: return bits == 8 || bits == 16 || bits == 32 || bits == 64;
        case Kind::floating: return bits == 16 || bits == 32 || bits == 64;
        case Kind::complex: return bits == 64 || bits == 128;
        // On x86-64 f16 and c32 are the compiler's long double.
        case Kind::x87: return format.itemsize() == 16;
        case Kind::complex_x87: return format.itemsize() == 32;
        default: return false;
    }
}

/// `whole`: the item itself, not a part of it.
[[nodiscard]] inline bool sayable(const Format& format, bool whole = true) {
    switch (format.kind()) {
        case Kind::character:
        case Kind::bytes:
        case Kind::ucs4:
        case Kind::opaque:
        case Kind::bit_field:
        case Kind::datetime:
        case Kind::timedelta:
        case Kind::py_object: return true;
        case Kind::subarray: return !whole && sayable(format.element(), false);
        case Kind::record: break;
        default: return numpy_number(format);
    }
    std::int64_t end = 0;
    for (const Field& field : format.fields()) {
        if (field.name().empty() || field.offset() < end || !sayable(field.format(), false)) return false;
        end = field.offset() + field.format().itemsize();
    }
    return !format.fields().empty();
}

/// The one thing that has two names here and one there: a C char is text of one byte.
[[nodiscard]] inline Format as_said(const Format& format) {
    if (format.kind() == Kind::character) return Format::text(Kind::bytes, 1);
    if (format.is_subarray()) return Format::subarray(as_said(format.element()), format.shape().span());
    if (!format.is_record()) return format;
    std::vector<FieldSpec> fields;
    for (const Field& field : format.fields()) fields.push_back({field.name(), as_said(field.format()), field.offset()});
    return Format::record(fields, format.itemsize(), 1);
}

}  // namespace ndlease::testing
