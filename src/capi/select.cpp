// SPDX-License-Identifier: Apache-2.0
// Parts of views, other orders of their axes, other readings of their bytes.
#include <vector>

#include "capi/call.hpp"

namespace ndlease::capi {
namespace {

std::optional<std::int64_t> bound(std::int64_t number) { return number == NDL_NONE ? std::nullopt : std::optional(number); }

}  // namespace
}  // namespace ndlease::capi

using namespace ndlease;
using namespace ndlease::capi;

int ndl_view_at(const ndl_view* view, const char* expression, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.at(need_text(expression, "expression")); });
}

int ndl_view_index(const ndl_view* view, int32_t axis, int64_t i, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.index(axis, i); });
}

int ndl_view_slice(const ndl_view* view, int32_t axis, int64_t start, int64_t stop, int64_t step, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.slice(axis, bound(start), bound(stop), bound(step).value_or(1)); });
}

int ndl_view_field(const ndl_view* view, const char* name, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.field(need_text(name, "name")); });
}

int ndl_view_real(const ndl_view* view, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [](const View& v) { return v.real(); });
}

int ndl_view_imag(const ndl_view* view, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [](const View& v) { return v.imag(); });
}

int ndl_view_diagonal(const ndl_view* view, int64_t offset, int32_t axis1, int32_t axis2, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.diagonal(offset, axis1, axis2); });
}

int ndl_view_sliding_window(const ndl_view* view, int32_t axis, int64_t length, int64_t step, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.sliding_window(axis, length, step); });
}

int ndl_view_permute(const ndl_view* view, const int32_t* axes, int32_t count, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) {
        const auto order = need_span(axes, count, "axes");
        return v.permute(std::vector<int>(order.begin(), order.end()));
    });
}

int ndl_view_transpose(const ndl_view* view, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [](const View& v) { return v.transpose(); });
}

int ndl_view_swap_axes(const ndl_view* view, int32_t axis1, int32_t axis2, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.transpose(axis1, axis2); });
}

int ndl_view_flip(const ndl_view* view, int32_t axis, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.flip(axis); });
}

int ndl_view_squeeze(const ndl_view* view, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [](const View& v) { return v.squeeze(); });
}

int ndl_view_squeeze_axis(const ndl_view* view, int32_t axis, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.squeeze(axis); });
}

int ndl_view_expand(const ndl_view* view, int32_t axis, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.expand(axis); });
}

int ndl_view_broadcast_to(const ndl_view* view, const int64_t* shape, int32_t rank, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.broadcast_to(need_span(shape, rank, "extents")); });
}

int ndl_view_reshape(const ndl_view* view, const int64_t* shape, int32_t rank, int32_t order, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.reshape(need_span(shape, rank, "extents"), need_order(order)); });
}

int ndl_view_split(const ndl_view* view, int32_t axis, const int64_t* extents, int32_t count, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.split(axis, need_span(extents, count, "extents")); });
}

int ndl_view_merge(const ndl_view* view, int32_t first, int32_t last, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.merge(first, last); });
}

int ndl_view_reinterpret(const ndl_view* view, const ndl_format* format, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [&](const View& v) { return v.reinterpret(c_abi::import_format(need(format, "format"))); });
}

int ndl_view_as_bytes(const ndl_view* view, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [](const View& v) { return v.as_bytes(); });
}

int ndl_view_expand_subarray(const ndl_view* view, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [](const View& v) { return v.expand_subarray(); });
}

int ndl_view_as_strided(const ndl_view* view, const int64_t* shape, const int64_t* strides, int32_t rank, int64_t offset_bytes, ndl_view* out,
                        ndl_error* error) noexcept {
    return derive(view, out, error,
                  [&](const View& v) { return v.as_strided(need_span(shape, rank, "extents"), need_span(strides, rank, "strides"), offset_bytes); });
}

int ndl_view_read_only(const ndl_view* view, ndl_view* out, ndl_error* error) noexcept {
    return derive(view, out, error, [](const View& v) { return v.read_only(); });
}
