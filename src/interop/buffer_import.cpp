// SPDX-License-Identifier: Apache-2.0
// What the fields of a buffer mean.
#include <atomic>
#include <string>
#include <string_view>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/format_text.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/buffer_request.hpp>

#include "interop/array_item.hpp"
#include "interop/host_memory_rules.hpp"
#include "interop/imported_policy.hpp"

namespace ndlease::py_buffer {
namespace {

constexpr const char* protocol = "PEP 3118";
std::atomic<std::int64_t> lost{0};

[[noreturn]] void fail(errc code, const std::string& why, std::int64_t index = -1) { throw Error(code, std::string(protocol) + ": " + why, index); }

Format item_of(const BufferFields& fields) {
    if (fields.itemsize < 0) fail(errc::bad_format, "itemsize is " + std::to_string(fields.itemsize));
    if (fields.format == nullptr) {
        // Items of a size, without their meaning: a request with a shape and without a format, of a buffer that has one.
        if (fields.itemsize != 1) fail(errc::bad_format, "items of " + std::to_string(fields.itemsize) + " bytes without a format; ask with PyBUF_FORMAT");
        return Format();
    }
    const std::string_view text = fields.format;
    Format item = parse_format(text, {.itemsize = fields.itemsize});
    // "5x" is what NumPy writes for five opaque bytes; a record without fields is "T{5x}".
    const bool pads_alone = item.is_record() && item.fields().empty() && text.find('T') == std::string_view::npos;
    return pads_alone ? Format::opaque(fields.itemsize) : item;
}

/// One dimension of items, as the answers to requests without a shape mean it.
Layout flat_layout(const BufferFields& fields, std::int64_t itemsize) {
    if (fields.len < 0) fail(errc::bad_layout, "len is " + std::to_string(fields.len));
    if (itemsize == 0) fail(errc::bad_layout, "items of no bytes without a shape");
    if (fields.len % itemsize != 0) {
        fail(errc::bad_layout, "len " + std::to_string(fields.len) + " is no multiple of itemsize " + std::to_string(itemsize) + ", and there is no shape");
    }
    return Layout::c_order({fields.len / itemsize}, itemsize);
}

Layout layout_of(const BufferFields& fields, std::int64_t itemsize) {
    const auto rank = static_cast<std::size_t>(fields.ndim);
    if (rank == 0 && (fields.shape != nullptr || fields.len == itemsize)) return {};
    if (fields.shape == nullptr) return flat_layout(fields, itemsize);
    const std::span<const std::int64_t> shape(fields.shape, rank);
    if (fields.suboffsets != nullptr) {
        if (fields.strides == nullptr) fail(errc::invalid_argument, "suboffsets without strides");
        return Layout(shape, {fields.strides, rank}, {fields.suboffsets, rank});
    }
    return fields.strides == nullptr ? Layout::c_order(shape, itemsize) : Layout(shape, {fields.strides, rank});
}

}  // namespace

View import_fields(const BufferFields& fields, ReleaseCallback release, const FieldsImportOptions& options) {
    if (fields.ndim < 0 || fields.ndim > max_rank)
        fail(errc::out_of_range, "ndim is " + std::to_string(fields.ndim) + "; it is 0 to " + std::to_string(max_rank));
    const bool plain_bytes =
        fields.shape == nullptr && fields.format == nullptr && !(fields.ndim == 0 && fields.len == fields.itemsize && fields.itemsize == 1);
    Format item = plain_bytes ? Format() : item_of(fields);  // without either, itemsize says nothing
    Layout layout = plain_bytes ? flat_layout(fields, 1) : layout_of(fields, item.itemsize());
    const std::int64_t bytes = checked_mul(layout.size(), item.itemsize(), "bytes of the buffer");
    if (bytes != fields.len) {
        fail(errc::bad_layout, "len is " + std::to_string(fields.len) + "; items of " + std::to_string(item.itemsize()) + " bytes in shape " +
                                   to_string(layout.shape()) + " have " + std::to_string(bytes));
    }
    // Where the pointers of indirect dimensions lead to is not known.
    item = layout.is_indirect() ? detail::limit_alignment(item, 1) : detail::limit_to_place(item, fields.buf, layout);
    const Device device = detail::imported_host_device(fields.buf, options.check_device, protocol);
    return View::lend(fields.buf, device, std::move(item), std::move(layout),
                      {.read_only = fields.readonly, .policy = detail::imported_policy(options.policy, device), .release = std::move(release)});
}

std::int64_t lost_buffers() noexcept { return lost.load(std::memory_order_relaxed); }

}  // namespace ndlease::py_buffer

namespace ndlease::detail {
void count_lost_buffer() noexcept { py_buffer::lost.fetch_add(1, std::memory_order_relaxed); }
}  // namespace ndlease::detail
