// SPDX-License-Identifier: Apache-2.0
// Blocks of memory: made, found, used and freed.
#pragma once

#include <string>

#include "state.hpp"

namespace simulated_cuda {

struct Call;

/// A new block filled with 0xA5; null when memory is short.
std::shared_ptr<Block> allocate(Runtime& runtime, MemoryKind kind, int device, std::size_t bytes);
/// Notes the program's own memory as pinned.
std::shared_ptr<Block> register_host(Runtime& runtime, int device, std::uintptr_t begin, std::size_t bytes);
/// Freed memory is filled with 0xDD and stays known until its addresses come round again; registered memory is only forgotten.
void release(Runtime& runtime, Block& block);
/// Graph memory comes to life again at each launch.
void revive(Block& block);
/// ASan and accounting as for release, without filling: for reset().
void forget_blocks(Runtime& runtime);

/// The block at or just before the address; null when it lies in no known memory.
[[nodiscard]] std::shared_ptr<Block> find_block(const Runtime& runtime, std::uintptr_t address);
/// Whether the runtime gives out addresses from there: no program memory.
[[nodiscard]] bool in_windows(const Runtime& runtime, std::uintptr_t address);
/// Where the runtime itself may touch what lies at `address`.
[[nodiscard]] std::byte* reach(const Block* block, std::uintptr_t address);
/// Whether queued work uses, or writes, bytes of the range.
[[nodiscard]] bool used_by_pending(const Runtime& runtime, std::uintptr_t address, std::size_t bytes, bool writes_only);
/// "block of 64 bytes at 0x... on device 0, freed".
[[nodiscard]] std::string describe(const Block& block);
[[nodiscard]] std::string hex(std::uintptr_t address);

/// The live block that begins at `pointer`, for a free of the given kind. Null after reporting why not.
[[nodiscard]] std::shared_ptr<Block> block_to_free(const Call& call, const void* pointer, bool device_memory);
/// Strict: reports users that the host has not waited for by itself. Whether there were any.
bool report_unknown_users(const Call& call, const Block& block);

}  // namespace simulated_cuda
