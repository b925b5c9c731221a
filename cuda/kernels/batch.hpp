// SPDX-License-Identifier: Apache-2.0
// Many small copies in one launch. Their descriptions are the launch's parameters, so that no memory is needed and a graph can keep them.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

namespace ndlease::gpu {

/// Contiguous bytes at any alignment.
struct RunEntry {
    std::byte* dst;
    const std::byte* src;
    std::uint32_t bytes;
    std::uint32_t first_block;  ///< of the blocks that work on it
};

/// Words at positions of up to four axes, of which the innermost is contiguous on both sides. Addresses and strides are multiples of the word.
struct BoxEntry {
    static constexpr int axes = 3;
    std::byte* dst;
    const std::byte* src;
    std::int64_t dst_stride[axes], src_stride[axes];  ///< bytes, innermost first; of the axes around the run
    std::uint32_t words;                              ///< in all
    std::uint32_t first_block;
    std::uint32_t divisor[axes], multiplier[axes];  ///< of a Divider: words of the run, extents of the two axes around it
    std::uint8_t shift[axes];
    std::uint8_t word_bytes;
};

/// Only the first `count` entries hold values; their first blocks ascend from 0.
template <class Entry, int capacity>
struct BatchParameters {
    std::uint32_t count;
    std::uint32_t blocks;  ///< in all
    Entry entry[capacity];
};

/// What a launch's parameters may hold: 4 KiB always, 32,764 bytes since CUDA 12.1's drivers.
inline constexpr std::size_t parameter_bytes = 4096;
inline constexpr std::size_t large_parameter_bytes = 32764;
template <class Entry>
inline constexpr int batch_capacity = static_cast<int>((parameter_bytes - 8) / sizeof(Entry));
template <class Entry>
inline constexpr int large_batch_capacity = static_cast<int>((large_parameter_bytes - 8) / sizeof(Entry));

template <class Entry>
using SmallBatch = BatchParameters<Entry, batch_capacity<Entry>>;
template <class Entry>
using LargeBatch = BatchParameters<Entry, large_batch_capacity<Entry>>;

inline constexpr std::uint32_t run_block_bytes = 16 << 10;  ///< of a run that one block copies
inline constexpr std::uint32_t box_block_words = 1024;

[[nodiscard]] cudaError_t launch_batch(const SmallBatch<RunEntry>& parameters, cudaStream_t stream);
[[nodiscard]] cudaError_t launch_batch(const LargeBatch<RunEntry>& parameters, cudaStream_t stream);
[[nodiscard]] cudaError_t launch_batch(const SmallBatch<BoxEntry>& parameters, cudaStream_t stream);
[[nodiscard]] cudaError_t launch_batch(const LargeBatch<BoxEntry>& parameters, cudaStream_t stream);

}  // namespace ndlease::gpu
