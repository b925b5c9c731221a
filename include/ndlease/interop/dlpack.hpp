// SPDX-License-Identifier: Apache-2.0
// DLPack, both ways: managed tensors (versioned, and the legacy struct), borrowed tensors, and the C exchange table of 1.3.
// Source of the rules: dlpack.h 1.3 and the Python array API's __dlpack__; docs/protocols/dlpack.md says what maps to what.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include <ndlease/export.hpp>
#include <ndlease/interop/dlpack_structs.hpp>
#include <ndlease/lease.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease::dlpack {

struct ImportOptions {
    /// The producer's work that may still be pending: what the consumer's stream was ordered after, or an event. Streams that use the View are ordered after
    /// it.
    PendingWork ready = {};
    /// When the producer's deleter runs once nobody holds the View. None: wait() for host memory (nothing is waited for where no stream used it), else
    /// deferred(), since a deleter knows no streams.
    std::optional<ReleasePolicy> policy = {};
    /// The legacy struct cannot say whether its memory may be written. false: the View is read-only, as NumPy has it.
    bool legacy_is_writable = false;
    /// CUDA is asked whether the memory is where the tensor says; host memory is not asked about. See check_device_tag().
    bool check_device = true;
};

/// Takes the tensor over: the View's lease owns it, and calls its deleter (NULL: nothing) exactly once, on any thread, when the last View is gone and every
/// recorded use is over. Of memory that is no CPU memory the deleter is not called after exit() has begun, in a forked child or after shutdown(): it would
/// make calls that must not be made then.
/// A dtype with lanes is a sub-array; the byte offset is kept (the View's allocation begins at tensor->data). Strides of axes with extent 1 and of arrays
/// without elements mean nothing. Nothing is copied; nobody waits.
/// Throws Error; then the tensor is still the caller's, except where `errc` says otherwise:
/// errc::not_supported: a major version other than 1 (the deleter HAS been called, and nothing else was read), unknown flags, an unknown kind of device.
/// errc::bad_format: an unknown dtype, 0 lanes. errc::not_expressible: elements of fewer than 8 bits packed across bytes; lanes that are no whole bytes.
/// errc::out_of_range: rank, device_id. errc::bad_layout: an extent below 0, strides NULL in 1.2 and later. errc::overflow: strides, sizes.
/// errc::out_of_bounds: outside of the address space; before a handle's start. errc::invalid_argument: NULL data, shape or tensor.
/// errc::device: the memory is not where the tensor says. errc::out_of_memory.
[[nodiscard]] NDLEASE_API View import_view(ManagedTensorVersioned* tensor, ImportOptions options = {});
/// The legacy struct. Read-only unless `legacy_is_writable`.
[[nodiscard]] NDLEASE_API View import_view(ManagedTensor* tensor, ImportOptions options = {});
/// A View of memory that stays the caller's (no lease, unless `ready` makes one): for callees that get a DLTensor* for one call, by the rules of `rules`.
/// Writable. Throws as import_view.
[[nodiscard]] NDLEASE_API View borrow_view(const Tensor& tensor, ImportOptions options = {}, Version rules = version);

struct ExportOptions {
    /// The stream on which the consumer works until it calls the deleter, and which must live until then: it waits for the View's pending work, and its own
    /// work is over before the memory goes back. StreamRef::host(): the host waits now, and the consumer's work is over when it calls the deleter. None, for
    /// memory that a CUDA device reaches: the host waits now, and the end of the lease goes the way of set_device_wait().
    std::optional<StreamRef> consumer = {};
    /// false: nothing waits for pending work (Python's stream -1): the consumer orders itself.
    bool ordered = true;
    /// The newest rules that the consumer knows. The struct is stamped with no newer ones than it needs beyond that: a consumer looks at the stamp.
    Version max_version = version;
    /// The View's memory is a copy made for this consumer alone: IS_COPIED.
    bool copied = false;
    /// For peers that ignore byte_offset: data is element (0,...,0), where addresses can be added to. Else data is the allocation's start, where it is stated.
    bool fold_offset = false;
};

