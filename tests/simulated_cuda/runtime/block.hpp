// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "address_window.hpp"
#include "kernel_side.hpp"
#include "stream.hpp"

namespace simulated_cuda {

/// A memory pool of cudaMallocAsync.
struct Pool {
    int device = 0;
    bool is_default = false, alive = true;
    std::size_t max_bytes = 0;  ///< 0: as the device allows
    std::uint64_t used = 0, used_high = 0, reserved = 0, reserved_high = 0, threshold = 0;
    int reuse[4] = {0, 1, 1, 1};        ///< by cudaMemPoolReuse... number
    cudaMemAccessFlags access[8] = {};  ///< by device; its own is always read-write
};

/// An allocation with what is known about its users.
struct Block : MemoryBlock {
    AddressWindow* window = nullptr;  ///< null: the program's own memory, registered
    bool stream_ordered = false;      ///< from cudaMallocAsync
    bool graph_owned = false;         ///< its life is a pair of graph nodes
    bool free_queued = false;         ///< cudaFreeAsync was called
    bool lost_in_reset = false;       ///< cudaDeviceReset took it
    std::shared_ptr<Pool> pool;
    Position allocated;           ///< stream-ordered: usable after this
    std::vector<Position> users;  ///< per stream the last operation that uses it
    std::unique_ptr<std::uint8_t, decltype(&std::free)> initialised_bytes{nullptr, &std::free};

    [[nodiscard]] std::uintptr_t end() const { return begin + bytes; }
    [[nodiscard]] bool holds(std::uintptr_t address, std::size_t count) const { return address >= begin && count <= bytes && address - begin <= bytes - count; }
    void used_at(Position position);
};

inline void Block::used_at(Position position) {
    for (Position& user : users) {
        if (user.stream == position.stream) {
            user.count = position.count > user.count ? position.count : user.count;
            return;
        }
    }
    users.push_back(position);
}

}  // namespace simulated_cuda
