// SPDX-License-Identifier: Apache-2.0
// Patterns whose items lie one by one: columns, steps, mirrors, repetitions, diagonals, fields of structs.
#include "build.hpp"

namespace ndlease::patterns {
namespace {

void add_steps(Table& table) {
    table.family(20);
    table.add("column", "one column of a matrix", [](Bytes b) { return pack(array(rows_of(b, b < (1 << 20) ? 256 : 2048, 4), f32()).indexed(1, 5), f32()); });
    table.family(21);
    table.add("every2", "every other item", [](Bytes b) { return pack(array({fit(b, 4)}, f32()).sliced(0, 0, fit(b, 4), 2), f32()); });
    table.add("every2row", "every other row of 4 KiB", [](Bytes b) {
        const Strided source = array(rows_of(b, 1024, 4), f32());
        return pack(source.sliced(0, 0, source.shape[0], 2), f32());
    });
    table.family(22);
    table.add("flip_last", "augmentation: rows mirrored", [](Bytes b) { return pack(array(rows_of(b, 1024, 4), f32()).flipped(1), f32()); });
    table.add("flip_first", "augmentation: rows in reverse order", [](Bytes b) { return pack(array(rows_of(b, 1024, 4), f32()).flipped(0), f32()); });
}

void add_repetitions(Table& table) {
    table.family(23);
    table.add("broadcast_row", "one row repeated", [](Bytes b) { return pack(array({1024}, f32()).repeated(0, fit(b, 4096)), f32()); });
    table.add("broadcast_col", "one column repeated", [](Bytes b) { return pack(array({fit(b, 4096)}, f32()).repeated(1, 1024), f32()); });
    table.add("broadcast_scalar", "one item repeated", [](Bytes b) { return pack(array({}, f32()).repeated(0, fit(b, 4)), f32()); });
}

void add_diagonals(Table& table) {
    table.family(24);
    table.add("diagonal", "trace, scaling", [](Bytes b) {
        const std::int64_t n = root(fit(b, 4), 2);
        Strided diagonal = array({n, n}, f32()).indexed(1, 0);
        diagonal.strides[0] += 4;
        return pack(diagonal, f32());
    });
    table.add("diagonal_batched", "trace, scaling of many matrices", [](Bytes b) {
        const std::int64_t n = b < (16 << 20) ? 32 : 512;
        Strided diagonals = array({fit(b, n * n * 4), n, n}, f32()).indexed(2, 0);
        diagonals.strides[1] += 4;
        return pack(diagonals, f32());
    });
}

void add_structs(Table& table) {
    table.family(25);
    table.add("aos_gather", "one 8-byte field at +4 of 24-byte structs to an array", [](Bytes b) {
        return pack({{fit(b, 24)}, {24}, 4, 8}, f64().with_alignment(4));
    });
    table.add("aos_scatter", "an array to one 8-byte field at +4 of 24-byte structs", [](Bytes b) {
        return copy_of(array({fit(b, 24)}, f64()), {{fit(b, 24)}, {24}, 4, 8}, f64().with_alignment(4));
    });
}

}  // namespace

void add_single_items(Table& table) {
    add_steps(table);
    add_repetitions(table);
    add_diagonals(table);
    add_structs(table);
}

}  // namespace ndlease::patterns
