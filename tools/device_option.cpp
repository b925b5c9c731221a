// SPDX-License-Identifier: Apache-2.0
#include "device_option.hpp"

#include "command.hpp"

namespace ndlease::tool {

Device checked_device(const std::string& name) {
    const std::string subject = "--device " + name;
    const Device device = about(subject, [&] { return parse_device(name); });
    if (device == Device::cpu()) return device;
    if (device.type != DeviceType::cuda) throw CommandError(subject, "only cpu and cuda:N are devices to work on");
    const int count = cuda_device_count();
    if (count == 0) throw CommandError(subject, cuda_absence());
    if (device.id >= count) throw CommandError(subject, "there is no such device: this machine has " + std::to_string(count));
    return device;
}

}  // namespace ndlease::tool
