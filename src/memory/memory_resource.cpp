// SPDX-License-Identifier: Apache-2.0
#include <ndlease/memory.hpp>

#include "stream/operations.hpp"

namespace ndlease {

MemoryResource::~MemoryResource() = default;

void* MemoryResource::allocate_on(StreamRef /*stream*/, std::size_t bytes, std::size_t alignment) { return allocate(bytes, alignment); }

void MemoryResource::deallocate_on(StreamRef stream, void* data, std::size_t bytes, std::size_t alignment) noexcept {
    // A stream that cannot be waited for is one on which nothing runs any more, or which nobody may ask: there is nothing better to do.
    if (!stream.is_host()) (void)stream.operations()->synchronize_stream({stream.device().id, stream.handle()});
    deallocate(data, bytes, alignment);
}

}  // namespace ndlease
