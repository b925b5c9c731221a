// SPDX-License-Identifier: Apache-2.0
#include <ndlease/memory.hpp>

#include "stream/operations.hpp"

namespace ndlease {
namespace {

using detail::Outcome;

/// Whether memory of `memory` may be given back although waiting for its stream came to `outcome`.
bool nothing_uses_it(Outcome outcome, Device memory) noexcept {
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
    if (!stream.is_host()) {
        const detail::StreamOperations& operations = *stream.operations();
        if (!nothing_uses_it(operations.synchronize_stream({stream.device().id, stream.handle()}).outcome, device()) &&
            !nothing_uses_it(operations.synchronize_device(stream.device().id).outcome, device())) {
            detail::count_failed_free(bytes);
            return;
        }
    }
    deallocate(data, bytes, alignment);
}

}  // namespace ndlease
