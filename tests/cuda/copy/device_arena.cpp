// SPDX-License-Identifier: Apache-2.0
#include "cuda/copy/device_arena.hpp"

#include <gtest/gtest.h>

#include <new>

#if defined(NDLEASE_SIMULATED_CUDA)
#include <simulated_cuda/control.hpp>
#include <simulated_cuda/launch.hpp>
#endif

namespace ndlease::testing {
namespace {

std::byte* allocate_bytes(Device device, std::size_t bytes) {
    void* memory = nullptr;
    switch (device.type) {
        case DeviceType::cuda: {
            int before = 0;
            succeed(cudaGetDevice(&before), "cudaGetDevice");
            succeed(cudaSetDevice(device.id), "cudaSetDevice");
            succeed(cudaMalloc(&memory, bytes), "cudaMalloc");
            succeed(cudaSetDevice(before), "cudaSetDevice");
            break;
        }
        case DeviceType::cuda_host: succeed(cudaHostAlloc(&memory, bytes, cudaHostAllocDefault), "cudaHostAlloc"); break;
        case DeviceType::cuda_managed: succeed(cudaMallocManaged(&memory, bytes, cudaMemAttachGlobal), "cudaMallocManaged"); break;
        default: memory = ::operator new (bytes, std::align_val_t{256}); break;
    }
    return static_cast<std::byte*>(memory);
}

void free_on_device(std::byte* memory) { succeed(cudaFree(memory), "cudaFree"); }
void free_pinned(std::byte* memory) { succeed(cudaFreeHost(memory), "cudaFreeHost"); }
void free_pageable(std::byte* memory) { ::operator delete (memory, std::align_val_t{256}); }

auto free_function(Device device) {
    if (device == Device::cpu()) return &free_pageable;
    return device == Device::cuda_host() ? &free_pinned : &free_on_device;
}

}  // namespace

void succeed(cudaError_t result, const char* call) { EXPECT_EQ(result, cudaSuccess) << call << ": " << cudaGetErrorName(result); }

DeviceArena::DeviceArena(Device device, std::size_t bytes) : device_(device), bytes_(bytes), memory_(allocate_bytes(device, bytes), free_function(device)) {}

void DeviceArena::put(std::span<const std::byte> bytes) { succeed(cudaMemcpy(data(), bytes.data(), bytes.size(), cudaMemcpyDefault), "cudaMemcpy"); }

std::vector<std::byte> DeviceArena::get(std::size_t bytes) const {
    std::vector<std::byte> result(bytes);
    succeed(cudaMemcpy(result.data(), data(), bytes, cudaMemcpyDefault), "cudaMemcpy");
    return result;
}

View DeviceArena::view(const Side& side, const Format& format) const {
    return View::lend(static_cast<void*>(data() + side.data), device_, format, Layout(side.shape, side.strides), {});
}

#if defined(NDLEASE_SIMULATED_CUDA)
struct OnlyTheSides::Guard {
    simulated_cuda::restrict_to ranges;
};

OnlyTheSides::OnlyTheSides(const DeviceArena& dst_memory, const Side& dst, const DeviceArena& src_memory, const Side& src) {
    const auto range = [](const DeviceArena& memory, const Side& side, bool writable) {
        std::int64_t begin = side.data;
        std::int64_t end = side.data + side.itemsize;
        for (std::size_t i = 0; i < side.shape.size(); ++i) (side.strides[i] < 0 ? begin : end) += (side.shape[i] - 1) * side.strides[i];
        return simulated_cuda::AllowedRange{memory.data() + begin, memory.data() + end, writable};
    };
    guard_.reset(new Guard{simulated_cuda::restrict_to({range(dst_memory, dst, true), range(src_memory, src, false)})});
}
#else
struct OnlyTheSides::Guard {};

OnlyTheSides::OnlyTheSides(const DeviceArena& /*dst_memory*/, const Side& /*dst*/, const DeviceArena& /*src_memory*/, const Side& /*src*/) {}
#endif

OnlyTheSides::~OnlyTheSides() = default;

void expect_no_violations(const std::string& about) {
#if defined(NDLEASE_SIMULATED_CUDA)
    for (const auto& violation : simulated_cuda::take_violations()) ADD_FAILURE() << violation.kind << ": " << violation.message << '\n' << about;
#else
    static_cast<void>(about);
#endif
}

void pick_schedule(Random& random) {
#if defined(NDLEASE_SIMULATED_CUDA)
    constexpr simulated_cuda::Scheduler schedulers[] = {simulated_cuda::Scheduler::eager, simulated_cuda::Scheduler::lazy, simulated_cuda::Scheduler::random};
    simulated_cuda::set_scheduler(schedulers[random.in(0, 2)], random.bits());
#else
    static_cast<void>(random);
#endif
}

std::vector<Device> kinds_of_memory() {
    std::vector<Device> kinds{Device::cpu(), Device::cuda_host(), Device::cuda_managed()};
    for (int i = 0; i < cuda_device_count() && i < 2; ++i) kinds.push_back(Device::cuda(i));
    return kinds;
}

}  // namespace ndlease::testing
