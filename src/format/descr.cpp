// SPDX-License-Identifier: Apache-2.0
// NumPy's descr: a typestr, a list of field tuples, or (descr, shape).
#include "format/descr.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>
#include <ndlease/format_types.hpp>

#include "format/refusal.hpp"

namespace ndlease {
namespace detail {
namespace {

using Type = PythonLiteral::Type;

[[noreturn]] void fail(const PythonLiteral& at, const std::string& why) {
    throw Error(errc::bad_format, "byte " + std::to_string(at.position) + ": " + why, at.position);
}

/// Runs `make`; what it refuses is reported at `at`.
template <class Make>
Format make_at(const PythonLiteral& at, Make make) {
    try {
        return make();
    } catch (const Error& error) {
        if (error.code() != errc::bad_format && error.code() != errc::overflow) throw;
        fail(at, error.what());
    }
}

Format subarray_at(const PythonLiteral& at, const Format& element, const PythonLiteral& shape) {
    Dims extents;
    if (shape.is(Type::integer)) {
        if (shape.integer < 0) fail(shape, "an extent must not be negative");
        extents.push_back(shape.integer);
    } else {
        extents = extents_from(shape);
    }
    if (extents.empty()) return element;
    return make_at(at, [&] { return Format::subarray(element, extents.span()); });
}

/// The name in "name" or (title, name).
const PythonLiteral& name_of(const PythonLiteral& literal) {
    const PythonLiteral& name = literal.is(Type::tuple) && literal.items.size() == 2 ? literal.items[1] : literal;
    if (!name.is(Type::text)) fail(literal, std::string("a field name or (title, name) was expected, not ") + to_string(literal.type));
    return name;
}

Format record_from(const PythonLiteral& list) {
    std::vector<FieldSpec> fields;
    std::unordered_set<std::string_view> names;
    std::int64_t offset = 0;
    std::int64_t alignment = 1;
    for (const PythonLiteral& entry : list.items) {
        if (!entry.is(Type::tuple) || entry.items.size() < 2 || entry.items.size() > 3) fail(entry, "a field tuple (name, type [, shape]) was expected");
        const PythonLiteral& name = name_of(entry.items[0]);
        Format format = format_from_descr(entry.items[1]);
        if (entry.items.size() == 3) format = subarray_at(entry, format, entry.items[2]);
        const bool gap = name.text.empty() && format.element().kind() == Kind::opaque;
        const std::int64_t here = offset;
        if (!add_fits(offset, format.itemsize(), &offset)) fail(entry, "the record's size does not fit in 63 bits");
        if (gap) continue;
        if (!name.text.empty() && !names.insert(name.text).second) fail(name, "the field name " + python_repr(name.text) + " appears twice");
        format = limit_alignment(format, power_of_two_in(here));
        alignment = std::max(alignment, format.alignment());
        fields.push_back({name.text, std::move(format), here});
    }
    // The array interface writes a lone item as [('', typestr)].
    if (fields.size() == 1 && fields[0].name.empty() && list.items.size() == 1) return fields[0].format;
    const Format record = make_at(list, [&] { return Format::record(fields, offset, alignment); });
    return limit_alignment(record, power_of_two_in(offset));
}

std::string field_text(const Field& field) {
    std::string text = '(' + python_repr(field.name()) + ", " + print_descr(field.format().element());
    if (field.format().is_subarray()) text += ", " + python_tuple(field.format().shape());
    return text + ')';
}

std::string record_text(const Format& record) {
    const auto fields = record.fields();
    if (fields.size() == 1 && fields[0].name().empty() && fields[0].format().itemsize() == record.itemsize()) {
        refuse(record, "descr", "a lone unnamed field would read as the field itself");
    }
    std::string text = "[";
    std::int64_t end = 0;
    const auto add = [&](const std::string& entry) {
        if (text.size() > 1) text += ", ";
        text += entry;
    };
    const auto add_gap = [&](std::int64_t until) {
        if (until > end) add("('', '|V" + std::to_string(until - end) + "')");
    };
    for (const Field& field : fields) {
        if (field.offset() < end) refuse(record, "descr", "field '" + field.name() + "' starts before the end of the one before it");
        if (field.name().empty() && field.format().element().kind() == Kind::opaque) refuse(record, "descr", "an unnamed field of bytes would read as a gap");
        add_gap(field.offset());
        add(field_text(field));
        end = field.offset() + field.format().itemsize();
    }
    add_gap(record.itemsize());
    return text + ']';
}

}  // namespace

Dims extents_from(const PythonLiteral& literal) {
    if (!literal.is(Type::tuple)) fail(literal, std::string("a tuple of extents was expected, not ") + to_string(literal.type));
    if (literal.items.size() > max_rank) {
        fail(literal, std::to_string(literal.items.size()) + " dimensions; at most " + std::to_string(max_rank) + " are supported");
    }
    Dims extents;
    for (const PythonLiteral& item : literal.items) {
        if (!item.is(Type::integer)) fail(item, std::string("an extent must be an integer, not ") + to_string(item.type));
        if (item.integer < 0) fail(item, "an extent must not be negative, this is " + std::to_string(item.integer));
        extents.push_back(item.integer);
    }
    return extents;
}

std::string python_tuple(const Dims& extents) {
    std::string text = "(";
    for (const std::int64_t extent : extents) {
        if (text.size() > 1) text += ' ';
        text += std::to_string(extent) + ',';
    }
    if (extents.size() > 1) text.pop_back();
    return text + ')';
}

// Recursion is bounded by max_literal_depth.
Format format_from_descr(const PythonLiteral& literal) {
    switch (literal.type) {
        case Type::text: return make_at(literal, [&] { return parse_typestr(literal.text); });
        case Type::list: return record_from(literal);
        case Type::tuple:
            if (literal.items.size() == 2) return subarray_at(literal, format_from_descr(literal.items[0]), literal.items[1]);
            break;
        default: break;
    }
    fail(literal, std::string("a typestr, a list of fields or (descr, shape) was expected, not ") + to_string(literal.type));
}

}  // namespace detail

Format parse_descr(std::string_view literal) { return detail::format_from_descr(detail::parse_python_literal(literal)); }

std::string print_descr(const Format& format) {
    if (format.is_record()) return detail::record_text(format);
    if (format.is_subarray()) return '(' + print_descr(format.element()) + ", " + detail::python_tuple(format.shape()) + ')';
    return detail::python_repr(print_typestr(format));
}

}  // namespace ndlease
