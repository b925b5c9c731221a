// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include <ndlease/format_types.hpp>

namespace ndlease::detail {

// Recursion is bounded by max_format_depth.
Format limit_alignment(const Format& format, std::int64_t limit) {
    if (format.alignment() <= limit) return format;  // no part promises more than the whole
    if (format.is_subarray()) return Format::subarray(limit_alignment(format.element(), limit), format.shape().span());
    if (!format.is_record()) return format.with_alignment(limit);
    std::vector<FieldSpec> fields;
    fields.reserve(format.fields().size());
    for (const Field& field : format.fields()) fields.push_back({field.name(), limit_alignment(field.format(), limit), field.offset()});
    return Format::record(fields, format.itemsize(), limit);
}

}  // namespace ndlease::detail
