// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "copy/copy_conversion.hpp"
#include "copy/device_convert.hpp"
#include "copy/device_kernel.hpp"
#include "copy/device_route.hpp"
#include "copy/element_conversion.hpp"
#include "copy/link_way.hpp"

#include <ndlease/copy_plan.hpp>

namespace ndlease {
namespace {

std::string bytes(std::int64_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

std::string reason(const detail::CopyTask& task) {
    switch (task.path) {
        case CopyPath::nothing: return "there is no element, or an item has no byte";
        case CopyPath::one_run: return "both sides are one contiguous run of " + bytes(task.run_bytes);
        case CopyPath::rows: return "both sides are contiguous in runs of " + bytes(task.run_bytes);
        case CopyPath::broadcast: return "the source stands still along an axis of the destination: " + bytes(task.run_bytes) + " are written many times";
        case CopyPath::tiles: return "the source is closest along axis " + std::to_string(task.source_axis) + ", the destination along the last";
        case CopyPath::gather: return "no two items are neighbours on both sides";
        case CopyPath::convert: return "the formats differ";
        case CopyPath::indirect: return "suboffsets: pointers lead to the items, and axes keep their order";
    }
    return {};
}

std::string with_suboffsets(const Dims& strides, const Dims& suboffsets) {
    return suboffsets.empty() ? to_string(strides) : to_string(strides) + "->" + to_string(suboffsets);
}

bool is_host_side(Device memory) noexcept { return memory == Device::cpu() || memory.type == DeviceType::cuda_host; }

/// Between the host and a device, on a stream of that device which is not being captured.
bool is_over_link(Device dst, Device src) noexcept {
    return (dst.type == DeviceType::cuda && is_host_side(src)) || (src.type == DeviceType::cuda && is_host_side(dst));
}

}  // namespace

std::string CopyPlan::describe() const {
    std::string text;
    const auto line = [&text](const char* name, const std::string& value) {
        text += name;
        text += value;
        text += '\n';
    };
    line("path:         ", std::string(to_string(task_.path)) + " (" + reason(task_) + ")");
    line("shape:        ", to_string(task_.shape));
    line("destination:  ", "strides " + with_suboffsets(task_.dst_strides, task_.dst_suboffsets) + ", items of " + bytes(task_.dst_itemsize));
    line("source:       ", "strides " + with_suboffsets(task_.src_strides, task_.src_suboffsets) + ", items of " + bytes(task_.src_itemsize));
    if (task_.run_bytes > 0) line("run:          ", bytes(task_.run_bytes) + " at each position");
    if (conversion_ != nullptr) line("conversion:   ", copying::describe(*conversion_));
    line("word:         ", bytes(task_.word_bytes));
    line("useful bytes: ", std::to_string(useful_bytes_));
    switch (route_) {
        case Route::direct: line("temporary:    ", "none, the sides share no byte"); break;
        case Route::same: line("temporary:    ", "none, every element is its own source: nothing moves"); break;
        case Route::shifted_run: line("temporary:    ", "none, a run is moved over itself"); break;
        case Route::by_temporary: line("temporary:    ", "of the source, the sides share memory or may"); break;
    }
    if (dst_device_ == Device::cpu() && src_device_ == Device::cpu()) return text;
    std::string way = copying::describe_route(dst_device_, src_device_);
    const auto address = [](const void* data, std::int64_t offset) { return reinterpret_cast<std::uintptr_t>(data) + static_cast<std::uintptr_t>(offset); };
    const std::uintptr_t dst = address(dst_, task_.dst_offset);
    const std::uintptr_t src = address(src_, task_.src_offset);
    const bool pageable = dst_device_ == Device::cpu() || src_device_ == Device::cpu();
    std::string link;
    bool by_kernel = false;
    const copying::ItemConversion* const by_device = conversion_ == nullptr || pageable ? nullptr : copying::by_devices(*conversion_, task_);
    if (by_device != nullptr) {
        const detail::CopyTask elements = copying::element_task(task_, *by_device);
        const auto offset = [](std::int64_t bytes) { return static_cast<std::uintptr_t>(bytes); };
        const copying::ConvertingChoice choice =
            copying::choose_converting_kernel(elements, by_device->how, dst + offset(elements.dst_offset), src + offset(elements.src_offset));
        way += "; kernel " + std::string(to_string(choice.kernel)) + ", reads " + bytes(choice.src_access) + " at once, writes " + bytes(choice.dst_access);
        if (dst_device_.type == DeviceType::cuda && src_device_.type == DeviceType::cuda && dst_device_ != src_device_)
            way += "; without peer access through host memory, where the CPU converts";
    } else if (through_host_ != nullptr) {
        way += "; items that change as devices do not change them, or lie behind pointers, go through host memory, where the CPU moves them";
    } else if (is_over_link(dst_device_, src_device_) && task_.path != CopyPath::nothing) {
        const bool to_device = dst_device_.type == DeviceType::cuda;
        const bool is_pinned = (to_device ? src_device_ : dst_device_).type == DeviceType::cuda_host;
        const copying::LinkChoice choice = copying::choose_link_way(task_, {to_device, is_pinned, true}, link_costs());
        link = copying::describe(choice);
        by_kernel = choice.way == copying::LinkWay::kernel;
    } else {
        by_kernel = task_.path != CopyPath::nothing && route_ != Route::same;
    }
    if (by_kernel) {
        const bool over_link = link.empty() && (dst_device_.type == DeviceType::cuda_host || src_device_.type == DeviceType::cuda_host);
        const copying::DeviceChoice choice = copying::choose_device_kernel(task_, dst, src, over_link);
        way += "; kernel " + std::string(to_string(choice.kernel)) + ", words of " + bytes(choice.word_bytes);
    }
    line("device:       ", way);
    if (!link.empty()) line("link:         ", link);
    return text;
}

}  // namespace ndlease
