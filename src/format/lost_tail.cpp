// SPDX-License-Identifier: Apache-2.0
#include "format/lost_tail.hpp"

#include <algorithm>
#include <bit>

#include "format/node.hpp"

namespace ndlease::detail {
namespace {

/// The alignment that C asks for a scalar, whatever the string promises.
std::int64_t alignment_in_c(const Format& scalar) {
    const Kind kind = scalar.kind();
    if (kind >= Kind::character && kind <= Kind::bit_field) return unit_size(kind);
    const std::int64_t part = scalar.is_complex() ? scalar.itemsize() / 2 : scalar.itemsize();
    return part & -part;
}

/// The fewest bytes that padding up to some alignment could add to an element of this size; 0 when it needs none.
std::int64_t smallest_tail(std::int64_t size, std::int64_t strictest) {
    for (std::int64_t alignment = 2; alignment <= strictest; alignment *= 2) {
        if (size % alignment != 0) return alignment - size % alignment;
    }
    return 0;
}

/// What is known of a format once its parts are; each part is looked at once, so that nesting costs nothing.
struct Tails {
    std::int64_t strictest = 1;  ///< alignment that C asks for it
    std::int64_t at_end = 0;     ///< the fewest bytes that padding could add to the records at its end; 0 when none needs any
    std::int64_t repeated = 0;   ///< the same for the outermost repeated record that ends where it ends
    bool may_be_lost = false;    ///< in some gap inside
};

Tails tails_of(const Format& format);

/// Of the fields of a record of `size` bytes; at_end and repeated are those of the last field, where it ends the record.
Tails tails_of(std::span<const Field> fields, std::int64_t size) {
    Tails all;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Format& format = fields[i].format();
        const Tails part = tails_of(format);
        const std::int64_t next = i + 1 < fields.size() ? fields[i + 1].offset() : size;
        const std::int64_t gap = next - fields[i].offset() - format.itemsize();
        all.strictest = std::max(all.strictest, part.strictest);
        all.may_be_lost = all.may_be_lost || part.may_be_lost || (part.repeated > 0 && gap >= part.repeated);
        const bool ends = i + 1 == fields.size() && gap == 0;
        all.at_end = ends ? part.at_end : 0;
        all.repeated = ends ? part.repeated : 0;
    }
    return all;
}

// Recursion is bounded by max_format_depth.
Tails tails_of(const Format& format) {
    const Format& element = format.element();
    if (!element.is_record()) return {.strictest = element.is_scalar() ? alignment_in_c(element) : 1};
    Tails tails = tails_of(element.fields(), element.itemsize());
    const std::int64_t own = smallest_tail(element.itemsize(), tails.strictest);
    const std::int64_t each = own > 0 && tails.at_end > 0 ? std::min(own, tails.at_end) : std::max(own, tails.at_end);
    const std::int64_t count = element.itemsize() > 0 ? format.itemsize() / element.itemsize() : 0;
    if (!mul_fits(each, count, &tails.at_end)) tails.at_end = 0;
    if (is_repeated_record(format)) tails.repeated = tails.at_end;
    return tails;
}

}  // namespace

bool is_repeated_record(const Format& format) {
    if (!format.is_subarray() || !format.element().is_record()) return false;
    const Dims& shape = format.shape();
    const bool empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
    return !empty && std::any_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent > 1; });
}

bool may_have_lost_tails(std::span<const Field> fields, std::int64_t size) { return tails_of(fields, size).may_be_lost; }

}  // namespace ndlease::detail
