// SPDX-License-Identifier: Apache-2.0
// A View as an ndl_view: the owner behind it, and what that does for other libraries.
#include <ndlease/interop/c_abi.hpp>

#include <cstddef>
#include <cstring>
#include <new>
#include <string>

#include "interop/c_abi_guard.hpp"
#include "interop/c_abi_owner.hpp"
#include "interop/c_abi_tree.hpp"

namespace ndlease::c_abi {
namespace {

Owner& owner_of(const ndl_view* view) noexcept { return *static_cast<Owner*>(view->owner); }

Use use_of(std::uint32_t use) {
    if (use != NDL_USE_READ && use != NDL_USE_WRITE)
        throw Error(errc::invalid_argument, "there is no use " + std::to_string(use) + "; it is 0 (read) or 1 (write)");
    return use == NDL_USE_WRITE ? Use::write : Use::read;
}

int acquire(const ndl_view* view, const ndl_stream* consumer, std::uint32_t use, ndl_error* error) noexcept {
    const Owner& owner = owner_of(view);
    if (owner.foreign) return owner.foreign.view().ops->acquire(&owner.foreign.view(), consumer, use, error);
    return guarded(error, [&] {
        const Use wish = use_of(use);
        if (wish == Use::write && (view->flags & NDL_VIEW_READ_ONLY) != 0) throw Error(errc::read_only, "acquired for writing: the view is read-only");
        if (const auto stream = import_stream(consumer)) owner.view.lease().order_after(*stream, wish);
    });
}

int used_on(const ndl_view* view, const ndl_stream* consumer, std::uint32_t use, ndl_error* error) noexcept {
    const Owner& owner = owner_of(view);
    if (owner.foreign) return owner.foreign.view().ops->used_on(&owner.foreign.view(), consumer, use, error);
    return guarded(error, [&] {
        const Use wish = use_of(use);
        if (const auto stream = import_stream(consumer)) owner.view.lease().used_on(*stream, wish);
    });
}

int retain(const ndl_view* view, ndl_error*) noexcept {
    owner_of(view).holders.fetch_add(1, std::memory_order_relaxed);
    return NDL_OK;
}

void release(ndl_view* view) noexcept {
    Owner* const owner = &owner_of(view);
    std::memset(view, 0, sizeof *view);
    if (owner->holders.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    owner->~Owner();
    ::operator delete(owner);
}

constexpr ndl_view_ops ops = {sizeof(ndl_view_ops), 0, acquire, used_on, retain, release, {}};

constexpr std::size_t owner_bytes = (sizeof(Owner) + alignof(ndl_format) - 1) / alignof(ndl_format) * alignof(ndl_format);

void check_expressible(const View& view) {
    try {
        static_cast<void>(import_device({static_cast<std::int32_t>(view.device().type), view.device().id}));
    } catch (const Error& error) {
        throw Error(errc::not_expressible, std::string("the C ABI cannot name the memory's device: ") + error.what());
    }
}

}  // namespace

Owner* own_owner(const ndl_view& view) {
    if (view.ops != &ops) return nullptr;
    if (view.owner == nullptr) throw Error(errc::invalid_argument, "the view has ndlease's ops and no owner");
    return static_cast<Owner*>(view.owner);
}

ForeignShare ForeignShare::retain(const ndl_view& view) {
    ndl_error error = {};
    throw_unless_ok(view.ops->retain(&view, &error), error, "one share more");
    return ForeignShare(view);
}

ndl_view show(Owner& owner) noexcept {
    const View& view = owner.view;
    ndl_view result = {};
    result.struct_size = sizeof result;
    result.abi_version = NDL_ABI_VERSION;
    result.flags = view.is_read_only() ? NDL_VIEW_READ_ONLY : 0;
    result.data = const_cast<void*>(view.data());
    result.device = {static_cast<std::int32_t>(view.device().type), view.device().id};
    result.format = owner.format;
    result.rank = view.rank();
    result.shape = view.shape().data();
    result.strides = view.strides().data();
    result.suboffsets = view.layout().is_indirect() ? view.layout().suboffsets().data() : nullptr;
    result.allocation = const_cast<void*>(view.allocation().data);
    result.allocation_bytes = view.allocation().bytes;
    result.ops = &ops;
    result.owner = &owner;
    return result;
}

ndl_view export_with(View view, ForeignShare&& foreign) {
    check_expressible(view);
    const TreePlan plan(view.format());
    void* const block = ::operator new(owner_bytes + plan.bytes());
    Owner* const owner = ::new (block) Owner(std::move(view), std::move(foreign));
    owner->format = plan.write(static_cast<std::byte*>(block) + owner_bytes);
    return show(*owner);
}

ndl_view export_view(const View& view) { return export_with(view, {}); }

}  // namespace ndlease::c_abi
