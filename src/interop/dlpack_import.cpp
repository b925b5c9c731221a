// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/dlpack.hpp>

#include "interop/dlpack_item.hpp"
#include "interop/imported_policy.hpp"

namespace ndlease::dlpack {
namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr Version legacy = {0, 0};

/// What stands beside the Tensor.
struct Terms {
    Version rules = legacy;
    bool read_only = false;
    bool padded = false;
};

bool strides_may_be_null(Version rules) noexcept { return rules.major < 1 || (rules.major == 1 && rules.minor < 2); }

std::span<const std::int64_t> shape_of(const Tensor& tensor) {
    if (tensor.ndim < 0 || tensor.ndim > max_rank) {
        throw Error(errc::out_of_range, "ndim is " + std::to_string(tensor.ndim) + "; it is 0 to " + std::to_string(max_rank));
    }
    if (tensor.ndim > 0 && tensor.shape == nullptr) throw Error(errc::invalid_argument, "shape is NULL with ndim " + std::to_string(tensor.ndim));
    return {tensor.shape, static_cast<std::size_t>(tensor.ndim)};
}

/// What there is of elements, as far as it matters here: an extent below 0 is the layout's to refuse.
enum class Amount : std::uint8_t { none, one, several };
Amount amount_of(std::span<const std::int64_t> shape) noexcept {
    Amount amount = Amount::one;
    for (const std::int64_t extent : shape) {
        if (extent == 0) return Amount::none;
        if (extent != 1) amount = Amount::several;
    }
    return amount;
}

Layout layout_of(const Tensor& tensor, std::span<const std::int64_t> shape, Amount amount, std::int64_t itemsize, Version rules) {
    if (tensor.strides == nullptr) {
        if (amount != Amount::none && tensor.ndim > 0 && !strides_may_be_null(rules)) {
            throw Error(errc::bad_layout, "strides is NULL with ndim " + std::to_string(tensor.ndim) + "; from version 1.2 on it may be so with ndim 0 alone");
        }
        return Layout::c_order(shape, itemsize);
    }
    std::int64_t strides[max_rank];
    for (int axis = 0; axis < tensor.ndim; ++axis) {
        if (mul_fits(tensor.strides[axis], itemsize, &strides[axis])) continue;
        if (amount != Amount::none && shape[static_cast<std::size_t>(axis)] != 1) {
            throw Error(errc::overflow,
                        "axis " + std::to_string(axis) + " has stride " + std::to_string(tensor.strides[axis]) + " of elements of " + std::to_string(itemsize) +
                            " bytes; that does not fit in 63 bits",
                        axis);
        }
        strides[axis] = 0;
    }
    return Layout(shape, {strides, shape.size()});
}

Device device_of(TensorDevice given) {
    const Device device{static_cast<DeviceType>(given.device_type), given.device_id};
    if (!is_known(device.type)) throw Error(errc::not_supported, "device_type " + std::to_string(given.device_type) + " is not known");
    if (has_one_id(device.type)) return {device.type, 0};
    if (device.id < 0) throw Error(errc::out_of_range, "device_id is " + std::to_string(device.id) + "; it is 0 or more");
    return device;
}

/// Where element (0,...,0) is, and the memory as far as the tensor tells: from `data` to the last byte of an element.
struct Place {
    void* data;
    Allocation allocation;
};

Place place_of(const Tensor& tensor, const Layout& layout, std::int64_t itemsize, Device device) {
    if (layout.is_empty()) return {tensor.data, {}};
    if (tensor.data == nullptr) throw Error(errc::invalid_argument, "data is NULL with " + std::to_string(layout.size()) + " elements");
    const auto base = reinterpret_cast<std::uintptr_t>(tensor.data);
    const std::uint64_t offset = tensor.byte_offset;
    if (offset > static_cast<std::uint64_t>(largest) || base + offset < base) {
        throw Error(errc::out_of_bounds, "byte_offset is " + std::to_string(offset) + ": that lies outside of the address space");
    }
    void* const data = static_cast<std::byte*>(tensor.data) + offset;
    const bool is_handle = !has_addresses(device.type);
    if (offset == 0 && !is_handle) return {data, {}};
    const ByteExtent extent = layout.byte_extent(itemsize);
    const auto signed_offset = static_cast<std::int64_t>(offset);
    if (signed_offset + extent.lower < 0) {  // the start of the memory is not known
        if (!is_handle) return {data, {}};
        throw Error(errc::out_of_bounds, "layout " + to_string(layout) + " with byte_offset " + std::to_string(offset) + " begins before the handle's memory");
    }
    std::int64_t bytes = 0;
    if (!add_fits(signed_offset, extent.upper, &bytes)) {
        throw Error(errc::out_of_bounds, "byte_offset is " + std::to_string(offset) + ": the elements lie outside of the address space");
    }
    return {data, {tensor.data, bytes}};
}

/// A format promises addresses at multiples of its alignment, and DLPack promises nothing.
void limit_promise(Format& format, const void* data, const Layout& layout) {
    const auto below = static_cast<std::uintptr_t>(format.alignment()) - 1;  // alignments are powers of two
    if (((reinterpret_cast<std::uintptr_t>(data) | static_cast<std::uintptr_t>(format.itemsize())) & below) == 0) return;
    if (!layout.is_empty()) format = ndlease::detail::limit_alignment(format, 1);
}

View view_of(const Tensor& tensor, const Terms& terms, ReleaseCallback&& release, ImportOptions&& options) {
    const std::span<const std::int64_t> shape = shape_of(tensor);
    const Amount amount = amount_of(shape);
    Format format = format_of(tensor.dtype, terms.padded, amount != Amount::several);
    const std::int64_t itemsize = format.itemsize();
    Layout layout = layout_of(tensor, shape, amount, itemsize, terms.rules);
    const Device device = device_of(tensor.device);
    const Place place = place_of(tensor, layout, itemsize, device);
    limit_promise(format, place.data, layout);
    if (options.check_device && device.type != DeviceType::cpu && has_addresses(device.type)) check_device_tag(place.data, device);
    LendOptions lend;  // not an initializer list, for which the compiler clears the whole of it first
    lend.allocation = place.allocation;
    lend.read_only = terms.read_only;
    lend.policy = ndlease::detail::imported_policy(options.policy, device);
    lend.ready = std::move(options.ready);
    lend.release = std::move(release);
    return View::lend(place.data, device, std::move(format), std::move(layout), std::move(lend));
}

/// The end of a tensor that a lease owned.
template <class Managed>
ReleaseCallback deleter_of(Managed* tensor) {
    if (tensor->deleter == nullptr) return {};
    return [tensor](const ReleaseInfo& info) {
        const bool on_device = static_cast<DeviceType>(tensor->dl_tensor.device.device_type) != DeviceType::cpu;
        if (on_device && (info.status == ReleaseStatus::exiting || info.status == ReleaseStatus::forked)) return;
        tensor->deleter(tensor);
    };
}

}  // namespace

