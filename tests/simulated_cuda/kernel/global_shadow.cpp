// SPDX-License-Identifier: Apache-2.0
#include "global_shadow.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <simulated_cuda/control.hpp>

namespace simulated_cuda {
namespace {

/// The device's block that an address in no block overran, by less than the gaps between blocks; null if none is near. Other kinds of memory lie
/// among the host's own.
const MemoryBlock* block_near(std::uintptr_t address) {
    for (std::uintptr_t distance = 1; distance <= 256; ++distance) {
        for (const std::uintptr_t candidate : {address - distance, address + distance}) {
            if (const MemoryBlock* block = block_containing(candidate); block != nullptr && block->kind == MemoryKind::device) {
                return block;
            }
        }
    }
    return nullptr;
}

}  // namespace

const MemoryBlock* GlobalShadow::find(std::uintptr_t address) {
    for (const MemoryBlock& block : recent_) {
        if (address - block.begin < block.bytes) {  // wraps below the beginning
            return &block;
        }
    }
    const MemoryBlock* found = block_containing(address);
    if (found == nullptr || !found->live || found->bytes == 0 || !reachable(device_, *found)) {
        return found;
    }
    MemoryBlock& kept = recent_[next_];
    next_ = (next_ + 1) % recent_.size();
    kept = *found;
    return &kept;
}

bool GlobalShadow::allowed(std::uintptr_t address, unsigned bytes, bool write) const {
    return allowed_ == nullptr || std::any_of(allowed_->begin(), allowed_->end(), [&](const AllowedRange& range) {
               return address >= reinterpret_cast<std::uintptr_t>(range.begin) && address + bytes <= reinterpret_cast<std::uintptr_t>(range.end) &&
                      (range.writable || !write);
           });
}

Finding GlobalShadow::access(std::uintptr_t address, unsigned bytes, AccessKind kind) {
    const MemoryBlock* block = find(address);
    if (block == nullptr) {
        return {block_near(address) != nullptr ? violation::out_of_bounds : violation::host_memory};
    }
    if (!block->live) {
        return {violation::dead_memory};
    }
    const std::size_t offset = address - block->begin;
    if (offset >= block->bytes || block->bytes - offset < bytes) {
        return {violation::out_of_bounds};
    }
    if (!reachable(device_, *block)) {
        return {violation::wrong_device};
    }
    if (address % bytes != 0) {
        return {violation::misaligned};
    }
    if (!allowed(address, bytes, kind != AccessKind::load)) {
        return {violation::outside_view};
    }
    if (block->kind == MemoryKind::device && block->initialised != nullptr) {  // the host writes the others unseen
        std::uint8_t* written = block->initialised + offset;
        if (kind != AccessKind::store && std::memchr(written, 0, bytes) != nullptr) {
            return {violation::uninitialised, true};
        }
        if (kind != AccessKind::load) {
            std::memset(written, 1, bytes);
        }
    }
    return {};
}

std::string GlobalShadow::describe(const Finding& finding, std::uintptr_t address, unsigned bytes, AccessKind kind) const {
    static constexpr const char* kNames[] = {"load", "store", "atomic operation"};
    char where[32];
    std::snprintf(where, sizeof where, "%#zx", static_cast<std::size_t>(address));
    std::string text = std::string(kNames[static_cast<std::size_t>(kind)]) + " of " + std::to_string(bytes) + " bytes at " + where;
    const MemoryBlock* block = block_containing(address);
    if (block == nullptr) {
        block = block_near(address);
    }
    if (block == nullptr) {
        return text + ", which is in no allocation (of a device, pinned or managed)";
    }
    text += ", byte " + std::to_string(static_cast<std::ptrdiff_t>(address - block->begin)) + " of a block of " + std::to_string(block->bytes) + " on device " +
            std::to_string(block->device);
    if (finding.kind == violation::wrong_device) {
        text += ", by a kernel on device " + std::to_string(device_);
    }
    return text;
}

}  // namespace simulated_cuda
