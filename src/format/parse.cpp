// SPDX-License-Identifier: Apache-2.0
// parse_format: which reading of a string is meant, and the Format it gives.
#include <ndlease/format_text.hpp>

#include <ndlease/error.hpp>

#include "format/lost_tail.hpp"
#include "format/node.hpp"
#include "format/read.hpp"

namespace ndlease {
namespace {

using detail::Padding;
using detail::Reading;

/// The reading's items as one item of `size` bytes, at least the reading's own.
Format as_item(Reading&& reading, std::int64_t size) {
    if (reading.fields.size() == 1 && reading.fields[0].name().empty() && reading.fields[0].offset() == 0) {
        const Format& only = reading.fields[0].format();
        if (only.itemsize() == size) return only;
        if (only.is_record() && only.itemsize() == reading.size) return only.with_itemsize(size);
    }
    return detail::make_record(std::move(reading.fields), size, reading.alignment);
}

/// Calls `differ(a, b)` for all pairs of formats that stand in the same place of two readings, and stops at the first true.
template <class Differ>
bool any_pair(const Format& a, const Format& b, const Differ& differ);

template <class Differ>
bool any_pair(std::span<const Field> a, std::span<const Field> b, const Differ& differ) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (any_pair(a[i].format(), b[i].format(), differ)) return true;
    }
    return false;
}

template <class Differ>
bool any_pair(const Format& a, const Format& b, const Differ& differ) {
    if (differ(a, b)) return true;
    if (a.is_subarray()) return any_pair(a.element(), b.element(), differ);
    if (a.target() != nullptr) return any_pair(*a.target(), *b.target(), differ);
    return any_pair(a.fields(), b.fields(), differ);
}

bool offsets_differ(std::span<const Field> a, std::span<const Field> b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].offset() != b[i].offset()) return true;
    }
    return false;
}

bool any_offset_differs(const Reading& a, const Reading& b) {
    return offsets_differ(a.fields, b.fields) ||
           any_pair(a.fields, b.fields, [](const Format& x, const Format& y) { return offsets_differ(x.fields(), y.fields()); });
}

bool any_stride_differs(const Reading& a, const Reading& b) {
    return any_pair(a.fields, b.fields,
                    [](const Format& x, const Format& y) { return detail::is_repeated_record(x) && x.element().itemsize() != y.element().itemsize(); });
}

bool any_repeated_record(const Reading& reading) {
    return any_pair(reading.fields, reading.fields, [](const Format& format, const Format&) { return detail::is_repeated_record(format); });
}

[[noreturn]] void refuse(const std::string& why) { throw Error(errc::bad_format, why); }

std::string bytes(std::int64_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

Format parse_with_itemsize(std::string_view text, const Abi* abi, std::int64_t itemsize) {
    if (itemsize < 0) throw Error(errc::invalid_argument, "an itemsize of " + std::to_string(itemsize) + "; it is not negative");
    const auto reading = [&](Padding padding) { return detail::read({text, abi, padding, true}); };
    Reading natural = reading(Padding::natural);
    if (natural.size == itemsize && !natural.spells_padding) return as_item(std::move(natural), itemsize);

    Reading no_tail = reading(Padding::no_tail);
    Reading packed = reading(Padding::none);
    const bool packed_fits = packed.compound && packed.size <= itemsize;
    const Reading* taken = nullptr;
    if (natural.size == itemsize) {
        taken = &natural;
    } else if (no_tail.size == itemsize) {
        taken = &no_tail;
    } else if (packed_fits) {
        taken = &packed;
    } else {
        std::string why = "the itemsize stated is " + bytes(itemsize) + ", but the string means " + bytes(natural.size);
        if (no_tail.size != natural.size) why += ", " + std::to_string(no_tail.size) + " without padding at the end";
        if (packed.size != no_tail.size) why += ", " + std::to_string(packed.size) + " without padding";
        refuse(why);
    }
    if (taken->bare_padding && detail::may_have_lost_tails(taken->fields, taken->size)) {
        refuse("the gap behind a repeated record may be the padding of its elements, which NumPy does not write into them");
    }
    if (taken->spells_padding) {
        const std::string ambiguous = "the string can be read in two ways for an itemsize of " + bytes(itemsize) + ": ";
        if (packed_fits && any_offset_differs(*taken, packed)) refuse(ambiguous + "with padding to alignment, and with no padding but what it spells out");
        if (taken != &natural && any_stride_differs(natural, *taken)) refuse(ambiguous + "its repeated records may have padding at their ends or not");
    }
    // NumPy never writes the padding at the end of a record down, be it one of many.
    if (taken == &packed && packed.size < itemsize && any_repeated_record(packed)) {
        refuse("the string means " + bytes(packed.size) + " of the itemsize of " + std::to_string(itemsize) +
               "; the rest may be at the end or in each of its repeated records");
    }
    return as_item(taken == &natural ? std::move(natural) : taken == &no_tail ? std::move(no_tail) : std::move(packed), itemsize);
}

}  // namespace

Format parse_format(std::string_view text, const ParseOptions& options) {
    if (options.itemsize) return parse_with_itemsize(text, options.abi, *options.itemsize);
    Reading reading = detail::read({text, options.abi, Padding::natural, false});
    const std::int64_t size = reading.size;
    return as_item(std::move(reading), size);
}

}  // namespace ndlease
