// SPDX-License-Identifier: Apache-2.0
#include "shared_arena.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <simulated_cuda/shared_memory.hpp>
#include <stdexcept>
#include <string>

#include "sanitizers.hpp"

namespace simulated_cuda {
namespace {

constexpr std::size_t kAlignment = 128;
constexpr std::size_t kLargestCount = 256;  // of declared variables, for the room that their gaps take
constexpr std::size_t round_up(std::size_t value, std::size_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

const std::size_t SharedArena::kBytes = round_up(kDynamicOffset + kDynamicSharedLimit + kStaticSharedLimit + kLargestCount * 3 * kGap, kAlignment);

SharedArena::SharedArena() : memory_(static_cast<std::byte*>(::operator new (kBytes, std::align_val_t{kAlignment}))), used_(kBytes) {}

SharedArena::~SharedArena() {
    unpoison(memory_, kBytes);
    ::operator delete (memory_, std::align_val_t{kAlignment});
}

void SharedArena::begin_block(std::size_t dynamic_bytes) {
    if (dynamic_bytes > kDynamicSharedLimit) {
        throw std::length_error("more dynamic shared memory than a block can have");
    }
    unpoison(memory_, used_);
    std::memset(memory_, 0xA5, used_);
    poison(memory_, used_);
    dynamic_bytes_ = dynamic_bytes;
    unpoison(memory_ + kDynamicOffset, dynamic_bytes);
    used_ = std::min(kBytes, kDynamicOffset + dynamic_bytes + kStaticSharedLimit + kLargestCount * 3 * kGap);
}

SharedLayout SharedArena::empty_layout() const {
    SharedLayout layout;
    layout.end = round_up(kDynamicOffset + dynamic_bytes_ + kGap, kGap);
    return layout;
}

void* SharedArena::variable(SharedLayout& layout, std::uint64_t key, std::size_t bytes) {
    for (const SharedPiece& piece : layout.pieces) {
        if (piece.key == key) {
            if (piece.bytes != bytes) {
                throw std::invalid_argument("a shared variable of " + std::to_string(piece.bytes) + " bytes is declared again with " + std::to_string(bytes));
            }
            return memory_ + piece.offset;
        }
    }
    if (layout.static_bytes + bytes > kStaticSharedLimit || layout.pieces.size() == kLargestCount) {
        throw std::length_error("the block declares more than 48 KiB of shared memory");
    }
    const SharedPiece piece{key, layout.end, bytes};
    layout.pieces.push_back(piece);
    layout.static_bytes += bytes;
    layout.end = round_up(piece.offset + bytes + kGap, kGap);
    unpoison(memory_ + piece.offset, bytes);
    return memory_ + piece.offset;
}

bool SharedArena::holds(std::uintptr_t address) const {
    const auto begin = reinterpret_cast<std::uintptr_t>(memory_);
    return address >= begin && address < begin + kBytes;
}

bool SharedArena::inside_variable(const SharedLayout& layout, std::size_t offset, std::size_t bytes) const {
    const auto inside = [&](std::size_t begin, std::size_t size) { return offset >= begin && offset + bytes <= begin + size; };
    return inside(kDynamicOffset, dynamic_bytes_) ||
           std::any_of(layout.pieces.begin(), layout.pieces.end(), [&](const SharedPiece& piece) { return inside(piece.offset, piece.bytes); });
}

}  // namespace simulated_cuda
