// SPDX-License-Identifier: Apache-2.0
// Patterns between the host and a device. A quarter of the class's bytes: links are slower than memory.
#include "build.hpp"

namespace ndlease::patterns {

void add_links(Table& table) {
    const auto add = [&table](std::string name, std::string why, const std::function<Copy(Bytes)>& make) {
        table.add(std::move(name), std::move(why), [make](Bytes b) { return make(b / 4); }).directions = {Direction::h2d, Direction::d2h};
    };
    table.family(33);
    add("link_contig", "the link's yardstick: one run", [](Bytes b) { return pack(array({fit(b, 4)}, f32()), f32()); });
    table.family(34);
    for (const std::int64_t row : {64, 512, 4096, 65536}) {
        add("link_rows_" + std::to_string(row), "a part of a matrix: rows of " + std::to_string(row) + " bytes at twice the pitch", [row](Bytes b) {
            const std::int64_t columns = std::min(row, b / 4) / 4;  // two rows at least
            return pack(array(rows_of(b, columns * 2, 4), f32()).sliced(1, 0, columns), f32());
        });
    }
    table.family(35);
    add("link_every2", "every other item", [](Bytes b) { return pack(array({fit(b, 4)}, f32()).sliced(0, 0, fit(b, 4), 2), f32()); });
    add("link_column", "one column of a matrix", [](Bytes b) { return pack(array(rows_of(b, b < (1 << 20) ? 256 : 2048, 4), f32()).indexed(1, 5), f32()); });
    add("link_t2d", "a transpose", [](Bytes b) { return transpose_2d(b, f32()); });
    add("link_flip", "rows mirrored", [](Bytes b) { return pack(array(rows_of(b, 1024, 4), f32()).flipped(1), f32()); });
}

}  // namespace ndlease::patterns
