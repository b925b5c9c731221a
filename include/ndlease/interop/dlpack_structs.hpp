// SPDX-License-Identifier: Apache-2.0
// DLPack's structs by our own names, in the layout of dlpack.h 1.3 (tag v1.3); a peer's header may be included beside this one, of any version, or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <ndlease/format_codes.hpp>

namespace ndlease::dlpack {

/// DLPackVersion.
struct Version {
    std::uint32_t major;
    std::uint32_t minor;
    friend constexpr bool operator==(Version, Version) noexcept = default;
};
/// The newest rules that ndlease follows.
inline constexpr Version version = {1, 3};

/// DLDevice; the numbers are DeviceType's.
struct TensorDevice {
    std::int32_t device_type;
    std::int32_t device_id;
};

/// DLTensor: borrowed, owns nothing.
struct Tensor {
    void* data;  ///< NULL only where there are no elements
    TensorDevice device;
    std::int32_t ndim;
    DlpackType dtype;
    std::int64_t* shape;        ///< elements
    std::int64_t* strides;      ///< in ELEMENTS; NULL before 1.2: row-major without gaps
    std::uint64_t byte_offset;  ///< bytes from data to element (0,...,0)
};

/// DLManagedTensor: the struct of DLPack below 1.0, still in use ("legacy"). It has neither version nor flags.
struct ManagedTensor {
    Tensor dl_tensor;
    void* manager_ctx;
    void (*deleter)(ManagedTensor* self);  ///< NULL: nothing to call
};

/// DLManagedTensorVersioned. What comes before dl_tensor stays where it is in every major version.
struct ManagedTensorVersioned {
    dlpack::Version version;
    void* manager_ctx;
    void (*deleter)(ManagedTensorVersioned* self);  ///< NULL: nothing to call
    std::uint64_t flags;
    Tensor dl_tensor;
};

/// Bits of ManagedTensorVersioned::flags.
inline constexpr std::uint64_t flag_read_only = 1U << 0;
inline constexpr std::uint64_t flag_is_copied = 1U << 1;       ///< the producer made a copy for this consumer, who alone has it
inline constexpr std::uint64_t flag_subbyte_padded = 1U << 2;  ///< each element of fewer than 8 bits has a byte of its own (1.1)

/// Names of the Python capsules that carry the structs; a consumer renames the capsule when the tensor has become its own.
inline constexpr const char* capsule_name = "dltensor_versioned";
inline constexpr const char* used_capsule_name = "used_dltensor_versioned";
inline constexpr const char* legacy_capsule_name = "dltensor";
inline constexpr const char* used_legacy_capsule_name = "used_dltensor";
inline constexpr const char* exchange_api_capsule_name = "dlpack_exchange_api";

/// DLPackExchangeAPIHeader.
struct ExchangeApiHeader {
    dlpack::Version version;
    ExchangeApiHeader* prev_api;  ///< the table of an older major version, or NULL
};

/// DLPackExchangeAPI: how an extension of a Python framework trades tensors with no Python call (1.3). Each function returns 0, or -1 with Python's error
/// set; none synchronizes and none throws. Static for the life of the process.
struct ExchangeApi {
    ExchangeApiHeader header;
    int (*managed_tensor_allocator)(Tensor* prototype, ManagedTensorVersioned** out, void* error_ctx,
                                    void (*set_error)(void* error_ctx, const char* kind, const char* message));
    int (*managed_tensor_from_py_object_no_sync)(void* py_object, ManagedTensorVersioned** out);
    int (*managed_tensor_to_py_object_no_sync)(ManagedTensorVersioned* tensor, void** out_py_object);
    int (*dltensor_from_py_object_no_sync)(void* py_object, Tensor* out);
    int (*current_work_stream)(std::int32_t device_type, std::int32_t device_id, void** out_current_stream);
};

static_assert(sizeof(void*) != 8 || (sizeof(Tensor) == 48 && offsetof(Tensor, ndim) == 16 && offsetof(Tensor, dtype) == 20 && offsetof(Tensor, shape) == 24 &&
                                     offsetof(Tensor, strides) == 32 && offsetof(Tensor, byte_offset) == 40));
static_assert(sizeof(void*) != 8 || (sizeof(ManagedTensor) == 64 && offsetof(ManagedTensor, manager_ctx) == 48 && offsetof(ManagedTensor, deleter) == 56));
static_assert(sizeof(void*) != 8 ||
              (sizeof(ManagedTensorVersioned) == 80 && offsetof(ManagedTensorVersioned, manager_ctx) == 8 && offsetof(ManagedTensorVersioned, deleter) == 16 &&
               offsetof(ManagedTensorVersioned, flags) == 24 && offsetof(ManagedTensorVersioned, dl_tensor) == 32));
static_assert(sizeof(void*) != 8 || (sizeof(ExchangeApi) == 56 && offsetof(ExchangeApi, managed_tensor_allocator) == 16));

namespace peer {  // how a struct from elsewhere is recognised

template <class T>
concept HasTensorMembers = requires(T t) {
    t.data;
    t.device.device_type;
    t.device.device_id;
    t.ndim;
    t.dtype.code;
    t.dtype.bits;
    t.dtype.lanes;
    t.shape;
    t.strides;
    t.byte_offset;
};
template <class T>
concept HasManagedMembers = requires(T t) {
    t.dl_tensor;
    t.manager_ctx;
    t.deleter(&t);
};
template <class T>
concept HasVersionedMembers = HasManagedMembers<T> && requires(T t) {
    t.version.major;
    t.version.minor;
    t.flags;
};
template <class T>
concept HasExchangeMembers = requires(T t) {
    t.header.version.major;
    t.header.prev_api;
    t.managed_tensor_allocator;
    t.managed_tensor_from_py_object_no_sync;
    t.managed_tensor_to_py_object_no_sync;
    t.dltensor_from_py_object_no_sync;
    t.current_work_stream;
};

template <class T>
consteval bool is_tensor() {
    if constexpr (HasTensorMembers<T>) {
        return std::is_standard_layout_v<T> && sizeof(T) == sizeof(Tensor) && offsetof(T, data) == offsetof(Tensor, data) &&
               offsetof(T, device) == offsetof(Tensor, device) && offsetof(T, ndim) == offsetof(Tensor, ndim) &&
               offsetof(T, dtype) == offsetof(Tensor, dtype) && offsetof(T, shape) == offsetof(Tensor, shape) &&
               offsetof(T, strides) == offsetof(Tensor, strides) && offsetof(T, byte_offset) == offsetof(Tensor, byte_offset);
    }
    return false;
}
template <class T>
consteval bool is_managed() {
    if constexpr (HasManagedMembers<T> && !HasVersionedMembers<T>) {
        return std::is_standard_layout_v<T> && sizeof(T) == sizeof(ManagedTensor) && is_tensor<decltype(T::dl_tensor)>() &&
               offsetof(T, dl_tensor) == offsetof(ManagedTensor, dl_tensor) && offsetof(T, manager_ctx) == offsetof(ManagedTensor, manager_ctx) &&
               offsetof(T, deleter) == offsetof(ManagedTensor, deleter);
    }
    return false;
}
template <class T>
consteval bool is_versioned() {
    if constexpr (HasVersionedMembers<T>) {
        using Ours = ManagedTensorVersioned;
        return std::is_standard_layout_v<T> && sizeof(T) == sizeof(Ours) && is_tensor<decltype(T::dl_tensor)>() &&
               offsetof(T, version) == offsetof(Ours, version) && offsetof(T, manager_ctx) == offsetof(Ours, manager_ctx) &&
               offsetof(T, deleter) == offsetof(Ours, deleter) && offsetof(T, flags) == offsetof(Ours, flags) &&
               offsetof(T, dl_tensor) == offsetof(Ours, dl_tensor);
    }
    return false;
}
template <class T>
consteval bool is_exchange_api() {
    if constexpr (HasExchangeMembers<T>) {
        using Ours = ExchangeApi;
        return std::is_standard_layout_v<T> && sizeof(T) == sizeof(Ours) && offsetof(T, managed_tensor_allocator) == offsetof(Ours, managed_tensor_allocator) &&
               offsetof(T, managed_tensor_from_py_object_no_sync) == offsetof(Ours, managed_tensor_from_py_object_no_sync) &&
               offsetof(T, managed_tensor_to_py_object_no_sync) == offsetof(Ours, managed_tensor_to_py_object_no_sync) &&
               offsetof(T, dltensor_from_py_object_no_sync) == offsetof(Ours, dltensor_from_py_object_no_sync) &&
               offsetof(T, current_work_stream) == offsetof(Ours, current_work_stream);
    }
    return false;
}

}  // namespace peer

/// A peer's DLTensor, DLManagedTensor, DLManagedTensorVersioned and DLPackExchangeAPI, from whichever dlpack.h; and ndlease's own.
template <class T>
concept TensorStruct = peer::is_tensor<T>();
template <class T>
concept LegacyStruct = peer::is_managed<T>();
template <class T>
concept VersionedStruct = peer::is_versioned<T>();
template <class T>
concept ExchangeStruct = peer::is_exchange_api<T>();

}  // namespace ndlease::dlpack
