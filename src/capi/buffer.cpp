// SPDX-License-Identifier: Apache-2.0
// PEP 3118's buffers, without Python.
#include <ndlease/interop/buffer_request.hpp>

#include <memory>

#include "capi/exchange.hpp"
#include "capi/exported.hpp"

using namespace ndlease;
using namespace ndlease::capi;

int ndl_from_buffer(const ndl_buffer* buffer, ndl_release_callback release, void* context, ndl_view* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        const ndl_buffer& b = need(buffer, "buffer");
        const py_buffer::BufferFields fields{b.buf, b.len, b.itemsize, b.readonly != 0, b.ndim, b.format, b.shape, b.strides, b.suboffsets};
        return hand_out(py_buffer::import_fields(fields, callback_of(release, context)));
    });
}

int ndl_to_buffer(const ndl_view* view, int flags, ndl_buffer* buffer, ndl_exported** out, ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        ndl_buffer& target = need(buffer, "buffer");
        auto exported = std::make_unique<ndl_exported>(ndl_exported{py_buffer::BufferExport(whole_view(need(view, "view")))});
        const auto& shown = std::get<py_buffer::BufferExport>(exported->share);
        const py_buffer::BufferFields f = shown.answer(flags);
        shown.wait_until_ready();
        target = {f.buf, f.len, f.itemsize, f.readonly ? 1 : 0, f.ndim, f.format, f.shape, f.strides, f.suboffsets};
        return exported.release();
    });
}
