// SPDX-License-Identifier: Apache-2.0
#include <ndlease/copy.hpp>

namespace ndlease {

void copy(const View& dst, const View& src, const CopyOptions& options) { CopyPlan::make(dst, src, options).run(); }

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
