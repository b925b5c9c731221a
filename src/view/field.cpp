// SPDX-License-Identifier: Apache-2.0
// Parts of every item: fields of records, sub-arrays, real and imaginary parts.
#include <ndlease/error.hpp>
#include <ndlease/view.hpp>

#include "view/draft.hpp"

namespace ndlease {

using detail::ViewDraft;

namespace {

/// Elements narrower than a byte share bytes, so that they have no address of their own.
bool is_packed(const Format& subarray) {
    const Format& element = subarray.element();
    return element.is_scalar() && element.itemsize() == 1 && element.bits() < 8;
}

/// Appends the axes of a sub-array, of a sub-array of it, and so on; returns what one element is. Packed ones stay one item.
Format append_subarray_axes(ViewDraft& draft, Format format) {
    while (format.is_subarray() && !is_packed(format)) {
        const Dims& extents = format.shape();
        const Format element = format.element();
        const Layout inner = Layout::c_order(extents.span(), element.itemsize());
        for (int i = 0; i < extents.size(); ++i) draft.insert_axis(draft.rank(), extents[i], inner.strides()[i]);
        format = element;
    }
    return format;
}

std::string names_of(const Format& record) {
    std::string names;
    for (const Field& field : record.fields()) {
        if (names.size() > 200) return names + ", ...";
        names += (names.empty() ? "'" : ", '") + field.name() + '\'';
    }
    return names.empty() ? "none" : names;
}

/// The field that `remaining` begins with: the whole of it where there is such a name, else up to a dot. `remaining` becomes what follows the dot.
const Field& take_field(const Format& format, std::optional<std::string_view>& remaining) {
    const std::string_view path = *remaining;
    if (!format.is_record()) {
        throw Error(errc::invalid_argument, "field '" + std::string(path) + "' was asked of " + format.to_string() + ", which is no record");
    }
    if (const Field* field = format.find(path)) {
        remaining.reset();
        return *field;
    }
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
        if (const Field* field = format.find(path.substr(0, dot))) {
            remaining = path.substr(dot + 1);
            return *field;
        }
    }
    throw Error(errc::out_of_range, "no field '" + std::string(path) + "' in the record; its fields: " + names_of(format));
}

Format part_of_complex(const Format& format) {
    const Kind kind = format.kind();
    const Format part = kind == Kind::complex_bfloat ? Format::number(Kind::bfloat, 16, format.byte_order())
                        : kind == Kind::complex_x87  ? Format::number(Kind::x87, 80, format.byte_order())
                                                     : Format::number(Kind::floating, static_cast<int>(format.bits() / 2), format.byte_order());
    return (part.itemsize() == format.itemsize() / 2 ? part : part.with_itemsize(format.itemsize() / 2)).with_alignment(format.alignment());
}

void require_number(const View& view, const char* what) {
    if (!view.format().is_number())
        throw Error(errc::invalid_argument, std::string(what) + " was asked of " + view.format().to_string() + ", which is no number");
}

}  // namespace

View View::field(std::string_view name) const {
    ViewDraft draft(*this);
    Format format = append_subarray_axes(draft, format_);
    std::int64_t offset = 0;
    std::optional<std::string_view> path = name;
    do {
        const Field& field = take_field(format, path);
        if (!add_fits(offset, field.offset(), &offset)) offset = 0;  // only inside of a sub-array without elements: nothing moves then
        format = append_subarray_axes(draft, Format(field.format()));
    } while (path);
    draft.shift(rank(), offset);
    return draft.finish(format);
}

View View::expand_subarray() const {
    if (!format_.is_subarray()) return *this;
    if (is_packed(format_)) {
        throw Error(errc::not_supported, "the elements of " + format_.to_string() + " are narrower than a byte and share bytes: they cannot become axes");
    }
    ViewDraft draft(*this);
    const Format element = append_subarray_axes(draft, format_);
    return draft.finish(element);
}

View View::real() const {
    require_number(*this, "real()");
    return format_.is_complex() ? ViewDraft(*this).finish(part_of_complex(format_)) : *this;
}

View View::imag() const {
    require_number(*this, "imag()");
    if (!format_.is_complex()) throw Error(errc::invalid_argument, "imag() was asked of " + format_.to_string() + ", which has no imaginary part");
    const Format part = part_of_complex(format_);
    ViewDraft draft(*this);
    draft.shift(rank(), part.itemsize());
    return draft.finish(part);
}

}  // namespace ndlease
