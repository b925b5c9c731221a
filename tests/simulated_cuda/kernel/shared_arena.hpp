// SPDX-License-Identifier: Apache-2.0
// The shared memory of one block at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace simulated_cuda {

/// A variable's place in the arena.
struct SharedPiece {
    std::uint64_t key;
    std::size_t offset, bytes;
};

/// Which variables have been met, in order of arrival. Fibers share one layout; where threads run at the same time each has its own, and the same
/// order of declarations gives the same offsets with no shared state.
struct SharedLayout {
    std::vector<SharedPiece> pieces;
    std::size_t static_bytes = 0, end = 0;
};

class SharedArena {
public:
    static constexpr std::size_t kGap = 32;

    SharedArena();
    ~SharedArena();
    SharedArena(const SharedArena&) = delete;
    SharedArena& operator=(const SharedArena&) = delete;

    /// Forgets the variables, fills what the last block could have used with 0xA5, poisons all but the dynamic part.
    void begin_block(std::size_t dynamic_bytes);
    /// A layout with no variables yet, behind the dynamic part.
    [[nodiscard]] SharedLayout empty_layout() const;
    /// The variable's memory, unpoisoned. Throws std::length_error above the limit; std::invalid_argument if the key has another size.
    void* variable(SharedLayout& layout, std::uint64_t key, std::size_t bytes);
    [[nodiscard]] void* dynamic() { return dynamic_bytes_ == 0 ? nullptr : memory_ + kDynamicOffset; }

    [[nodiscard]] bool holds(std::uintptr_t address) const;
    [[nodiscard]] std::size_t offset(std::uintptr_t address) const { return address - reinterpret_cast<std::uintptr_t>(memory_); }
    /// Whether the bytes lie in one variable, or in the dynamic part.
    [[nodiscard]] bool inside_variable(const SharedLayout& layout, std::size_t offset, std::size_t bytes) const;
    static const std::size_t kBytes;

private:
    static constexpr std::size_t kDynamicOffset = 128;  // bank 0
    std::byte* memory_;
    std::size_t dynamic_bytes_ = 0, used_;
};

}  // namespace simulated_cuda
