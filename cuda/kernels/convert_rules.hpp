// SPDX-License-Identifier: Apache-2.0
// What happens to each number of a converting launch. The same for all its threads: a kernel looks it up with branches that no warp diverges on, around
// loops over the numbers that a thread holds. So one kernel serves every pair of kinds. A kernel for each of the 169 pairs, times the byte orders and the
// kernels' shapes, would be thousands; and the branches cost less than the memory access that they wait for.
#pragma once

#include <cstdint>

namespace ndlease::gpu {

/// From the bits in memory (zeros above) to a number in a register: integers extended to it, narrow floats as binary32.
enum class Decode : std::uint8_t { none, truth, sign8, sign16, sign32, binary16, bfloat16 };

/// From that to the destination's bits. Integers lose their upper bits where they are written.
enum class Change : std::uint8_t {
    none,
    truth,  ///< whether it is not 0, but for the bits that `truth_mask` leaves out
    signed_to_binary16,
    signed_to_bfloat16,
    signed_to_binary32,
    signed_to_binary64,
    unsigned_to_binary16,
    unsigned_to_bfloat16,
    unsigned_to_binary32,
    unsigned_to_binary64,
    binary32_to_integer,
    binary32_to_binary16,
    binary32_to_bfloat16,
    binary32_to_binary64,
    binary64_to_integer,
    binary64_to_binary16,
    binary64_to_bfloat16,
    binary64_to_binary32,
};

struct ConvertRules {
    std::uint8_t dst_bytes, src_bytes;  ///< of a number
    bool dst_swapped, src_swapped;      ///< bytes reversed in memory
    Decode decode;
    Change change;
    bool to_unsigned;               ///< of the integer that floats become
    std::uint64_t truth_mask;       ///< all bits but the sign of a float
    double range_begin, range_end;  ///< [begin, end) of the integer that floats become, powers of two: exact as binary32
    std::uint64_t lowest, highest;  ///< its limits, as bits
};

}  // namespace ndlease::gpu
