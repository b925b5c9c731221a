// SPDX-License-Identifier: Apache-2.0
// NumPy's array interfaces and CUDA's.
#include <ndlease/interop/array_interface.hpp>
#include <ndlease/interop/cuda_array_interface.hpp>

#include <memory>

#include "capi/exchange.hpp"
#include "capi/exported.hpp"

using namespace ndlease;
using namespace ndlease::capi;

int ndl_from_array_struct(const void* block, const char* descr, ndl_release_callback release, void* context, ndl_view* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        const auto& found = need(static_cast<const array_interface::PyArrayInterface*>(block), "block");
        array_interface::StructImportOptions options;
        if (descr != nullptr) options.descr = descr;
        return hand_out(array_interface::import_struct(found, callback_of(release, context), options));
    });
}

int ndl_to_array_struct(const ndl_view* view, void** out, ndl_error* error) noexcept {
    return make_into(out, error, [&] { return array_interface::export_struct(whole_view(need(view, "view"))); });
}

void ndl_array_struct_free(void* block) noexcept { array_interface::free_struct(static_cast<array_interface::PyArrayInterface*>(block)); }

int ndl_from_array_interface(const char* json, ndl_release_callback release, void* context, ndl_view* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        return hand_out(array_interface::import_interface(array_interface::from_json(need_text(json, "json")), callback_of(release, context)));
    });
}

int ndl_to_array_interface(const ndl_view* view, char* buffer, size_t capacity, size_t* length, ndl_error* error) noexcept {
    return guarded(error,
                   [&] { write_text(array_interface::to_json(array_interface::export_interface(whole_view(need(view, "view")))), buffer, capacity, length); });
}

int ndl_from_cuda_array_interface(const char* json, ndl_release_callback release, void* context, ndl_view* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        return hand_out(cuda_array_interface::import_interface(cuda_array_interface::from_json(need_text(json, "json")), callback_of(release, context)));
    });
}

int ndl_to_cuda_array_interface(const ndl_view* view, const ndl_stream* consumer, char* buffer, size_t capacity, size_t* length, ndl_exported** out,
                                ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        cuda_array_interface::ExportOptions options;
        options.stream = consumer_of(consumer);
        auto exported = std::make_unique<ndl_exported>(ndl_exported{cuda_array_interface::export_interface(whole_view(need(view, "view")), options)});
        write_text(cuda_array_interface::to_json(std::get<cuda_array_interface::Exported>(exported->share).dict()), buffer, capacity, length);
        return exported.release();
    });
}

void ndl_exported_end(ndl_exported* exported) noexcept { delete exported; }
