// SPDX-License-Identifier: Apache-2.0
// Other readings of the same bytes.
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/view.hpp>

#include "view/draft.hpp"

namespace ndlease {

using detail::ViewDraft;

View View::reinterpret(const Format& format) const {
    const std::int64_t from = itemsize();
    const std::int64_t to = format.itemsize();
    ViewDraft draft(*this);
    if (from == to) return draft.finish(format);
    const std::string what = "reinterpret items of " + std::to_string(from) + " bytes as " + std::to_string(to) + " bytes: ";
    if (from == 0 || to == 0) throw Error(errc::bad_layout, what + "an itemsize of 0 has no multiple");
    if (rank() == 0) throw Error(errc::bad_layout, what + "the view has no axis to rescale; expand it first");
    const int last = rank() - 1;
    if (draft.is_indirect(last)) throw Error(errc::bad_layout, what + "the last axis is indirect", last);
    if (draft.has_elements() && shape()[last] > 1 && strides()[last] != from) {
        throw Error(errc::bad_layout, what + "the last axis must be contiguous, but its stride is " + std::to_string(strides()[last]), last);
    }
    const std::int64_t bytes = checked_mul(shape()[last], from, "bytes of the last axis");
    if (bytes % to != 0) {
        throw Error(errc::bad_layout, what + "the " + std::to_string(bytes) + " bytes of the last axis do not divide by " + std::to_string(to), last);
    }
    draft.shape[last] = bytes / to;
    draft.strides[last] = to;
    return draft.finish(format);
}

View View::as_bytes() const {
    ViewDraft draft(*this);
    draft.insert_axis(rank(), itemsize(), 1);
    return draft.finish(Format());
}

View View::as_strided(std::span<const std::int64_t> to_shape, std::span<const std::int64_t> to_strides, std::int64_t offset_bytes) const {
    detail::refuse_indirect(*this, "as_strided");
    const Layout wanted(to_shape, to_strides);
    const ByteExtent extent = wanted.byte_extent(itemsize());
    ViewDraft draft(*this);
    draft.set_layout(wanted);
    if (extent.lower != extent.upper) {
        // Bytes reached and allowed, both from data().
        const std::int64_t lower = checked_add(extent.lower, offset_bytes, "as_strided's first byte");
        const std::int64_t upper = checked_add(extent.upper, offset_bytes, "as_strided's last byte");
        ByteExtent allowed = layout_.byte_extent(itemsize());
        if (allocation_.bytes != 0) {
            allowed.lower = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(allocation_.data) - reinterpret_cast<std::uintptr_t>(data_));
            allowed.upper = checked_add(allowed.lower, allocation_.bytes, "end of the allocation");
        }
        if (lower < allowed.lower || upper > allowed.upper) {
            throw Error(errc::out_of_bounds, "as_strided " + to_string(wanted) + " at offset " + std::to_string(offset_bytes) + " reaches bytes [" +
                                                 std::to_string(lower) + ", " + std::to_string(upper) + ") from data(), but " +
                                                 (allocation_.bytes != 0 ? "the allocation" : "this view") + " has [" + std::to_string(allowed.lower) + ", " +
                                                 std::to_string(allowed.upper) + ')');
        }
        draft.shift(0, offset_bytes);
    }
    draft.read_only = read_only_ || internal_overlap(wanted, itemsize()) != Overlap::no;
    return draft.finish();
}

}  // namespace ndlease
