// SPDX-License-Identifier: Apache-2.0
// Stencils: what a cube sends to its neighbours and gets from them.
#include "build.hpp"

namespace ndlease::patterns {
namespace {

Strided cube(Bytes bytes) {
    const std::int64_t n = root(fit(bytes, 8), 3);
    return array({n, n, n}, f64());
}

/// The last `ghost` planes along `axis`.
Strided face(Bytes bytes, int axis, std::int64_t ghost) {
    const Strided whole = cube(bytes);
    return whole.sliced(axis, whole.shape[axis] - ghost, whole.shape[axis]);
}

/// The part of the outer shell that lies towards one neighbour; -1, 0 and 1 along each axis say which.
Strided region(const Strided& whole, const int (&towards)[3], std::int64_t ghost) {
    Strided part = whole;
    for (int axis = 0; axis < 3; ++axis) {
        const std::int64_t n = whole.shape[axis];
        if (towards[axis] < 0) part = part.sliced(axis, 0, ghost);
        if (towards[axis] == 0) part = part.sliced(axis, ghost, n - ghost);
        if (towards[axis] > 0) part = part.sliced(axis, n - ghost, n);
    }
    return part;
}

/// One copy per neighbour, faces alone or edges and corners too, to parts of one buffer that follow each other.
std::vector<Copy> shell(Bytes bytes, std::int64_t ghost, bool faces_only, bool unpack) {
    const Strided whole = cube(bytes);
    std::vector<Copy> copies;
    std::int64_t used = 0;
    for (int index = 0; index < 27; ++index) {
        const int towards[3] = {index / 9 - 1, index / 3 % 3 - 1, index % 3 - 1};
        const int axes = std::abs(towards[0]) + std::abs(towards[1]) + std::abs(towards[2]);
        if (axes == 0 || (faces_only && axes > 1)) continue;
        Copy copy = pack(region(whole, towards, ghost), f64());
        copy.dst = copy.dst.shifted(used);
        used += copy.dst.size() * copy.dst.itemsize;
        copies.push_back(unpack ? reversed(copy) : copy);
    }
    return copies;
}

}  // namespace

void add_halos(Table& table) {
    table.family(27);
    for (const bool unpack : {false, true}) {
        const std::string way = unpack ? "_unpack" : "_pack";
        for (const std::int64_t ghost : {1, 3}) {
            const std::string deep = std::to_string(ghost);
            for (int axis = 0; axis < 3; ++axis) {
                const std::string name = std::string("halo_") + "xyz"[axis] + deep + way;
                const char* const what[] = {"stencils: a face of a cube, planes ", "stencils: a face of a cube, rows ", "stencils: a face of a cube, items "};
                table.add(name, what[axis] + deep + " deep", [=](Bytes b) {
                    const Copy packed = pack(face(b, axis, ghost), f64());
                    return unpack ? reversed(packed) : packed;
                });
            }
            table.add_batch("halo_faces" + deep + way, "stencils: six faces together, " + deep + " deep",
                            [=](Bytes b) { return shell(b, ghost, true, unpack); });
            table.add_batch("halo_shell" + deep + way, "stencils: 26 regions together, " + deep + " deep",
                            [=](Bytes b) { return shell(b, ghost, false, unpack); });
        }
    }
}

}  // namespace ndlease::patterns