View import_view(ManagedTensorVersioned* tensor, ImportOptions options) {
    if (tensor == nullptr) throw Error(errc::invalid_argument, "the tensor is NULL");
    const Version rules = tensor->version;
    if (rules.major != version.major) {
        discard(tensor);
        throw Error(errc::not_supported, "DLPack version " + std::to_string(rules.major) + '.' + std::to_string(rules.minor) +
                                             ": only major version 1 is known; the tensor was deleted");
    }
    constexpr std::uint64_t known = flag_read_only | flag_is_copied | flag_subbyte_padded;
    if ((tensor->flags & ~known) != 0) throw Error(errc::not_supported, "flags is " + std::to_string(tensor->flags) + ": only bits 0 to 2 are known");
    const Terms terms = {rules, (tensor->flags & flag_read_only) != 0, (tensor->flags & flag_subbyte_padded) != 0};
    return view_of(tensor->dl_tensor, terms, deleter_of(tensor), std::move(options));
}

View import_view(ManagedTensor* tensor, ImportOptions options) {
    if (tensor == nullptr) throw Error(errc::invalid_argument, "the tensor is NULL");
    return view_of(tensor->dl_tensor, {legacy, !options.legacy_is_writable, false}, deleter_of(tensor), std::move(options));
}

View borrow_view(const Tensor& tensor, ImportOptions options, Version rules) { return view_of(tensor, {rules, false, false}, {}, std::move(options)); }

void discard(ManagedTensorVersioned* tensor) noexcept {
    if (tensor != nullptr && tensor->deleter != nullptr) tensor->deleter(tensor);
}
void discard(ManagedTensor* tensor) noexcept {
    if (tensor != nullptr && tensor->deleter != nullptr) tensor->deleter(tensor);
}

}  // namespace ndlease::dlpack
