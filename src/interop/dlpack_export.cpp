// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <new>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/interop/dlpack.hpp>

#include "interop/dlpack_item.hpp"
#include "interop/exported_share.hpp"

namespace ndlease::dlpack {
namespace {

using ndlease::detail::ExportedShare;
using ndlease::detail::PendingOrder;

/// The one allocation behind an exported tensor; shape and strides follow it.
template <class Managed>
struct Block {
    Managed tensor;
    ExportedShare share;

    Block(const View& view, const ExportOptions& options)
        : tensor(), share(view, options.consumer, options.ordered ? PendingOrder::ordered : PendingOrder::unordered) {
        tensor.manager_ctx = this;
        tensor.deleter = [](Managed* self) {
            if (self != nullptr) delete static_cast<Block*>(self->manager_ctx);
        };
    }
    static void* operator new(std::size_t size, int rank) { return ::operator new(size + 2 * static_cast<std::size_t>(rank) * sizeof(std::int64_t)); }
    static void operator delete(void* block) { ::operator delete(block); }
    static void operator delete(void* block, int) { ::operator delete(block); }
    [[nodiscard]] std::int64_t* dims() noexcept { return reinterpret_cast<std::int64_t*>(this + 1); }
};

[[noreturn]] void refuse_stride(const Layout& layout, int axis, std::int64_t itemsize) {
    throw Error(errc::not_expressible,
                "axis " + std::to_string(axis) + " has a stride of " + std::to_string(layout.strides()[axis]) + " bytes; DLPack counts items, of " +
                    std::to_string(itemsize) + " bytes here",
                axis);
}

/// Strides in elements. Where a stride means nothing and is no number of elements, that of an array without gaps stands for it.
void write_dims(const Layout& layout, std::int64_t itemsize, std::int64_t* shape, std::int64_t* strides) {
    std::int64_t without_gaps = 1;
    for (int axis = layout.rank() - 1; axis >= 0; --axis) {
        const std::int64_t extent = layout.shape()[axis];
        const std::int64_t stride = layout.strides()[axis];
        shape[axis] = extent;
        if (stride % itemsize == 0) {
            strides[axis] = stride / itemsize;
        } else if (layout.is_empty() || extent == 1) {
            strides[axis] = without_gaps;
        } else {
            refuse_stride(layout, axis, itemsize);
        }
        if (!mul_fits(without_gaps, std::max<std::int64_t>(extent, 1), &without_gaps)) without_gaps = 0;
    }
}

void write_place(const View& view, bool fold_offset, Tensor& tensor) {
    if (view.layout().is_empty()) return;  // data is NULL
    const Allocation allocation = view.allocation();
    tensor.data = const_cast<void*>(view.data());
    if (allocation.bytes == 0 || (fold_offset && has_addresses(view.device().type))) return;
    tensor.data = const_cast<void*>(allocation.data);
    tensor.byte_offset = static_cast<std::uint64_t>(static_cast<const std::byte*>(view.data()) - static_cast<const std::byte*>(allocation.data));
}

/// What is the same in both structs. Throws before anything is made.
void check(const View& view) {
    if (view.layout().is_indirect()) throw Error(errc::not_expressible, "the view has indirect axes (suboffsets), which DLPack has not");
    const DeviceType type = view.device().type;
    if (!is_known(type)) throw Error(errc::not_expressible, to_string(view.device()) + " is no kind of device that DLPack knows");
    if (type != DeviceType::cpu && has_addresses(type)) check_device_tag(view.data(), view.device());
}

template <class Managed>
Block<Managed>* make_block(const View& view, const Item& item, const ExportOptions& options) {
    const Layout& layout = view.layout();
    const Device device = view.device();
    auto block = std::unique_ptr<Block<Managed>>(new (layout.rank()) Block<Managed>(view, options));
    Tensor& tensor = block->tensor.dl_tensor;
    tensor.device = {static_cast<std::int32_t>(device.type), has_one_id(device.type) ? 0 : device.id};
    tensor.ndim = layout.rank();
    tensor.dtype = item.type;
    if (tensor.ndim > 0) {
        tensor.shape = block->dims();
        tensor.strides = tensor.shape + tensor.ndim;
        write_dims(layout, view.itemsize(), tensor.shape, tensor.strides);
    }
    write_place(view, options.fold_offset, tensor);
    return block.release();
}

}  // namespace

ManagedTensorVersioned* export_view(const View& view, const ExportOptions& options) {
    if (options.max_version.major < 1) {
        throw Error(errc::not_expressible, "a consumer of DLPack " + std::to_string(options.max_version.major) + '.' +
                                               std::to_string(options.max_version.minor) + " knows the legacy struct alone: export_legacy_view");
    }
    check(view);
    const Item item = item_of(view.format());
    ManagedTensorVersioned& tensor = make_block<ManagedTensorVersioned>(view, item, options)->tensor;
    tensor.version = version;
    if (options.max_version.major == version.major) tensor.version.minor = std::max(item.minor, std::min(version.minor, options.max_version.minor));
    tensor.flags = (view.is_read_only() ? flag_read_only : 0) | (options.copied ? flag_is_copied : 0) | (item.padded ? flag_subbyte_padded : 0);
    return &tensor;
}

ManagedTensor* export_legacy_view(const View& view, const ExportOptions& options) {
    if (view.is_read_only()) throw Error(errc::not_expressible, "the view is read-only, which the legacy struct of DLPack cannot say");
    check(view);
    const Item item = item_of(view.format());
    if (item.padded) {
        throw Error(errc::not_expressible,
                    "items of " + std::to_string(item.type.bits) + " bits in bytes of their own: the legacy struct of DLPack cannot say it");
    }
    return &make_block<ManagedTensor>(view, item, options)->tensor;
}

ExportOptions options_for(std::optional<std::int64_t> stream, Device memory, std::optional<Version> max_version) {
    ExportOptions options;
    if (max_version) options.max_version = *max_version;
    if (memory.type == DeviceType::cuda) {
        options.consumer = StreamRef::from_integer(stream, memory);
        options.ordered = options.consumer.has_value();
        return options;
    }
    if (!stream) return options;
    const bool has_streams = memory.type == DeviceType::cuda_host || memory.type == DeviceType::cuda_managed;
    if (!has_streams || *stream != -1) {
        throw Error(errc::invalid_argument,
                    "stream is " + std::to_string(*stream) + "; for memory on " + to_string(memory) + " it is none" + (has_streams ? " or -1" : ""));
    }
    options.ordered = false;
    return options;
}

}  // namespace ndlease::dlpack
