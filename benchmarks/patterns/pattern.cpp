// SPDX-License-Identifier: Apache-2.0
#include "pattern.hpp"

#include <algorithm>

namespace ndlease::patterns {

const char* to_string(Change change) noexcept {
    switch (change) {
        case Change::none: return "none";
        case Change::byte_order: return "byte_order";
        case Change::f32_to_bf16: return "f32_to_bf16";
        case Change::f32_to_f16: return "f32_to_f16";
        case Change::u8_to_f32: return "u8_to_f32";
        case Change::f32_to_f64: return "f32_to_f64";
    }
    return "?";
}

const char* to_string(Direction direction) noexcept {
    switch (direction) {
        case Direction::cpu: return "cpu";
        case Direction::d2d: return "d2d";
        case Direction::h2d: return "h2d";
        case Direction::d2h: return "d2h";
    }
    return "?";
}

std::vector<Copy> Pattern::copies(std::int64_t bytes) const { return make_batch ? make_batch(bytes) : std::vector<Copy>{make(bytes)}; }

bool Pattern::is_for(Direction direction) const { return std::find(directions.begin(), directions.end(), direction) != directions.end(); }

bool Pattern::is_in_class(std::string_view size) const noexcept { return (size == "H") == (scale == Scale::huge); }

std::int64_t class_bytes(std::string_view size) noexcept {
    if (size == "S") return std::int64_t{64} << 10;
    if (size == "M") return std::int64_t{32} << 20;
    if (size == "L") return std::int64_t{1} << 30;
    if (size == "H") return (std::int64_t{1} << 33) + 4096;
    return 0;
}

std::int64_t useful_bytes(const std::vector<Copy>& copies) {
    std::int64_t sum = 0;
    for (const Copy& copy : copies) sum += copy.useful_bytes();
    return sum;
}

std::int64_t modelled_bytes(const std::vector<Copy>& copies) {
    std::int64_t sum = 0;
    for (const Copy& copy : copies) sum += copy.modelled_bytes();
    return sum;
}

std::int64_t src_buffer_bytes(const std::vector<Copy>& copies) {
    std::int64_t most = 0;
    for (const Copy& copy : copies) most = std::max(most, copy.src.buffer_bytes());
    return most;
}

std::int64_t dst_buffer_bytes(const std::vector<Copy>& copies) {
    std::int64_t most = 0;
    for (const Copy& copy : copies) most = std::max(most, copy.dst.buffer_bytes());
    return most;
}

}  // namespace ndlease::patterns
