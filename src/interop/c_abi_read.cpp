// SPDX-License-Identifier: Apache-2.0
// Reads an ndl_view: every member is checked before any is used.
#include "interop/c_abi_owner.hpp"

#include <cstddef>
#include <span>
#include <string>

#include <ndlease/interop/c_abi.hpp>

namespace ndlease::c_abi {
namespace {

static_assert(NDL_MAX_RANK == max_rank);

using Extents = std::span<const std::int64_t>;

void check_head(const ndl_view& view) {
    if (view.struct_size == 0) throw Error(errc::released, "the view is zeroes: it was released, moved, or never filled");
    if (view.struct_size < sizeof(ndl_view)) {
        throw Error(errc::invalid_argument,
                    "the view's struct_size is " + std::to_string(view.struct_size) + "; it is " + std::to_string(sizeof(ndl_view)) + " or more");
    }
    if (view.abi_version >> 16U != NDL_ABI_MAJOR) {
        throw Error(errc::not_supported, "the view's abi_version is " + std::to_string(view.abi_version >> 16U) + "." +
                                             std::to_string(view.abi_version & 0xFFFFU) + "; this library reads " + std::to_string(NDL_ABI_MAJOR) + ".x");
    }
    if (const std::uint32_t unknown = view.flags & ~NDL_VIEW_READ_ONLY; unknown != 0) {
        throw Error(errc::not_supported, "the view's flags have bits that must be understood and are not known here: " + std::to_string(unknown));
    }
}

void check_ops(const ndl_view& view) {
    const ndl_view_ops* const ops = view.ops;
    if (ops == nullptr) {
        if (view.owner != nullptr) throw Error(errc::invalid_argument, "the view has an owner and no ops, so that nobody could release it");
        return;
    }
    if (ops->struct_size < sizeof(ndl_view_ops)) {
        throw Error(errc::invalid_argument, "the struct_size of the view's ops is " + std::to_string(ops->struct_size) + "; it is " +
                                                std::to_string(sizeof(ndl_view_ops)) + " or more");
    }
    const char* missing = nullptr;
    if (ops->acquire == nullptr) missing = "acquire";
    if (ops->used_on == nullptr) missing = "used_on";
    if (ops->retain == nullptr) missing = "retain";
    if (ops->release == nullptr) missing = "release";
    if (missing != nullptr) throw Error(errc::invalid_argument, std::string("the view's ops have no ") + missing);
}

Layout read_layout(const ndl_view& view, std::int64_t itemsize) {
    if (view.rank < 0 || view.rank > max_rank) {
        throw Error(errc::out_of_range, "the view's rank is " + std::to_string(view.rank) + "; it is 0 to " + std::to_string(max_rank));
    }
    if (view.rank == 0) return {};
    if (view.shape == nullptr) throw Error(errc::invalid_argument, "the view's shape is NULL with rank " + std::to_string(view.rank));
    const auto rank = static_cast<std::size_t>(view.rank);
    const Extents shape(view.shape, rank);
    if (view.strides != nullptr) {
        const Extents strides(view.strides, rank);
        return view.suboffsets == nullptr ? Layout(shape, strides) : Layout(shape, strides, Extents(view.suboffsets, rank));
    }
    Layout dense = Layout::c_order(shape, itemsize);
    return view.suboffsets == nullptr ? dense : Layout(shape, dense.strides().span(), Extents(view.suboffsets, rank));
}

}  // namespace

Borrowed borrow(const ndl_view& view) {
    check_head(view);
    check_ops(view);
    const Device device = import_device(view.device);
    const Owner* const own = own_owner(view);
    if (view.format == nullptr) throw Error(errc::invalid_argument, "the view's format is NULL");
    Format format = own != nullptr && own->format == view.format ? own->view.format() : import_format(*view.format);
    Layout layout = read_layout(view, format.itemsize());
    Lease lease;
    const ndl_view* foreign = nullptr;
    if (own != nullptr) {
        lease = own->view.lease();
        if (own->foreign) foreign = &own->foreign.view();
    } else if (view.ops != nullptr) {
        foreign = &view;
    }
    return {View::on_lease(view.data, device, std::move(format), std::move(layout), (view.flags & NDL_VIEW_READ_ONLY) != 0,
                           {view.allocation, view.allocation_bytes}, std::move(lease)),
            foreign};
}

ndl_view Borrowed::share(View derived) const { return export_with(std::move(derived), foreign == nullptr ? ForeignShare() : ForeignShare::retain(*foreign)); }

}  // namespace ndlease::c_abi
