// SPDX-License-Identifier: Apache-2.0
#include "interop/arrow_device.hpp"

#include <limits>
#include <string>

#include <ndlease/error.hpp>

namespace ndlease::arrow {
namespace {

bool is_cuda(DeviceType type) { return type == DeviceType::cuda || type == DeviceType::cuda_host || type == DeviceType::cuda_managed; }

[[noreturn]] void refuse_id(const ArrowDeviceArray& array, const char* limit) {
    const Device device{static_cast<DeviceType>(array.device_type), 0};
    throw Error(errc::invalid_argument, "ArrowDeviceArray: device_id is " + std::to_string(array.device_id) + " for " + to_string(device) + "; " + limit);
}

}  // namespace

Device read_device(const ArrowDeviceArray& array) {
    for (const std::int64_t word : array.reserved) {
        if (word != 0) throw Error(errc::invalid_argument, "ArrowDeviceArray: a reserved word is " + std::to_string(word) + "; it must be 0");
    }
    const auto type = static_cast<DeviceType>(array.device_type);
    if (!is_known(type)) throw Error(errc::not_supported, "ArrowDeviceArray: device_type is " + std::to_string(array.device_type) + ", which is unknown");
    const std::int64_t id = array.device_id;
    if (type == DeviceType::cpu) {
        if (id != -1 && id != 0) refuse_id(array, "it is -1 or 0");
        return Device::cpu();
    }
    if (id < -1 || id > std::numeric_limits<std::int32_t>::max()) refuse_id(array, "it is -1 to 2147483647");
    // Which device pinned or managed memory was made for matters to nobody who reads it.
    if (type == DeviceType::cuda_host || type == DeviceType::cuda_managed) return {type, 0};
    if (type == DeviceType::cuda && id < 0) refuse_id(array, "it is the ordinal of a device");
    return {type, static_cast<std::int32_t>(id)};
}

Event read_event(const ArrowDeviceArray& array) {
    if (array.sync_event == nullptr) return {};
    const Device device = read_device(array);
    if (!is_cuda(device.type)) {
        throw Error(errc::not_supported, "ArrowDeviceArray: sync_event is not NULL on " + to_string(device) + ", whose events ndlease cannot wait for");
    }
    CUevent_st* const event = *static_cast<CUevent_st* const*>(array.sync_event);
    if (event == nullptr) throw Error(errc::invalid_argument, "ArrowDeviceArray: sync_event points to an event that is NULL");
    return Event::borrow(event, Device::cuda(static_cast<std::int32_t>(array.device_id < 0 ? 0 : array.device_id)));
}

}  // namespace ndlease::arrow
