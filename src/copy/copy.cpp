// SPDX-License-Identifier: Apache-2.0
#include <ndlease/copy.hpp>

#include <cstring>

#include <ndlease/copy_plan.hpp>

namespace ndlease {
namespace {

/// What is longer may be worth threads or the ways around the caches.
constexpr std::int64_t longest_run_at_once = std::int64_t{64} << 10;  // bytes

/// Bytes of the one run that both layouts are in C order; 0: they are not, or of different shapes, or it is too long.
std::int64_t common_run(const Layout& dst, const Layout& src, std::int64_t itemsize) noexcept {
    const int rank = dst.rank();
    if (rank != src.rank() || dst.is_indirect() || src.is_indirect()) return 0;
    const std::int64_t* const shape = dst.shape().data();
    const std::int64_t* const dst_strides = dst.strides().data();
    const std::int64_t* const src_shape = src.shape().data();
    const std::int64_t* const src_strides = src.strides().data();
    std::int64_t run = itemsize;
    for (int i = rank - 1; i >= 0; --i) {
        const std::int64_t extent = shape[i];
        if (extent != src_shape[i]) return 0;
        if (extent == 1) continue;
        if (dst_strides[i] != run || src_strides[i] != run || extent > longest_run_at_once) return 0;
        run *= extent;
        if (run > longest_run_at_once) return 0;
    }
    return run;
}

/// Small arrays without gaps, of one format and in host memory, need no plan: it would cost more than their copy. False: nothing was done. What a plan refuses
/// is left to it.
bool copy_run(const View& dst, const View& src) noexcept {
    const Format& format = dst.format();
    if (dst.is_read_only() || dst.device() != Device::cpu() || src.device() != Device::cpu() || format != src.format() || format.has_addresses()) return false;
    const std::int64_t itemsize = format.itemsize();
    if (itemsize > longest_run_at_once) return false;
    const std::int64_t bytes = common_run(dst.layout(), src.layout(), itemsize);
    if (bytes == 0) return false;
    auto* const to = static_cast<std::byte*>(const_cast<void*>(dst.data()));  // it is not read-only
    const auto* const from = static_cast<const std::byte*>(src.data());
    const std::uintptr_t apart = reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
    if (apart < static_cast<std::uintptr_t>(bytes) || ~apart + 1 < static_cast<std::uintptr_t>(bytes)) return false;
    std::memcpy(to, from, static_cast<std::size_t>(bytes));
    return true;
}

}  // namespace

void copy(const View& dst, const View& src, const CopyOptions& options) {
    if (!copy_run(dst, src)) CopyPlan::make(dst, src, options).run();
}

View contiguous(const View& view, Order order, MemoryResource& resource, const CopyOptions& options) {
    const bool already = order == Order::any ? view.is_contiguous(Order::c) || view.is_contiguous(Order::f) : view.is_contiguous(order);
    if (already) return view;
    View result = allocate(view.format(), view.shape(), order, resource);
    copy(result, view, options);
    return result;
}

View convert(const View& view, const Format& format, Conversion conversion, Order order, MemoryResource& resource, const CopyOptions& options) {
    View result = allocate(format, view.shape(), order, resource);
    CopyOptions converting = options;
    converting.conversion = conversion;
    copy(result, view, converting);
    return result;
}

}  // namespace ndlease
