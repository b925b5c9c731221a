// SPDX-License-Identifier: Apache-2.0
// Views from memory, and what a view is.
#include <ndlease/memory.hpp>

#include "capi/exchange.hpp"

namespace ndlease::capi {
namespace {

static_assert(NDL_RELEASE_OK == static_cast<int>(ReleaseStatus::ok) && NDL_RELEASE_DEVICE_LOST == static_cast<int>(ReleaseStatus::device_lost));
static_assert(NDL_RELEASE_EXITING == static_cast<int>(ReleaseStatus::exiting) && NDL_RELEASE_FORKED == static_cast<int>(ReleaseStatus::forked));
static_assert(NDL_ORDER_C == static_cast<int>(Order::c) && NDL_ORDER_F == static_cast<int>(Order::f) && NDL_ORDER_ANY == static_cast<int>(Order::any));

ReleasePolicy policy_of(const ndl_lend_options& options) {
    switch (need_enum(options.policy, NDL_RELEASE_IN_ORDER, "release policy")) {
        case NDL_RELEASE_WAIT: return ReleasePolicy::wait();
        case NDL_RELEASE_DEFERRED: return ReleasePolicy::deferred();
        case NDL_RELEASE_IN_ORDER: break;
    }
    return ReleasePolicy::in_order_of(need_stream(&need(options.stream, "the stream of the release policy")));
}

LendOptions lend_options(const ndl_lend_options& options) {
    LendOptions result;
    result.policy = policy_of(options);
    if (const auto ready = c_abi::import_stream(options.ready)) result.ready = *ready;
    result.release = callback_of(options.release, options.context);
    return result;
}

}  // namespace
}  // namespace ndlease::capi

using namespace ndlease;
using namespace ndlease::capi;

int ndl_view_lend(const ndl_view* description, const ndl_lend_options* options, ndl_view* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        if (need(description, "description").ops != nullptr) throw Error(errc::invalid_argument, "the description has an owner already");
        const View read = borrow(*description).view;
        LendOptions lending = lend_options(options_or_none(options, "the lend options"));
        lending.allocation = read.allocation();
        lending.read_only = read.is_read_only();
        // Exported first and lent then: nothing may fail once there is a lease, whose end would call back.
        ndl_view result = c_abi::export_view(read);
        c_abi::Owner& owner = *c_abi::own_owner(result);
        try {
            owner.view = View::lend(description->data, read.device(), read.format(), read.layout(), std::move(lending));
        } catch (...) {
            ndl_view_release(&result);
            throw;
        }
        return c_abi::show(owner);
    });
}

int ndl_view_allocate(const ndl_format* format, int32_t rank, const int64_t* shape, int32_t order, const ndl_device* device, const ndl_stream* stream,
                      ndl_view* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        const Format item = c_abi::import_format(need(format, "format"));
        MemoryResource& memory = memory_of(c_abi::import_device(need(device, "device")));
        return c_abi::export_view(allocate(item, need_span(shape, rank, "extents"), need_order(order), memory, need_stream(stream)));
    });
}

int ndl_view_check(const ndl_view* view, ndl_error* error) noexcept {
    return guarded(error, [&] {
        const Borrowed borrowed = borrow(need(view, "view"));
        check_device_tag(borrowed.view.data(), borrowed.view.device());
    });
}

int ndl_view_print(const ndl_view* view, char* buffer, size_t capacity, size_t* length, ndl_error* error) noexcept {
    return guarded(error, [&] { write_text(to_string(borrow(need(view, "view")).view), buffer, capacity, length); });
}

int ndl_view_is_contiguous(const ndl_view* view, int32_t order, int32_t* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] { return is_contiguous(borrow(need(view, "view")).view, need_order(order)) ? 1 : 0; });
}
