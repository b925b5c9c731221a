// SPDX-License-Identifier: Apache-2.0
#include "cpu/tile_room.hpp"

#include <new>

namespace ndlease::cpu {
namespace {

constexpr std::int64_t buffer_bytes = std::int64_t{64} << 10;
constexpr std::int64_t small_copy = 512;
constexpr std::int64_t table_positions = 2048;
constexpr std::size_t all_bytes = 2 * buffer_bytes + TileRoom::tables * table_positions * sizeof(std::int64_t);
constexpr std::align_val_t page{4096};

thread_local bool ended = false;  // this thread is past the end of its objects, and copies all the same

class Memory {
public:
    Memory() noexcept = default;
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    ~Memory() {
        ended = true;
        ::operator delete(bytes_, page);
    }
    [[nodiscard]] std::byte* bytes() noexcept {
        if (bytes_ == nullptr) bytes_ = static_cast<std::byte*>(::operator new(all_bytes, page, std::nothrow));
        return bytes_;
    }

private:
    std::byte* bytes_ = nullptr;
};

std::byte* memory_of_this_thread() noexcept {
    if (ended) return nullptr;
    thread_local Memory memory;
    return memory.bytes();
}

}  // namespace

TileRoom::TileRoom(std::int64_t bytes) noexcept {
    if (bytes <= small_copy) return;
    std::byte* const memory = memory_of_this_thread();
    if (memory == nullptr) return;
    memory_ = memory;
    table_ = reinterpret_cast<std::int64_t*>(memory + 2 * buffer_bytes);
    bytes_ = buffer_bytes;
    positions_ = table_positions;
}

}  // namespace ndlease::cpu
