// SPDX-License-Identifier: Apache-2.0
#include "interop/array_item.hpp"

#include <cstdint>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>
#include <ndlease/format_types.hpp>

#include "format/descr.hpp"
#include "format/python_literal.hpp"
#include "format/refusal.hpp"

namespace ndlease::detail {
namespace {

using Type = PythonLiteral::Type;

[[noreturn]] void fail(const std::string& why, std::int64_t position = -1) { throw Error(errc::bad_format, "descr: " + why, position); }

/// The typestr in [('', typestr)], or NULL.
const PythonLiteral* lone_typestr(const PythonLiteral& literal) {
    if (literal.is(Type::text)) return &literal;
    if (!literal.is(Type::list) || literal.items.size() != 1 || !literal.items[0].is(Type::tuple)) return nullptr;
    const auto& field = literal.items[0].items;
    const bool unnamed = field.size() == 2 && field[0].is(Type::text) && field[0].text.empty() && field[1].is(Type::text);
    return unnamed ? &field[1] : nullptr;
}

bool is_time(const Format& format) { return format.kind() == Kind::datetime || format.kind() == Kind::timedelta; }

// Recursion is bounded by max_format_depth.
void check_fields(const Format& format, const char* protocol) {
    if (format.is_subarray()) check_fields(format.element(), protocol);
    if (format.is_record() && format.fields().empty()) refuse(format, protocol, "a record without fields would read as bytes");
    for (const Field& field : format.fields()) {
        if (field.name().empty()) refuse(format, protocol, "the field at byte " + std::to_string(field.offset()) + " has no name");
        check_fields(field.format(), protocol);
    }
}

}  // namespace

Format item_from(const Format& base, std::string_view descr, bool open_unit) {
    if (descr.empty()) return base;
    const PythonLiteral literal = parse_python_literal(descr);
    if (const PythonLiteral* const typestr = lone_typestr(literal)) {
        Format said = parse_typestr(typestr->text);
        const bool agrees = said == base || (open_unit && is_time(said) && said.kind() == base.kind() && said.byte_order() == base.byte_order());
        if (!agrees) fail("it says '" + typestr->text + "' where the typestr says '" + print_typestr(base) + '\'', typestr->position);
        return said;
    }
    if (!literal.is(Type::list)) fail(std::string("a list of fields was expected, not ") + to_string(literal.type), literal.position);
    Format item = format_from_descr(literal);
    if (base.kind() != Kind::opaque) fail("it has fields where the typestr says '" + print_typestr(base) + '\'', literal.position);
    if (item.itemsize() != base.itemsize()) {
        fail("its fields have " + std::to_string(item.itemsize()) + " bytes where the typestr says " + std::to_string(base.itemsize()), literal.position);
    }
    return item;
}

ItemText item_text(const Format& format, const char* protocol) {
    if (format.is_subarray()) refuse(format, protocol, "its dimensions belong into the shape: expand_subarray() puts them there");
    check_fields(format, protocol);
    ItemText text{print_typestr(format), print_descr(format)};
    if (!format.is_record()) text.descr = "[('', " + text.descr + ")]";
    return text;
}

Format limit_to_place(const Format& format, const void* data, const Layout& layout) {
    if (layout.is_empty()) return format;
    std::uint64_t bits = reinterpret_cast<std::uintptr_t>(data);
    for (int axis = 0; axis < layout.rank(); ++axis) {
        if (layout.extent(axis) > 1) bits |= static_cast<std::uint64_t>(layout.stride(axis));
    }
    constexpr std::uint64_t highest = std::uint64_t{1} << 62;
    bits |= highest;
    return limit_alignment(format, static_cast<std::int64_t>(bits & (~bits + 1)));
}

}  // namespace ndlease::detail
