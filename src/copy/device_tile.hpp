// SPDX-License-Identifier: Apache-2.0
// The sizes of the tiles that the CUDA kernels transpose: what plans decide by and kernels are made of.
#pragma once

#include <cstdint>

namespace ndlease::copying {

/// Words along the destination's axis `d` and the source's axis `s`: 16 KiB, in rows of at least 128 bytes on both sides.
struct DeviceTile {
    std::uint32_t d, s;
};
/// word_bytes: 1, 2, 4, 8 or 16.
[[nodiscard]] constexpr DeviceTile device_tile(int word_bytes) noexcept {
    switch (word_bytes) {
        case 1: return {128, 128};
        case 2: return {128, 64};
        case 4: return {64, 64};
        case 8: return {64, 32};
        default: return {32, 32};
    }
}

/// Items of three words: 12 KiB.
[[nodiscard]] constexpr DeviceTile device_triple_tile(int word_bytes) noexcept {
    switch (word_bytes) {
        case 1: return {64, 64};
        case 2: return {64, 32};
        case 4: return {32, 32};
        default: return {32, 16};
    }
}

}  // namespace ndlease::copying
