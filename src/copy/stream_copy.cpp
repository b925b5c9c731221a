// SPDX-License-Identifier: Apache-2.0
// The copies of copy.hpp that take a stream.
#include <ndlease/access.hpp>
#include <ndlease/copy.hpp>

namespace ndlease {
namespace {

/// The CPU touches pageable memory itself, during the call.
StreamRef user_of(const View& side, StreamRef stream) { return side.device() == Device::cpu() ? StreamRef::host() : stream; }

bool is_contiguous(const View& view, Order order) {
    return order == Order::any ? view.is_contiguous(Order::c) || view.is_contiguous(Order::f) : view.is_contiguous(order);
}

/// In the order of `stream` where there is one for that memory.
View allocate_on(const Format& format, const Dims& shape, Order order, MemoryResource& resource, StreamRef stream) {
    const Device memory = resource.device();
    const bool elsewhere = memory.type == DeviceType::cuda && memory != stream.device();
    if (stream.is_host() || memory == Device::cpu() || elsewhere) return allocate(format, shape, order, resource);
    return allocate(format, shape, order, resource, stream);
}

}  // namespace

void copy(const View& dst, const View& src, StreamRef stream, const CopyOptions& options) {
    const CopyPlan plan = CopyPlan::make(dst, src, options);
    Access writing(dst, user_of(dst, stream), Use::write);
    Access reading(src, user_of(src, stream), Use::read);
    plan.run(stream);
    reading.leave();
    writing.leave();
}

View contiguous(const View& view, Order order, StreamRef stream, MemoryResource* resource, const CopyOptions& options) {
    if (is_contiguous(view, order)) return view;
    View result = allocate_on(view.format(), view.shape(), order, resource != nullptr ? *resource : memory_of(view.device()), stream);
    copy(result, view, stream, options);
    return result;
}

View to(const View& view, Device device, StreamRef stream, Order order, const CopyOptions& options) {
    if (view.device() == device && (order == Order::any || is_contiguous(view, order))) return view;
    const bool keeps_f = order == Order::any && view.is_contiguous(Order::f) && !view.is_contiguous(Order::c);
    View result = allocate_on(view.format(), view.shape(), keeps_f ? Order::f : order, memory_of(device), stream);
    copy(result, view, stream, options);
    return result;
}

View convert(const View& view, const Format& format, Conversion conversion, Order order, StreamRef stream, MemoryResource* resource,
             const CopyOptions& options) {
    View result = allocate_on(format, view.shape(), order, resource != nullptr ? *resource : memory_of(view.device()), stream);
    CopyOptions converting = options;
    converting.conversion = conversion;
    copy(result, view, stream, converting);
    return result;
}

}  // namespace ndlease
