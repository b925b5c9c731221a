// SPDX-License-Identifier: Apache-2.0
// The oracle of the view tests: an array as the plain list of its elements' addresses, one per index in C order. Every operation is
// done by its definition, index by index, with no stride anywhere.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <vector>

#include <ndlease/view.hpp>

namespace ndlease {

using Index = std::vector<std::int64_t>;

inline std::int64_t product(const Index& shape) {
    std::int64_t n = 1;
    for (const std::int64_t e : shape) n *= e;
    return n;
}

/// Calls f for every index of `shape` in C order.
template <class F>
void for_each_index(const Index& shape, F&& f) {
    if (product(shape) == 0) return;
    Index i(shape.size(), 0);
    for (;;) {
        f(i);
        std::size_t axis = shape.size();
        for (;;) {
            if (axis == 0) return;
            --axis;
            if (++i[axis] < shape[axis]) break;
            i[axis] = 0;
        }
    }
}

struct ElementMap {
    Index shape;
    std::vector<const char*> address;

    [[nodiscard]] const char* at(const Index& i) const {
        std::int64_t flat = 0;
        for (std::size_t k = 0; k < shape.size(); ++k) flat = flat * shape[k] + i[k];
        return address[static_cast<std::size_t>(flat)];
    }

    /// A new array whose element at i is this one's at source(i), moved by offset(i) bytes.
    template <class Source>
    [[nodiscard]] ElementMap map(Index new_shape, Source&& source) const {
        ElementMap result{std::move(new_shape), {}};
        for_each_index(result.shape, [&](const Index& i) { result.address.push_back(at(source(i))); });
        return result;
    }
};

/// Follows PEP 3118's rule from the data pointer to one element.
inline const char* element_address(const View& view, const Index& i) {
    const char* p = static_cast<const char*>(view.data());
    const Dims& suboffsets = view.layout().suboffsets();
    for (int k = 0; k < view.rank(); ++k) {
        p += view.strides()[k] * i[static_cast<std::size_t>(k)];
        if (!suboffsets.empty() && suboffsets[k] >= 0) {
            const char* target = nullptr;
            std::memcpy(&target, p, sizeof target);
            p = target + suboffsets[k];
        }
    }
    return p;
}

inline ElementMap elements_of(const View& view) {
    ElementMap result{Index(view.shape().begin(), view.shape().end()), {}};
    for_each_index(result.shape, [&](const Index& i) { result.address.push_back(element_address(view, i)); });
    return result;
}

/// Whether some strides reach exactly these addresses.
inline bool has_strides(const ElementMap& map) {
    if (map.address.empty()) return true;
    std::vector<std::int64_t> strides;
    for (std::size_t k = 0; k < map.shape.size(); ++k) {
        Index unit(map.shape.size(), 0);
        unit[k] = map.shape[k] > 1 ? 1 : 0;
        strides.push_back(map.at(unit) - map.address[0]);
    }
    bool fits = true;
    for_each_index(map.shape, [&](const Index& i) {
        std::int64_t offset = 0;
        for (std::size_t k = 0; k < i.size(); ++k) offset += strides[k] * i[k];
        fits = fits && map.at(i) == map.address[0] + offset;
    });
    return fits;
}

/// The positions that start:stop:step takes of `extent`, found by trying them all.
inline Index slice_positions(std::int64_t extent, std::optional<std::int64_t> start, std::optional<std::int64_t> stop, std::int64_t step) {
    const auto from_end = [&](std::int64_t bound) { return bound < 0 ? bound + extent : bound; };
    std::int64_t first = start ? from_end(*start) : (step > 0 ? 0 : extent - 1);
    if (step > 0 && first < 0) first = 0;
    if (step < 0 && first > extent - 1) first = extent - 1;
    Index result;
    for (std::int64_t p = first; p >= 0 && p < extent; p += step) {
        if (stop && (step > 0 ? p >= from_end(*stop) : p <= from_end(*stop))) break;
        result.push_back(p);
    }
    return result;
}

}  // namespace ndlease