/// A tensor that holds a share of the View's lease and gives it back when its deleter is called, on any thread. One allocation; nothing is copied.
/// Never NULL. Give it away, or call `discard`. READ_ONLY and SUBBYTE_TYPE_PADDED are set where they are true.
/// Throws Error: errc::not_expressible that names the kind (formats that DLPack cannot say without loss, suboffsets, strides that are no multiple of the item,
/// a max_version below 1.0), errc::device (the memory is on another device than the View says; or ordering failed), errc::out_of_memory.
[[nodiscard]] NDLEASE_API ManagedTensorVersioned* export_view(const View& view, const ExportOptions& options = {});
/// The legacy struct. Throws also Error{errc::not_expressible} for what it has no flag for: read-only Views and elements of fewer than 8 bits.
[[nodiscard]] NDLEASE_API ManagedTensor* export_legacy_view(const View& view, const ExportOptions& options = {});

/// Calls the deleter, if there is one: for a tensor that nobody took (the destructor of a capsule that still has its first name).
NDLEASE_API void discard(ManagedTensorVersioned* tensor) noexcept;
NDLEASE_API void discard(ManagedTensor* tensor) noexcept;

/// What a consumer's `__dlpack__(stream=..., max_version=...)` means for memory on this device. CUDA: none and 1 are the legacy default stream, 2 the
/// per-thread one, -1 no order, a larger number a handle; 0 is refused. Any other memory: none alone, and -1 for managed and pinned memory, whose streams are
/// CUDA's. Throws Error{errc::invalid_argument}, what StreamRef::from_integer throws.
[[nodiscard]] NDLEASE_API ExportOptions options_for(std::optional<std::int64_t> stream, Device memory, std::optional<Version> max_version = {});

// -- the C exchange table (1.3) --

/// The newest table that ndlease knows, walking `prev_api`; NULL where there is none.
[[nodiscard]] NDLEASE_API const ExchangeApi* find_exchange_api(const ExchangeApiHeader* newest) noexcept;
/// A View of a Python object by its framework's table; the framework's current stream is the pending work, unless options.ready says another. The caller holds
/// the GIL. Throws as import_view (the tensor is given back then), and Error{errc::not_supported} where the framework refuses: then Python's error is set.
[[nodiscard]] NDLEASE_API View import_object(const ExchangeApi& api, void* py_object, ImportOptions options = {});
/// ExchangeApi::managed_tensor_allocator: uninitialised memory for a tensor of the prototype's ndim, shape, dtype and device (its data and strides are not
/// looked at), C order. CPU, CUDA, pinned and managed memory. 0, or -1 after set_error("...Error", message).
NDLEASE_API int allocate_tensor(Tensor* prototype, ManagedTensorVersioned** out, void* error_ctx,
                                void (*set_error)(void* error_ctx, const char* kind, const char* message)) noexcept;

// -- the same with a peer's own types --

template <VersionedStruct T>
[[nodiscard]] View import_view(T* tensor, ImportOptions options = {}) {
    return import_view(reinterpret_cast<ManagedTensorVersioned*>(tensor), std::move(options));
}
template <LegacyStruct T>
[[nodiscard]] View import_view(T* tensor, ImportOptions options = {}) {
    return import_view(reinterpret_cast<ManagedTensor*>(tensor), std::move(options));
}
template <TensorStruct T>
[[nodiscard]] View borrow_view(const T& tensor, ImportOptions options = {}, Version rules = version) {
    return borrow_view(reinterpret_cast<const Tensor&>(tensor), std::move(options), rules);
}
/// export_as<DLManagedTensorVersioned>(view), export_as<DLManagedTensor>(view).
template <VersionedStruct T>
[[nodiscard]] T* export_as(const View& view, const ExportOptions& options = {}) {
    return reinterpret_cast<T*>(export_view(view, options));
}
template <LegacyStruct T>
[[nodiscard]] T* export_as(const View& view, const ExportOptions& options = {}) {
    return reinterpret_cast<T*>(export_legacy_view(view, options));
}
template <ExchangeStruct T>
[[nodiscard]] View import_object(const T& api, void* py_object, ImportOptions options = {}) {
    return import_object(reinterpret_cast<const ExchangeApi&>(api), py_object, std::move(options));
}

}  // namespace ndlease::dlpack
