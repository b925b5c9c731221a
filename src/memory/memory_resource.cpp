// SPDX-License-Identifier: Apache-2.0
#include <ndlease/memory.hpp>

#include "stream/operations.hpp"

namespace ndlease {
namespace {

using detail::Outcome;

/// Whether nothing on `stream` uses memory of `memory` any more; waits.
bool is_over(StreamRef stream, Device memory) noexcept {
    const detail::StreamOperations& operations = *stream.operations();
    Outcome outcome = operations.synchronize_stream({stream.device().id, stream.handle()}).outcome;
    // Not while the stream is being captured: to wait for its device would end the capture.
    if (outcome == Outcome::failed || outcome == Outcome::out_of_memory) outcome = operations.synchronize_device(stream.device().id).outcome;
    switch (outcome) {
        case Outcome::ok:
        case Outcome::unavailable: return true;                             // nobody may ask any more: what is left is bookkeeping
        case Outcome::device_lost: return memory.type == DeviceType::cuda;  // a transfer may still touch host memory
        default: return false;
    }
}

}  // namespace

MemoryResource::~MemoryResource() = default;

void* MemoryResource::allocate_on(StreamRef /*stream*/, std::size_t bytes, std::size_t alignment) { return allocate(bytes, alignment); }

void MemoryResource::deallocate_on(StreamRef stream, void* data, std::size_t bytes, std::size_t alignment) noexcept {
    if (!stream.is_host() && !is_over(stream, device())) {
        detail::count_failed_free(bytes);
        return;
    }
    deallocate(data, bytes, alignment);
}

}  // namespace ndlease
