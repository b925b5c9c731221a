// SPDX-License-Identifier: Apache-2.0
// The same item with another alignment, size or byte order.
#include <algorithm>
#include <memory>

#include <ndlease/error.hpp>
#include <ndlease/format.hpp>

#include "format/node.hpp"

namespace ndlease {
namespace {

using detail::FormatNode;
using detail::PartsNode;

std::string name(Kind kind) { return ndlease::to_string(kind); }

detail::ScalarSpec spec_of(const FormatNode& node) { return {node.kind, node.order, node.bits, node.itemsize, node.alignment}; }

/// `node` with the numbers of `spec`, and with its own parts.
Format changed(const FormatNode& node, const detail::ScalarSpec& spec) {
    if (!node.has_parts) return detail::make_scalar(spec);
    const auto& old = static_cast<const PartsNode&>(node);
    auto copy = std::make_unique<PartsNode>(spec);
    copy->depth = old.depth;
    if (spec.kind >= Kind::record) copy->native = old.native;
    copy->addresses = old.addresses;
    copy->shape = old.shape;
    copy->fields = old.fields;
    copy->inner = old.inner;
    copy->unit = old.unit;
    return Format(copy.release());
}

bool has_byte_order(Kind kind, std::int64_t itemsize) {
    switch (kind) {
        case Kind::ucs2:
        case Kind::ucs4:
        case Kind::datetime:
        case Kind::timedelta: return true;
        default: return kind <= Kind::complex_bfloat && itemsize > 1;
    }
}

}  // namespace

Format Format::with_alignment(std::int64_t alignment) const {
    if (alignment < 1 || (alignment & (alignment - 1)) != 0) {
        throw Error(errc::bad_format, "an alignment of " + std::to_string(alignment) + "; it is a power of two");
    }
    if (alignment == node_->alignment) return *this;
    detail::ScalarSpec spec = spec_of(*node_);
    spec.alignment = alignment;
    return changed(*node_, spec);
}

Format Format::with_itemsize(std::int64_t itemsize) const {
    if (itemsize == node_->itemsize) return *this;
    detail::ScalarSpec spec = spec_of(*node_);
    const std::string wish = " cannot have " + std::to_string(itemsize) + " bytes";
    if (spec.kind == Kind::x87 || spec.kind == Kind::complex_x87) {
        const std::int64_t parts = spec.kind == Kind::x87 ? 1 : 2;
        if (itemsize != 12 * parts && itemsize != 16 * parts) throw Error(errc::bad_format, name(spec.kind) + wish);
    } else if (spec.kind == Kind::record) {
        std::int64_t end = 0;
        for (const Field& field : fields()) end = std::max(end, field.offset() + field.format().itemsize());
        if (itemsize < end) throw Error(errc::bad_format, "a record whose last field ends at " + std::to_string(end) + wish);
        spec.bits = detail::bits_of_bytes(itemsize);
    } else {
        throw Error(errc::bad_format, name(spec.kind) + " of " + std::to_string(spec.itemsize) + " bytes" + wish);
    }
    spec.itemsize = itemsize;
    return changed(*node_, spec);
}

Format Format::with_byte_order(ByteOrder order) const {
    if (order != ByteOrder::little && order != ByteOrder::big) throw Error(errc::invalid_argument, "a byte order is little or big");
    if (is_subarray()) {
        const Format swapped = element().with_byte_order(order);
        return swapped == element() ? *this : detail::make_subarray(swapped, shape().span()).with_alignment(alignment());
    }
    if (is_record()) {
        std::vector<Field> swapped;
        swapped.reserve(fields().size());
        for (const Field& field : fields()) swapped.emplace_back(field.name(), field.offset(), field.format().with_byte_order(order));
        return detail::make_record(std::move(swapped), itemsize(), alignment());
    }
    if (!has_byte_order(kind(), itemsize()) || order == byte_order()) return *this;
    detail::ScalarSpec spec = spec_of(*node_);
    spec.order = order;
    return changed(*node_, spec);
}

}  // namespace ndlease
