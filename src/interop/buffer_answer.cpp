// SPDX-License-Identifier: Apache-2.0
// Requests for a View's buffer and their answers.
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/format_text.hpp>
#include <ndlease/interop/buffer_request.hpp>

#include "interop/array_item.hpp"
#include "interop/host_memory_rules.hpp"

namespace ndlease::py_buffer {
namespace {

constexpr const char* protocol = "PEP 3118";
// Only for PyMemoryView_FromMemory and PyMemoryView_GetContiguous.
constexpr int read_access = 0x100, write_access = 0x200;

bool asks(int flags, int request) { return (flags & request) == request; }

[[noreturn]] void refuse(errc code, const std::string& why) { throw Error(code, "buffer request refused: " + why); }

}  // namespace

static_assert(sizeof(std::intptr_t) == sizeof(std::int64_t), "extents of another width would have to be converted");

struct BufferExport::Parts {
    View view;
    std::string format;          // empty: not asked for yet, or it cannot be said
    std::string format_refusal;  // why it cannot
};

BufferExport::BufferExport(View view) {
    if (!reachable_from(view.device(), Device::cpu())) {
        throw Error(errc::device, std::string(protocol) + ": memory of " + to_string(view.device()) + ", which the host cannot reach");
    }
    parts_ = std::make_unique<Parts>();
    try {
        parts_->format = buffer_format(view);
    } catch (const Error& error) {
        if (error.code() != errc::not_expressible) throw;
        parts_->format_refusal = error.what();
    }
    parts_->view = std::move(view);
}
BufferExport::BufferExport(BufferExport&& other) noexcept = default;
BufferExport::~BufferExport() = default;

const View& BufferExport::view() const noexcept { return parts_->view; }

void BufferExport::wait_until_ready() const { detail::ready_for_host(parts_->view, protocol, true); }

BufferFields BufferExport::answer(int flags) const {
    const View& view = parts_->view;
    const Layout& layout = view.layout();
    const bool in_c_order = view.is_contiguous(Order::c);
    if (flags == read_access || flags == write_access) refuse(errc::invalid_argument, "PyBUF_READ and PyBUF_WRITE are no requests");
    if (asks(flags, writable) && view.is_read_only()) refuse(errc::read_only, "the buffer is read-only");
    if (asks(flags, c_contiguous) && !in_c_order) refuse(errc::bad_layout, "the buffer is not C-contiguous");
    if (asks(flags, f_contiguous) && !view.is_contiguous(Order::f)) refuse(errc::bad_layout, "the buffer is not Fortran-contiguous");
    if (asks(flags, any_contiguous) && !view.is_contiguous(Order::any)) refuse(errc::bad_layout, "the buffer is not contiguous");
    if (layout.is_indirect() && !asks(flags, indirect)) refuse(errc::bad_layout, "the buffer has suboffsets");
    if (!asks(flags, with_strides) && !in_c_order) refuse(errc::bad_layout, "without strides the buffer must be C-contiguous");
    if (asks(flags, with_format) && !asks(flags, with_shape)) refuse(errc::invalid_argument, "a format without a shape is unsigned bytes with a format");
    if (asks(flags, with_format) && parts_->format.empty()) refuse(errc::not_expressible, parts_->format_refusal);

    BufferFields fields;
    fields.buf = const_cast<void*>(view.data());
    fields.len = view.nbytes();
    fields.itemsize = view.itemsize();
    fields.readonly = view.is_read_only();
    if (asks(flags, with_format)) fields.format = parts_->format.c_str();
    if (!asks(flags, with_shape)) return fields;
    fields.ndim = view.rank();
    if (view.rank() == 0) return fields;
    fields.shape = layout.shape().data();
    if (asks(flags, with_strides)) fields.strides = layout.strides().data();
    if (layout.is_indirect()) fields.suboffsets = layout.suboffsets().data();
    return fields;
}

std::string buffer_format(const View& view) {
    const Format& item = view.format();
    std::string text = print_format(item);
    const bool has_order = text[0] == '<' || text[0] == '>';
    if (item.is_number() && item.is_native() && has_order) {
        const Format native = Format::number(item.kind(), static_cast<int>(item.bits()));
        const bool in_place = view.layout().is_indirect() || detail::limit_to_place(native, view.data(), view.layout()).alignment() == native.alignment();
        if (item.alignment() >= native.alignment() && in_place) text.erase(0, 1);
    }
    return text;
}

}  // namespace ndlease::py_buffer
