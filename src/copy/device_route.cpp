// SPDX-License-Identifier: Apache-2.0
#include "copy/device_route.hpp"

#include <algorithm>
#include <iterator>

#include "backend/backend.hpp"

namespace ndlease::copying {
namespace {

bool is_pageable(Device memory) noexcept { return memory == Device::cpu(); }
bool is_cuda(Device memory) noexcept { return memory.type == DeviceType::cuda; }

}  // namespace

const char* to_string(DeviceRoute route) noexcept {
    switch (route) {
        case DeviceRoute::host: return "the CPU";
        case DeviceRoute::host_after: return "the CPU, after the stream";
        case DeviceRoute::kernels: return "kernels";
        case DeviceRoute::from_pageable: return "from pageable memory through pinned slots";
        case DeviceRoute::to_pageable: return "to pageable memory through pinned slots";
        case DeviceRoute::across: return "packed, sent to the other device, unpacked";
    }
    return "unknown";
}

bool device_reaches(Device user, Device memory) {
    if (reachable_from(memory, user)) return true;
    return is_cuda(user) && is_cuda(memory) && backend::require_cuda("copy").peer_access(user.id, memory.id);
}

RoutePlan choose_route(Device dst, Device src, Device user) {
    if (!is_cuda(dst) && !is_cuda(src)) {
        if (user == Device::cpu() || (is_pageable(dst) && is_pageable(src))) return {DeviceRoute::host, Device::cpu()};
        if (is_pageable(dst) || is_pageable(src)) return {DeviceRoute::host_after, user};
        return {DeviceRoute::kernels, user};
    }
    // The stream's own device comes first, then that of the side which is written.
    const auto reaches_both = [&](Device by) { return (is_pageable(dst) || device_reaches(by, dst)) && (is_pageable(src) || device_reaches(by, src)); };
    const Device candidates[] = {user == Device::cpu() ? dst : user, dst, src};
    const auto* const found = std::find_if(std::begin(candidates), std::end(candidates), [&](Device by) { return is_cuda(by) && reaches_both(by); });
    if (found == std::end(candidates)) return {DeviceRoute::across, candidates[0] == dst ? dst : src};
    if (is_pageable(src)) return {DeviceRoute::from_pageable, *found};
    if (is_pageable(dst)) return {DeviceRoute::to_pageable, *found};
    return {DeviceRoute::kernels, *found};
}

std::string describe_route(Device dst, Device src) {
    std::string text = ndlease::to_string(src) + " to " + ndlease::to_string(dst) + ", by ";
    if (is_cuda(dst) && is_cuda(src)) {
        if (dst == src) return text + "kernels on " + ndlease::to_string(dst);
        return text + "kernels where one device reaches the other, else packed, sent and unpacked";
    }
    if (is_cuda(dst) || is_cuda(src)) {
        if (dst.type == DeviceType::cuda_managed || src.type == DeviceType::cuda_managed) {
            return text + "kernels on " + ndlease::to_string(is_cuda(dst) ? dst : src);
        }
        return text + "the way that takes the shortest time";
    }
    if (!is_pageable(dst) && !is_pageable(src)) return text + "kernels of the stream's device, or the CPU without a stream";
    return text + "the CPU";
}

}  // namespace ndlease::copying
