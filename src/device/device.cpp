// SPDX-License-Identifier: Apache-2.0
#include <ndlease/device.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>

#include <ndlease/error.hpp>

namespace ndlease {
namespace {

struct TypeName {
    DeviceType type;
    std::string_view name;
    bool numbered;  // the name alone would not say which device
};

constexpr TypeName type_names[] = {
    {DeviceType::cpu, "cpu", false},
    {DeviceType::cuda, "cuda", true},
    {DeviceType::cuda_host, "cuda_host", false},
    {DeviceType::opencl, "opencl", true},
    {DeviceType::vulkan, "vulkan", true},
    {DeviceType::metal, "metal", true},
    {DeviceType::vpi, "vpi", true},
    {DeviceType::rocm, "rocm", true},
    {DeviceType::rocm_host, "rocm_host", false},
    {DeviceType::ext_dev, "ext_dev", true},
    {DeviceType::cuda_managed, "cuda_managed", false},
    {DeviceType::oneapi, "oneapi", true},
    {DeviceType::webgpu, "webgpu", true},
    {DeviceType::hexagon, "hexagon", true},
    {DeviceType::maia, "maia", true},
    {DeviceType::trn, "trn", true},
    {DeviceType::tpu, "tpu", true},
    {DeviceType::tpu_host, "tpu_host", false},
    {DeviceType::ascend, "ascend", true},
};

}  // namespace

bool is_known(DeviceType type) noexcept {
    return std::any_of(std::begin(type_names), std::end(type_names), [type](const TypeName& entry) { return entry.type == type; });
}

bool reachable_from(Device memory, Device user) noexcept {
    if (memory == user) return true;
    const bool shared_by_cuda = memory.type == DeviceType::cuda_host || memory.type == DeviceType::cuda_managed;
    switch (user.type) {
        case DeviceType::cpu:
        case DeviceType::cuda_host:
            return memory.type == DeviceType::cpu || shared_by_cuda || memory.type == DeviceType::rocm_host || memory.type == DeviceType::tpu_host;
        case DeviceType::cuda: return shared_by_cuda;
        default: return false;
    }
}

std::string to_string(Device device) {
    for (const TypeName& entry : type_names) {
        if (entry.type != device.type) continue;
        std::string text(entry.name);
        if (entry.numbered || device.id != 0) text += ':' + std::to_string(device.id);
        return text;
    }
    return "device(" + std::to_string(static_cast<std::int32_t>(device.type)) + "):" + std::to_string(device.id);
}

Device parse_device(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string_view name = text.substr(0, colon);
    Device device{DeviceType::cpu, 0};
    const TypeName* found = nullptr;
    for (const TypeName& entry : type_names) {
        if (entry.name == name) found = &entry;
    }
    bool good = found != nullptr;
    if (good) device.type = found->type;
    if (good && colon != std::string_view::npos) {
        const std::string_view digits = text.substr(colon + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), device.id);
        good = error == std::errc{} && end == digits.data() + digits.size() && digits[0] != '-';
    }
    if (!good)
        throw Error(errc::invalid_argument,
                    "device '" + std::string(text) + "': expected cpu, cuda, cuda:N or another device name of ndlease, such as cuda_host");
    return device;
}

}  // namespace ndlease
