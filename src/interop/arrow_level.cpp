// SPDX-License-Identifier: Apache-2.0
#include "interop/arrow_level.hpp"

#include <bit>

#include <ndlease/dims.hpp>

namespace ndlease::arrow {
namespace {

/// Zero bits among `count` from `begin` on, lowest bit first.
std::int64_t count_zeros(const void* bitmap, std::int64_t begin, std::int64_t count) {
    const auto* const bytes = static_cast<const std::uint8_t*>(bitmap);
    std::int64_t ones = 0;
    const std::int64_t end = begin + count;
    for (std::int64_t at = begin; at < end;) {
        const std::int64_t low = at % 8;
        const std::int64_t bits = std::min<std::int64_t>(8 - low, end - at);
        const unsigned mask = ((1U << bits) - 1U) << low;
        ones += std::popcount(bytes[at / 8] & mask);
        at += bits;
    }
    return count - ones;
}

}  // namespace

std::string Path::to_string() const {
    if (parent == nullptr) return "Arrow array";
    return parent->to_string() + ".children[" + std::to_string(child) + "]";
}

void Path::fail(errc code, const std::string& why, std::int64_t index) const { throw Error(code, to_string() + ": " + why, index); }

void check_level(const Level& level) {
    const auto& [schema, array, first, count, path] = level;
    if (schema.release == nullptr) path.fail(errc::released, "its schema's release is NULL: it was released or moved away");
    if (array.release == nullptr) path.fail(errc::released, "its release is NULL: it was released or moved away");
    if (schema.format == nullptr) path.fail(errc::invalid_argument, "its schema's format is NULL");
    if (array.length < 0) path.fail(errc::invalid_argument, "length is " + std::to_string(array.length));
    if (array.offset < 0) path.fail(errc::invalid_argument, "offset is " + std::to_string(array.offset));
    if (array.null_count < -1 || array.null_count > array.length) {
        path.fail(errc::invalid_argument, "null_count is " + std::to_string(array.null_count) + " of " + std::to_string(array.length) + " elements");
    }
    std::int64_t end = 0;
    if (!add_fits(array.offset, array.length, &end)) {
        path.fail(errc::overflow, "offset " + std::to_string(array.offset) + " and length " + std::to_string(array.length) + " do not fit in 63 bits");
    }
    if (first > array.length || count > array.length - first) {
        path.fail(errc::out_of_bounds, "it has " + std::to_string(array.length) + " elements, and its parent needs " + std::to_string(count) + " from number " +
                                           std::to_string(first) + " on");
    }
    if (schema.dictionary != nullptr) path.fail(errc::not_expressible, "dictionary encoding: a View has no dictionary");
    if (array.dictionary != nullptr) path.fail(errc::invalid_argument, "it has a dictionary, and its schema has none");
}

void check_counts(const Level& level, std::int64_t buffers, std::int64_t children) {
    const auto& [schema, array, first, count, path] = level;
    if (array.n_buffers != buffers) {
        path.fail(errc::invalid_argument,
                  "n_buffers is " + std::to_string(array.n_buffers) + "; format '" + schema.format + "' has " + std::to_string(buffers));
    }
    if (array.buffers == nullptr) path.fail(errc::invalid_argument, "buffers is NULL with n_buffers " + std::to_string(buffers));
    if (schema.n_children != children) {
        path.fail(errc::invalid_argument,
                  "its schema's n_children is " + std::to_string(schema.n_children) + "; format '" + schema.format + "' has " + std::to_string(children));
    }
    if (array.n_children != children) {
        path.fail(errc::invalid_argument, "n_children is " + std::to_string(array.n_children) + "; its schema has " + std::to_string(children));
    }
    if (children == 0) return;
    if (schema.children == nullptr) path.fail(errc::invalid_argument, "its schema's children is NULL with n_children " + std::to_string(children));
    if (array.children == nullptr) path.fail(errc::invalid_argument, "children is NULL with n_children " + std::to_string(children));
}

void check_nulls(const Level& level, Device device, bool is_pending) {
    const auto& [schema, array, first, count, path] = level;
    if (array.null_count == 0) return;
    const void* const bitmap = array.buffers[0];
    if (bitmap == nullptr) {
        if (array.null_count > 0) path.fail(errc::invalid_argument, "null_count is " + std::to_string(array.null_count) + " without a validity bitmap");
        return;
    }
    const auto refuse = [&level](std::int64_t nulls) { level.path.fail(errc::not_expressible, std::to_string(nulls) + " nulls: a View has no mask"); };
    const bool uses_all = count == array.length;
    if (array.null_count > 0 && uses_all) refuse(array.null_count);
    if (count == 0) return;
    if (is_pending || !reachable_from(device, Device::cpu())) {
        path.fail(errc::not_supported, "null_count is " + std::to_string(array.null_count) + ", and the validity bitmap in memory of " +
                                           ndlease::to_string(device) + " cannot be read now to count the nulls that matter");
    }
    const std::int64_t nulls = count_zeros(bitmap, level.begin(), count);
    if (nulls != 0) refuse(nulls);
}

}  // namespace ndlease::arrow
