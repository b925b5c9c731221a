// SPDX-License-Identifier: Apache-2.0
#include "format/lost_tail.hpp"

#include <algorithm>
#include <bit>

#include "format/node.hpp"

namespace ndlease::detail {
namespace {

/// The strictest alignment that C asks for a part, whatever the string promises.
std::int64_t strictest(const Format& format) {
    std::int64_t alignment = 1;
    for (const Field& field : format.fields()) alignment = std::max(alignment, strictest(field.format().element()));
    if (!format.is_scalar()) return alignment;
    const Kind kind = format.kind();
    if (kind >= Kind::character && kind <= Kind::bit_field) return unit_size(kind);
    const std::int64_t part = format.is_complex() ? format.itemsize() / 2 : format.itemsize();
    return part & -part;
}

/// The fewest bytes that padding could add to an element of this size; 0 when it needs none.
std::int64_t smallest_tail(const Format& element) {
    const std::int64_t size = element.itemsize();
    const std::int64_t limit = strictest(element);
    for (std::int64_t alignment = 2; alignment <= limit; alignment *= 2) {
        if (size % alignment != 0) return alignment - size % alignment;
    }
    return 0;
}

const Format* last_at_end(const Format& record) {
    if (!record.is_record() || record.fields().empty()) return nullptr;
    const Field& last = record.fields().back();
    return last.offset() + last.format().itemsize() == record.itemsize() ? &last.format() : nullptr;
}

/// The fewest bytes that padding could add to the records at the end of `format`; 0 when none needs any.
std::int64_t tail_at_end(const Format& format) {
    const Format& record = format.element();
    if (!record.is_record() || record.itemsize() == 0) return 0;
    const Format* const last = last_at_end(record);
    const std::int64_t own = smallest_tail(record);
    const std::int64_t inner = last != nullptr ? tail_at_end(*last) : 0;
    const std::int64_t each = own > 0 && inner > 0 ? std::min(own, inner) : std::max(own, inner);
    std::int64_t all = 0;
    return mul_fits(each, format.itemsize() / record.itemsize(), &all) ? all : 0;
}

/// The same for the outermost repeated record that ends where `format` ends.
std::int64_t repeated_tail_at_end(const Format& format) {
    if (is_repeated_record(format)) return tail_at_end(format);
    const Format* const last = last_at_end(format.element());
    return last != nullptr ? repeated_tail_at_end(*last) : 0;
}

}  // namespace

bool is_repeated_record(const Format& format) {
    if (!format.is_subarray() || !format.element().is_record()) return false;
    const Dims& shape = format.shape();
    const bool empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
    return !empty && std::any_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent > 1; });
}

bool may_have_lost_tails(std::span<const Field> fields, std::int64_t size) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Format& format = fields[i].format();
        const std::int64_t next = i + 1 < fields.size() ? fields[i + 1].offset() : size;
        const std::int64_t lost = repeated_tail_at_end(format);
        if (lost > 0 && next - fields[i].offset() - format.itemsize() >= lost) return true;
        if (may_have_lost_tails(format.element().fields(), format.element().itemsize())) return true;
    }
    return false;
}

}  // namespace ndlease::detail
