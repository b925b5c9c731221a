// SPDX-License-Identifier: Apache-2.0
// Devices and streams by their numbers.
#include <ndlease/interop/c_abi.hpp>

#include <string>

namespace ndlease::c_abi {
namespace {

constexpr bool is(int number, DeviceType type) { return number == static_cast<int>(type); }
static_assert(is(NDL_CPU, DeviceType::cpu) && is(NDL_CUDA, DeviceType::cuda) && is(NDL_CUDA_HOST, DeviceType::cuda_host));
static_assert(is(NDL_OPENCL, DeviceType::opencl) && is(NDL_VULKAN, DeviceType::vulkan) && is(NDL_METAL, DeviceType::metal));
static_assert(is(NDL_VPI, DeviceType::vpi) && is(NDL_ROCM, DeviceType::rocm) && is(NDL_ROCM_HOST, DeviceType::rocm_host));
static_assert(is(NDL_EXT_DEV, DeviceType::ext_dev) && is(NDL_CUDA_MANAGED, DeviceType::cuda_managed) && is(NDL_ONEAPI, DeviceType::oneapi));
static_assert(is(NDL_WEBGPU, DeviceType::webgpu) && is(NDL_HEXAGON, DeviceType::hexagon) && is(NDL_MAIA, DeviceType::maia) && is(NDL_TRN, DeviceType::trn));
static_assert(is(NDL_TPU, DeviceType::tpu) && is(NDL_TPU_HOST, DeviceType::tpu_host) && is(NDL_ASCEND, DeviceType::ascend));

}  // namespace

Device import_device(ndl_device device) {
    if (!is_known(static_cast<DeviceType>(device.type))) {
        throw Error(errc::not_supported, "device type " + std::to_string(device.type) + " is none of DLPack's that are known here");
    }
    if (device.id < 0) throw Error(errc::invalid_argument, "device id " + std::to_string(device.id) + "; it is 0 or more");
    return {static_cast<DeviceType>(device.type), device.id};
}

std::optional<StreamRef> import_stream(const ndl_stream* stream) {
    if (stream == nullptr) return StreamRef::host();
    const Device device = import_device(stream->device);
    if (device.type == DeviceType::cpu) {
        if (stream->handle != 0) throw Error(errc::invalid_argument, "a stream of the host has handle 0, not " + std::to_string(stream->handle));
        return StreamRef::host();
    }
    if (device.type != DeviceType::cuda) throw Error(errc::not_supported, "streams of " + to_string(device) + "; only CUDA devices have any here");
    return StreamRef::from_integer(stream->handle, device);
}

ndl_stream export_stream(StreamRef stream) {
    if (stream.is_host()) return {{NDL_CPU, 0}, 0};
    return {{static_cast<std::int32_t>(stream.device().type), stream.device().id}, stream.to_integer()};
}

}  // namespace ndlease::c_abi
