// SPDX-License-Identifier: Apache-2.0
#include <ndlease/interop/dlpack.hpp>

#include "capi/exchange.hpp"

namespace ndlease::capi {
namespace {

// The peer's declarations are at global scope, and opaque here; these have their layout.
dlpack::ManagedTensorVersioned* ours(::DLManagedTensorVersioned* tensor) { return reinterpret_cast<dlpack::ManagedTensorVersioned*>(tensor); }
dlpack::ManagedTensor* ours(::DLManagedTensor* tensor) { return reinterpret_cast<dlpack::ManagedTensor*>(tensor); }

template <class Tensor>
ndl_view import_tensor(Tensor* tensor, const ndl_stream* ready) {
    need(tensor, "tensor");
    dlpack::ImportOptions options;
    if (const auto stream = c_abi::import_stream(ready)) options.ready = *stream;
    return hand_out(dlpack::import_view(tensor, std::move(options)));
}

dlpack::ExportOptions options_of(const ndl_stream* consumer) {
    dlpack::ExportOptions options;
    if (consumer == nullptr) return options;
    options.consumer = c_abi::import_stream(consumer);
    options.ordered = options.consumer.has_value();
    return options;
}

}  // namespace
}  // namespace ndlease::capi

using namespace ndlease;
using namespace ndlease::capi;

int ndl_from_dlpack_versioned(struct DLManagedTensorVersioned* tensor, const ndl_stream* ready, ndl_view* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] { return import_tensor(ours(tensor), ready); });
}

int ndl_from_dlpack(struct DLManagedTensor* tensor, const ndl_stream* ready, ndl_view* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] { return import_tensor(ours(tensor), ready); });
}

int ndl_to_dlpack_versioned(const ndl_view* view, const ndl_stream* consumer, struct DLManagedTensorVersioned** out, ndl_error* error) noexcept {
    return make_into(out, error,
                     [&] { return reinterpret_cast<::DLManagedTensorVersioned*>(dlpack::export_view(whole_view(need(view, "view")), options_of(consumer))); });
}

int ndl_to_dlpack(const ndl_view* view, const ndl_stream* consumer, struct DLManagedTensor** out, ndl_error* error) noexcept {
    return make_into(out, error,
                     [&] { return reinterpret_cast<::DLManagedTensor*>(dlpack::export_legacy_view(whole_view(need(view, "view")), options_of(consumer))); });
}
