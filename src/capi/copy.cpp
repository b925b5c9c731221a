// SPDX-License-Identifier: Apache-2.0
// Copies between views of any owners.
#include <ndlease/copy.hpp>

#include "capi/call.hpp"

namespace ndlease::capi {
namespace {

static_assert(NDL_CONVERSION_NONE == static_cast<int>(Conversion::none) && NDL_CONVERSION_CPP == static_cast<int>(Conversion::cpp));
static_assert(NDL_CONVERSION_CHECKED == static_cast<int>(Conversion::checked));

CopyOptions copy_options(const ndl_copy_options* given) {
    const ndl_copy_options options = options_or_none(given, "the copy options");
    CopyOptions result;
    result.conversion = need_enum(options.conversion, Conversion::checked, "conversion");
    if (options.max_threads < 0) throw Error(errc::invalid_argument, "max_threads is " + std::to_string(options.max_threads) + "; it is 0 or more");
    if (options.max_overlap_work < 0)
        throw Error(errc::invalid_argument, "max_overlap_work is " + std::to_string(options.max_overlap_work) + "; it is 0 or more");
    result.max_threads = options.max_threads;
    if (options.max_overlap_work != 0) result.max_overlap_work = options.max_overlap_work;
    return result;
}

/// The scope in which a copy uses the memory of another owner, whom copies know nothing of; nothing for leases of this library, which copies treat themselves.
/// Pageable memory is touched by the host, whatever the stream.
class ForeignUse {
public:
    ForeignUse(const Borrowed& borrowed, StreamRef stream, std::uint32_t use)
        : foreign_(borrowed.foreign), stream_(c_abi::export_stream(borrowed.view.device() == Device::cpu() ? StreamRef::host() : stream)), use_(use) {
        if (foreign_ == nullptr) return;
        ndl_error error = {};
        c_abi::throw_unless_ok(foreign_->ops->acquire(foreign_, &stream_, use_, &error), error, "acquiring the memory");
    }
    ForeignUse(const ForeignUse&) = delete;
    ForeignUse& operator=(const ForeignUse&) = delete;
    ~ForeignUse() {
        if (foreign_ != nullptr) static_cast<void>(foreign_->ops->used_on(foreign_, &stream_, use_, nullptr));  // it counts all the same
    }

    void leave() {
        if (foreign_ == nullptr) return;
        ndl_error error = {};
        const ndl_view& view = *std::exchange(foreign_, nullptr);
        c_abi::throw_unless_ok(view.ops->used_on(&view, &stream_, use_, &error), error, "recording the use");
    }

private:
    const ndl_view* foreign_;
    ndl_stream stream_;
    std::uint32_t use_;
};

/// A share of `borrowed` where `result` is still that memory, else of `result`.
ndl_view share_of(const Borrowed& borrowed, View result) {
    if (result.data() == borrowed.view.data()) return borrowed.share(std::move(result));
    return c_abi::export_view(result);
}

/// What `make` makes from the view in new memory.
template <class Make>
ndl_view copied(const Borrowed& borrowed, StreamRef stream, Make&& make) {
    ForeignUse use(borrowed, stream, NDL_USE_READ);
    View result = make();
    use.leave();
    return share_of(borrowed, std::move(result));
}

}  // namespace
}  // namespace ndlease::capi

using namespace ndlease;
using namespace ndlease::capi;

int ndl_copy(const ndl_view* dst, const ndl_view* src, const ndl_stream* stream, const ndl_copy_options* options, ndl_error* error) noexcept {
    return guarded(error, [&] {
        const Borrowed to = borrow(need(dst, "dst"));
        const Borrowed from = borrow(need(src, "src"));
        const StreamRef on = need_stream(stream);
        const CopyOptions how = copy_options(options);
        static_cast<void>(to.view.mutable_data());  // before anything is ordered
        ForeignUse write(to, on, NDL_USE_WRITE);
        ForeignUse read(from, on, NDL_USE_READ);
        copy(to.view, from.view, on, how);
        read.leave();
        write.leave();
    });
}

int ndl_contiguous(const ndl_view* view, int32_t order, const ndl_stream* stream, const ndl_copy_options* options, ndl_view* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        const Borrowed from = borrow(need(view, "view"));
        const Order wish = need_order(order);
        const StreamRef on = need_stream(stream);
        const CopyOptions how = copy_options(options);
        if (is_contiguous(from.view, wish)) return from.share(from.view);
        return copied(from, on, [&] { return contiguous(from.view, wish, on, nullptr, how); });
    });
}

int ndl_to_device(const ndl_view* view, const ndl_device* device, int32_t order, const ndl_stream* stream, const ndl_copy_options* options, ndl_view* out,
                  ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        const Borrowed from = borrow(need(view, "view"));
        const Device target = c_abi::import_device(need(device, "device"));
        const Order wish = need_order(order);
        const StreamRef on = need_stream(stream);
        const CopyOptions how = copy_options(options);
        if (from.view.device() == target && (wish == Order::any || is_contiguous(from.view, wish))) return from.share(from.view);
        return copied(from, on, [&] { return to(from.view, target, on, wish, how); });
    });
}

int ndl_convert(const ndl_view* view, const ndl_format* format, int32_t order, const ndl_stream* stream, const ndl_copy_options* options, ndl_view* out,
                ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        const Borrowed from = borrow(need(view, "view"));
        const Format item = c_abi::import_format(need(format, "format"));
        const Order wish = need_order(order);
        const StreamRef on = need_stream(stream);
        const CopyOptions how = copy_options(options);
        return copied(from, on, [&] { return convert(from.view, item, how.conversion, wish, on, nullptr, how); });
    });
}
