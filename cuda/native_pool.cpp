// SPDX-License-Identifier: Apache-2.0
#include "native_pool.hpp"

#include <string>

#include "devices.hpp"
#include "error.hpp"
#include "isolated.hpp"

namespace ndlease::gpu {

NativePool::Handles NativePool::get() {
    const std::lock_guard lock(mutex_);
    if (handles_.stream == nullptr) make();
    return handles_;
}

NativePool::Handles NativePool::get_if_made() noexcept {
    const std::lock_guard lock(mutex_);
    return handles_;
}

void NativePool::make() {
    int supported = 0;
    check(isolated(any_device, [&] { return cudaDeviceGetAttribute(&supported, cudaDevAttrMemoryPoolsSupported, device_); }), "cudaDeviceGetAttribute",
          device_);
    if (supported == 0) throw Error(errc::not_supported, "cuda:" + std::to_string(device_) + " has no memory pools: use device_memory()");
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.handleTypes = cudaMemHandleTypeNone;
    properties.location.type = cudaMemLocationTypeDevice;
    properties.location.id = device_;
    Handles made;
    check(isolated(device_, [&] { return cudaMemPoolCreate(&made.pool, &properties); }), "cudaMemPoolCreate", device_);
    try {
        apply_release_threshold(made);
        for (int user = 0; user < max_devices; ++user) {
            if ((users_ >> user & 1U) != 0) apply_access(made, user);
        }
        check(isolated(device_, [&] { return cudaStreamCreateWithFlags(&made.stream, cudaStreamNonBlocking); }), "cudaStreamCreateWithFlags", device_);
    } catch (...) {
        static_cast<void>(isolated(device_, [&] { return cudaMemPoolDestroy(made.pool); }));
        throw;
    }
    handles_ = made;
}

void NativePool::apply_release_threshold(const Handles& handles) {
    std::uint64_t bytes = release_threshold_;
    check(isolated(device_, [&] { return cudaMemPoolSetAttribute(handles.pool, cudaMemPoolAttrReleaseThreshold, &bytes); }), "cudaMemPoolSetAttribute",
          device_);
}

void NativePool::apply_access(const Handles& handles, int user) {
    cudaMemAccessDesc access{};
    access.location.type = cudaMemLocationTypeDevice;
    access.location.id = user;
    access.flags = cudaMemAccessFlagsProtReadWrite;
    check(isolated(device_, [&] { return cudaMemPoolSetAccess(handles.pool, &access, 1); }), "cudaMemPoolSetAccess", device_);
}

void NativePool::set_release_threshold(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t before = release_threshold_;
    release_threshold_ = bytes;
    if (handles_.stream == nullptr) return;
    try {
        apply_release_threshold(handles_);
    } catch (...) {
        release_threshold_ = before;
        throw;
    }
}

void NativePool::open_to(int user) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t bit = std::uint64_t{1} << user;
    if ((users_ & bit) != 0) return;
    if (handles_.stream != nullptr) apply_access(handles_, user);
    users_ |= bit;
}

void NativePool::forget() noexcept {
    const std::lock_guard lock(mutex_);
    if (handles_.stream != nullptr) {
        static_cast<void>(isolated(device_, [&] { return cudaStreamDestroy(handles_.stream); }));
        static_cast<void>(isolated(device_, [&] { return cudaMemPoolDestroy(handles_.pool); }));
    }
    handles_ = {};
    users_ = 0;
}

}  // namespace ndlease::gpu
