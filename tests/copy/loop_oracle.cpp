// SPDX-License-Identifier: Apache-2.0
#include "copy/loop_oracle.hpp"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <stdexcept>

namespace ndlease::testing {

Arena::Arena(Random& random, std::int64_t bytes) : bytes_(static_cast<std::size_t>(bytes)) {
    std::size_t i = 0;
    for (; i + 8 <= bytes_.size(); i += 8) {
        const std::uint64_t bits = random.bits();
        std::memcpy(&bytes_[i], &bits, 8);
    }
    for (; i < bytes_.size(); ++i) bytes_[i] = static_cast<std::byte>(random.bits());
}

std::int64_t Arena::take(Random& random, std::int64_t bytes) {
    const std::int64_t begin = used_ + guard_bytes + random.in(0, 15);
    used_ = begin + bytes;
    if (used_ + guard_bytes > size()) throw std::logic_error("the arena of this test is too small");
    return begin;
}

std::int64_t Side::size() const noexcept {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) count *= extent;
    return count;
}

View Side::view(Arena& arena, const Format& format) const {
    return View::lend(static_cast<void*>(arena.at(data)), Device::cpu(), format,
                      suboffsets.empty() ? Layout(shape, strides) : Layout(shape, strides, suboffsets), {});
}

std::string Side::to_string() const {
    std::ostringstream text;
    const auto list = [&text](const Numbers& numbers) {
        text << '(';
        for (std::size_t i = 0; i < numbers.size(); ++i) text << (i == 0 ? "" : ",") << numbers[i];
        text << ')';
    };
    list(shape);
    text << ':';
    list(strides);
    if (!suboffsets.empty()) {
        text << "->";
        list(suboffsets);
    }
    text << " items of " << itemsize << " at " << data;
    return text.str();
}

void set_indices(const Numbers& shape, std::int64_t n, Numbers* indices) {
    for (std::size_t i = shape.size(); i-- > 0;) {
        (*indices)[i] = n % shape[i];
        n /= shape[i];
    }
}

std::int64_t locate(const Side& side, const Numbers& indices, const Arena& arena) {
    const std::size_t rank = side.shape.size();
    std::int64_t offset = side.data;
    for (std::size_t i = 0; i < rank; ++i) {
        // Leading axes of extent 1 may be more than there are indices.
        if (side.shape[i] != 1) offset += indices[indices.size() - rank + i] * side.strides[i];
        if (!side.suboffsets.empty() && side.suboffsets[i] >= 0) {
            std::byte* target = nullptr;
            std::memcpy(&target, &arena.bytes()[static_cast<std::size_t>(offset)], sizeof target);
            offset = arena.offset_of(target) + side.suboffsets[i];
        }
    }
    return offset;
}

bool overlaps_itself(const Side& side, const Arena& arena) {
    std::vector<char> taken(arena.bytes().size());
    Numbers indices(side.shape.size());
    const std::int64_t size = side.size();
    for (std::int64_t n = 0; n < size; ++n) {
        set_indices(side.shape, n, &indices);
        char* const begin = taken.data() + locate(side, indices, arena);
        if (std::memchr(begin, 1, static_cast<std::size_t>(side.itemsize)) != nullptr) return true;
        std::memset(begin, 1, static_cast<std::size_t>(side.itemsize));
    }
    return false;
}

std::vector<std::byte> expected_after_copy(const Arena& arena, const Side& dst, const Side& src, ItemFunction convert) {
    std::vector<std::byte> result = arena.bytes();
    Numbers indices(dst.shape.size());
    const std::int64_t size = dst.size();
    for (std::int64_t n = 0; n < size; ++n) {
        set_indices(dst.shape, n, &indices);
        std::byte* const to = result.data() + locate(dst, indices, arena);
        const std::byte* const from = arena.bytes().data() + locate(src, indices, arena);
        if (convert != nullptr) {
            convert(to, from, dst.itemsize);
        } else {
            std::memcpy(to, from, static_cast<std::size_t>(dst.itemsize));
        }
    }
    return result;
}

}  // namespace ndlease::testing
