// SPDX-License-Identifier: Apache-2.0
#include "oracle.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace ndlease::patterns {
namespace {

using Item = std::array<std::byte, 64>;

template <class T>
T read(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

/// Rounds to nearest even on the upper half of the bits; no NaN comes here.
std::uint16_t to_bfloat16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t upper = bits >> 16U;
    const std::uint32_t lower = bits & 0xFFFFU;
    const bool up = lower > 0x8000U || (lower == 0x8000U && (upper & 1U) != 0);
    return static_cast<std::uint16_t>(upper + (up ? 1U : 0U));
}

template <class T>
void put(Item& item, T value) {
    std::memcpy(item.data(), &value, sizeof value);
}

/// What the destination's item has to be.
void expect(Item& item, const Copy& copy, const std::byte* src) {
    switch (copy.change) {
        case Change::none: std::memcpy(item.data(), src, static_cast<std::size_t>(copy.src.itemsize)); break;
        case Change::byte_order: std::reverse_copy(src, src + copy.src.itemsize, item.data()); break;
        case Change::f32_to_bf16: put(item, to_bfloat16(read<float>(src))); break;
        case Change::u8_to_f32: put(item, static_cast<float>(read<std::uint8_t>(src))); break;
        case Change::f32_to_f64: put(item, static_cast<double>(read<float>(src))); break;
    }
}

std::string describe(const char* what, const Dims& index, std::int64_t offset) {
    return std::string(what) + " at index " + to_string(index) + ", byte " + std::to_string(offset) + " of the destination buffer";
}

}  // namespace

void fill_random(std::span<std::byte> buffer, const Copy& copy, std::uint64_t seed) {
    const bool floats = copy.change == Change::f32_to_bf16 || copy.change == Change::f32_to_f64;
    std::uint64_t state = seed;
    for (std::size_t at = 0; at < buffer.size(); at += sizeof state) {
        state += 0x9E3779B97F4A7C15U;  // splitmix64
        std::uint64_t value = state;
        value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
        value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
        value ^= value >> 31U;
        if (floats) value = (value & 0xBFFFFFFFBFFFFFFFU) | 0x2000000020000000U;  // exponents of 2^-63 to 2^0
        std::memcpy(buffer.data() + at, &value, std::min(sizeof value, buffer.size() - at));
    }
}

std::string find_mismatch(const Copy& copy, std::span<const std::byte> src, std::span<std::byte> dst) {
    const Dims& shape = copy.dst.shape;
    const int rank = shape.size();
    const auto itemsize = static_cast<std::size_t>(copy.dst.itemsize);
    Dims index(rank, 0);
    Item expected{};
    std::int64_t src_at = copy.src.offset;
    std::int64_t dst_at = copy.dst.offset;
    for (std::int64_t left = copy.dst.size(); left > 0; --left) {
        expect(expected, copy, src.data() + src_at);
        std::byte* actual = dst.data() + dst_at;
        if (std::memcmp(actual, expected.data(), itemsize) != 0) return describe("a wrong item", index, dst_at);
        std::memset(actual, std::to_integer<int>(poison), itemsize);
        for (int axis = rank - 1; axis >= 0; --axis) {
            src_at += copy.src.strides[axis];
            dst_at += copy.dst.strides[axis];
            if (++index[axis] < shape[axis]) break;
            src_at -= shape[axis] * copy.src.strides[axis];
            dst_at -= shape[axis] * copy.dst.strides[axis];
            index[axis] = 0;
        }
    }
    const auto stray = std::find_if(dst.begin(), dst.end(), [](std::byte b) { return b != poison; });
    if (stray == dst.end()) return "";
    return "a byte outside of the elements was written: byte " + std::to_string(stray - dst.begin()) + " of the destination buffer";
}

}  // namespace ndlease::patterns
