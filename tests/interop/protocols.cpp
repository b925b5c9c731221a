// SPDX-License-Identifier: Apache-2.0
#include "interop/protocols.hpp"

#include <array>
#include <memory>
#include <utility>

#include "interop/array_sayable.hpp"

#include <ndlease/format_text.hpp>
#include <ndlease/interop/array_interface.hpp>
#include <ndlease/interop/arrow.hpp>
#include <ndlease/interop/buffer_request.hpp>
#include <ndlease/interop/c_abi.hpp>
#include <ndlease/interop/cuda_array_interface.hpp>
#include <ndlease/interop/dlpack.hpp>

namespace ndlease::testing {
namespace {

View through_c_abi(const View& view) {
    ndl_view out = c_abi::export_view(view);
    try {
        return c_abi::import_view(out);
    } catch (...) {
        ndl_view_release(&out);
        throw;
    }
}

template <class Tensor>
View import_or_discard(Tensor* tensor, dlpack::ImportOptions options = {}) {
    try {
        return dlpack::import_view(tensor, std::move(options));
    } catch (...) {
        dlpack::discard(tensor);
        throw;
    }
}
View through_dlpack(const View& view) { return import_or_discard(dlpack::export_view(view)); }
View through_legacy_dlpack(const View& view) { return import_or_discard(dlpack::export_legacy_view(view), {.legacy_is_writable = true}); }

template <class Array>
View import_and_release(arrow::ArrowSchema schema, Array array) {
    auto* release = &array;
    try {
        View back = arrow::import_array(schema, array);
        schema.release(&schema);
        return back;
    } catch (...) {
        schema.release(&schema);
        if constexpr (requires { release->array; }) {
            if (array.array.release != nullptr) array.array.release(&array.array);
        } else if (array.release != nullptr) {
            array.release(&array);
        }
        throw;
    }
}
View through_arrow(const View& view) { return import_and_release(arrow::export_schema(view), arrow::export_array(view)); }
View through_arrow_device(const View& view) { return import_and_release(arrow::export_schema(view), arrow::export_device_array(view)); }

View through_array_struct(const View& view) {
    // The capsule's consumer reads the Python object behind descr; here its text stands for it.
    auto descr = std::make_shared<std::string>();
    array_interface::StructExportOptions options;
    try {
        *descr = array_interface::describe_item(view.format());
        options.descr = descr.get();
    } catch (const Error&) {  // kinds without a typestr: the export says so itself
    }
    array_interface::PyArrayInterface* const block = array_interface::export_struct(view, options);
    const auto held = std::shared_ptr<array_interface::PyArrayInterface>(block, array_interface::free_struct);
    return array_interface::import_struct(*block, [held, descr](const ReleaseInfo&) {}, {.descr = *descr});
}

View through_array_interface(const View& view) {
    array_interface::ArrayInterface dict = array_interface::export_interface(view);
#if NDLEASE_TEST_JSON
    dict = array_interface::from_json(array_interface::to_json(dict));
#endif
    return array_interface::import_interface(dict, [view](const ReleaseInfo&) {});
}

View through_buffer(const View& view) {
    const auto held = std::make_shared<py_buffer::BufferExport>(view);
    const int flags = view.is_read_only() ? py_buffer::full_read_only : py_buffer::full;
    return py_buffer::import_fields(held->answer(flags), [held](const ReleaseInfo&) {});
}

View through_cuda_array_interface(const View& view) {
    const auto held = std::make_shared<cuda_array_interface::Exported>(cuda_array_interface::export_interface(view));
    cuda_array_interface::CudaArrayInterface dict = held->dict();
#if NDLEASE_TEST_JSON
    dict = cuda_array_interface::from_json(cuda_array_interface::to_json(dict));
#endif
    return cuda_array_interface::import_interface(dict, [held](const ReleaseInfo&) {});
}

constexpr std::array of_host = std::to_array<Protocol>({
    {"C ABI (ndl_view)", through_c_abi},
    {"DLPack", through_dlpack},
    {"DLPack, legacy", through_legacy_dlpack},
    {"Arrow C Data", through_arrow, true},
    {"__array_struct__", through_array_struct},
    {"__array_interface__", through_array_interface},
    {"Py_buffer", through_buffer},
});

constexpr std::array of_device = std::to_array<Protocol>({
    {"C ABI (ndl_view)", through_c_abi},
    {"DLPack", through_dlpack},
    {"DLPack, legacy", through_legacy_dlpack},
    {"Arrow C Device Data", through_arrow_device, true},
    {"__cuda_array_interface__", through_cuda_array_interface},
});

}  // namespace

std::span<const Protocol> host_protocols() { return of_host; }

std::span<const Protocol> device_protocols() { return of_device; }

std::string difference(const View& sent, const View& back, bool reads_only) {
    if (sent.size() > 0 && sent.data() != back.data()) return "the data pointer";
    if (sent.device() != back.device()) return "the device: " + to_string(sent.device()) + " became " + to_string(back.device());
    if (sent.layout() != back.layout()) return "the layout: " + to_string(sent.layout()) + " became " + to_string(back.layout());
    // NumPy's typestr has one name for a C char and for text of one byte.
    if (as_said(sent.format()) != as_said(back.format())) return "the format: " + sent.format().to_string() + " became " + back.format().to_string();
    const bool read_only = sent.is_read_only() || reads_only;
    if (read_only != back.is_read_only()) return read_only ? "it may be written now" : "it may not be written any more";
    return {};
}

}  // namespace ndlease::testing
