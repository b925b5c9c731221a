// SPDX-License-Identifier: Apache-2.0
// The arena of a copy test once more in memory of any kind, so that the oracle of tests/copy judges device copies as well.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "copy/loop_oracle.hpp"

#include <ndlease/device.hpp>
#include <ndlease/format.hpp>
#include <ndlease/view.hpp>

namespace ndlease::testing {

/// Bytes in memory of one device: pageable, pinned, managed or a CUDA device's. Moves between host and there wait, and use the runtime alone.
class DeviceArena {
public:
    DeviceArena(Device device, std::size_t bytes);
    DeviceArena(DeviceArena&&) = default;

    [[nodiscard]] Device device() const noexcept { return device_; }
    [[nodiscard]] std::byte* data() const noexcept { return memory_.get(); }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
    void put(std::span<const std::byte> bytes);
    [[nodiscard]] std::vector<std::byte> get(std::size_t bytes) const;

    /// The side's elements here; borrowed.
    [[nodiscard]] View view(const Side& side, const Format& format) const;
    [[nodiscard]] View view(const Side& side) const { return view(side, Format::opaque(side.itemsize)); }

private:
    using Free = void (*)(std::byte*);
    Device device_;
    std::size_t bytes_;
    std::unique_ptr<std::byte, Free> memory_;
};

/// cudaSuccess, or a failure of the running test with the call's name.
void succeed(cudaError_t result, const char* call);

/// Kinds of memory on this machine: pageable, pinned, managed and each of the first two CUDA devices.
[[nodiscard]] std::vector<Device> kinds_of_memory();

/// While it lives, kernels that this thread launches in the simulation may read the source's bytes, from its lowest element's to its highest's, and write
/// the destination's, and touch no other memory. On a device nothing.
class OnlyTheSides {
public:
    OnlyTheSides(const DeviceArena& dst_memory, const Side& dst, const DeviceArena& src_memory, const Side& src);
    ~OnlyTheSides();
    OnlyTheSides(const OnlyTheSides&) = delete;
    OnlyTheSides& operator=(const OnlyTheSides&) = delete;

private:
    struct Guard;
    std::unique_ptr<Guard> guard_;
};

/// In the simulation, a failure of the running test for each misuse of the runtime or of memory that it saw. On a device nothing.
void expect_no_violations(const std::string& about);

/// In the simulation, a schedule for the work that is enqueued from now on: eager, lazy or random. On a device nothing.
void pick_schedule(Random& random);

}  // namespace ndlease::testing
