// SPDX-License-Identifier: Apache-2.0
// The C exchange table of DLPack 1.3.
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/interop/dlpack.hpp>
#include <ndlease/memory.hpp>

#include "interop/dlpack_item.hpp"

namespace ndlease::dlpack {
namespace {

/// The stream on which the framework works now; NULL from the table is CUDA's handle 0 of a framework that uses the legacy default stream.
PendingWork current_work(const ExchangeApi& api, TensorDevice device) {
    if (device.device_type != static_cast<std::int32_t>(DeviceType::cuda) || api.current_work_stream == nullptr) return {};
    void* handle = nullptr;
    if (api.current_work_stream(device.device_type, device.device_id, &handle) != 0) {
        throw Error(errc::not_supported, "the framework does not say its current stream on device " + std::to_string(device.device_id));
    }
    const Device memory = Device::cuda(device.device_id);
    if (handle == nullptr) return StreamRef::legacy_default(memory);
    return StreamRef::cuda(static_cast<CUstream_st*>(handle), memory);
}

const char* kind_of(errc code) noexcept {
    switch (code) {
        case errc::out_of_memory: return "MemoryError";
        case errc::device:
        case errc::not_supported: return "RuntimeError";
        default: return "ValueError";
    }
}

View allocate_like(const Tensor& prototype) {
    if (prototype.ndim < 0 || prototype.ndim > max_rank) throw Error(errc::out_of_range, "ndim is " + std::to_string(prototype.ndim));
    if (prototype.ndim > 0 && prototype.shape == nullptr) throw Error(errc::invalid_argument, "shape is NULL with ndim " + std::to_string(prototype.ndim));
    const Device device{static_cast<DeviceType>(prototype.device.device_type), prototype.device.device_id};
    const Format format = format_of(prototype.dtype, true, false);
    return allocate(format, {prototype.shape, static_cast<std::size_t>(prototype.ndim)}, Order::c, memory_of(device));
}

}  // namespace

const ExchangeApi* find_exchange_api(const ExchangeApiHeader* newest) noexcept {
    while (newest != nullptr && newest->version.major != version.major) newest = newest->prev_api;
    return reinterpret_cast<const ExchangeApi*>(newest);  // the header is its first member
}

View import_object(const ExchangeApi& api, void* py_object, ImportOptions options) {
    ManagedTensorVersioned* tensor = nullptr;
    if (api.header.version.major != version.major || api.managed_tensor_from_py_object_no_sync == nullptr) {
        throw Error(errc::not_supported, "an exchange table of DLPack " + std::to_string(api.header.version.major) + ": only major version 1 is known");
    }
    if (api.managed_tensor_from_py_object_no_sync(py_object, &tensor) != 0 || tensor == nullptr) {
        throw Error(errc::not_supported, "the framework makes no DLPack tensor of this object");
    }
    const bool known = tensor->version.major == version.major;  // else import_view deletes it
    try {
        if (known && options.ready.is_none()) options.ready = current_work(api, tensor->dl_tensor.device);
        return import_view(tensor, std::move(options));
    } catch (...) {
        if (known) discard(tensor);
        throw;
    }
}

int allocate_tensor(Tensor* prototype, ManagedTensorVersioned** out, void* error_ctx,
                    void (*set_error)(void* error_ctx, const char* kind, const char* message)) noexcept {
    const auto refuse = [&](const char* kind, const char* message) {
        if (set_error != nullptr) set_error(error_ctx, kind, message);
        return -1;
    };
    if (prototype == nullptr || out == nullptr) return refuse("ValueError", "the prototype, or where the tensor goes, is NULL");
    try {
        *out = export_view(allocate_like(*prototype));
        return 0;
    } catch (const Error& error) {
        return refuse(kind_of(error.code()), error.what());
    } catch (...) {
        return refuse("MemoryError", "no memory for the tensor");
    }
}

}  // namespace ndlease::dlpack
