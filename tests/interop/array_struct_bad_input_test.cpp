// SPDX-License-Identifier: Apache-2.0
// What PyArrayInterface can hold and must not: refused by its name, and nothing is taken.
#include <limits>

#include <ndlease/interop/array_interface.hpp>

#include "interop/array_bad_input.hpp"

namespace ndlease {
namespace {

using namespace array_interface;
using testing::BadClass;
using testing::huge;
using testing::one_of;
using testing::Random;

constexpr std::int64_t least_number = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t largest_number = std::numeric_limits<std::int64_t>::max();
alignas(64) std::byte memory[4096];

struct Input {
    PyArrayInterface block;
    std::vector<std::intptr_t> shape;
    std::vector<std::intptr_t> strides;
    std::string descr;
    bool shape_is_null = false;
};

/// A C-ordered array of a plain number, rank 1 to 4.
Input good(Random& random) {
    Input input;
    input.block.typekind = one_of(random, {'i', 'u', 'f'});
    input.block.itemsize = one_of(random, {4, 8});
    input.block.flags = c_contiguous | aligned | not_swapped | writeable;
    input.block.nd = static_cast<int>(random.in(1, 4));
    input.shape.resize(static_cast<std::size_t>(input.block.nd));
    input.strides.resize(input.shape.size());
    std::intptr_t stride = input.block.itemsize;
    for (std::size_t axis = input.shape.size(); axis-- > 0;) {
        input.shape[axis] = random.in(2, 4);
        input.strides[axis] = stride;
        stride *= input.shape[axis];
    }
    input.block.data = memory;
    return input;
}

View import(Input& input, ReleaseCallback release) {
    input.block.shape = input.shape_is_null ? nullptr : input.shape.data();
    input.block.strides = input.strides.empty() ? nullptr : input.strides.data();
    return import_struct(input.block, std::move(release), {.descr = input.descr});
}

std::size_t axis_of(Random& random, const Input& input) { return static_cast<std::size_t>(random.in(0, input.block.nd - 1)); }
void no_flags(Input& input) { input.block.flags = not_swapped | writeable; }
void item(Input& input, char kind, int bytes) {
    input.block.typekind = kind;
    input.block.itemsize = bytes;
    input.block.nd = 0;
}

const std::vector<BadClass<Input>> classes = {
    {"two is something else", errc::invalid_argument,
     [](Random& r, Input& i) { i.block.two = static_cast<int>(r.one_in(2) ? r.in(3, 1 << 30) : r.in(-9, 1)); }},
    {"nd is negative", errc::out_of_range, [](Random& r, Input& i) { i.block.nd = static_cast<int>(r.in(std::numeric_limits<int>::min(), -1)); }},
    {"nd is above 64", errc::out_of_range, [](Random& r, Input& i) { i.block.nd = static_cast<int>(r.in(65, std::numeric_limits<int>::max())); }},
    {"unknown flag", errc::invalid_argument,
     [](Random& r, Input& i) {
         i.block.flags |= one_of(r, {0x8, 0x10, 0x20, 0x1000, 0x2000, 0x40000000});
     }},
    {"negative itemsize", errc::bad_format, [](Random& r, Input& i) { i.block.itemsize = static_cast<int>(r.in(std::numeric_limits<int>::min(), -1)); }},
    {"a number of no such size", errc::bad_format,
     [](Random& r, Input& i) {
         i.block.itemsize = one_of(r, {0, 3, 5, 6, 7, 9, 15, 17, 24, 1 << 30});
     }},
    {"unknown typekind", errc::bad_format,
     [](Random& r, Input& i) {
         i.block.typekind = one_of(r, {'x', '\0', 'T', '<', 'q', '\x80', ' ', '1'});
     }},
    {"bits that itemsize does not count", errc::bad_format, [](Random& r, Input& i) { item(i, 't', static_cast<int>(r.in(1, 16))); }},
    {"UCS-4 in broken units", errc::bad_format, [](Random& r, Input& i) { item(i, 'U', static_cast<int>(4 * r.in(0, 20) + r.in(1, 3))); }},
    {"a time without its unit", errc::bad_format,
     [](Random& r, Input& i) {
         item(i, one_of(r, {'M', 'm'}), 8);
     }},
    {"a time of another size", errc::bad_format,
     [](Random& r, Input& i) {
         item(i, one_of(r, {'M', 'm'}), one_of(r, {1, 2, 4, 16}));
         i.descr = "'<M8[ns]'";
     }},
    {"an object of another size", errc::bad_format,
     [](Random& r, Input& i) {
         item(i, 'O', one_of(r, {1, 4, 16}));
     }},
    {"descr is announced and not given", errc::bad_format, [](Random&, Input& i) { i.block.flags |= has_descr; }},
    {"a record as NumPy flags it, without descr", errc::bad_format,
     [](Random& r, Input& i) {
         item(i, 'V', static_cast<int>(r.in(1, 100)));
         i.block.flags = 0;
         i.block.descr = memory;
     }},
    {"descr of another size", errc::bad_format,
     [](Random& r, Input& i) {
         item(i, 'V', static_cast<int>(r.in(13, 100)));
         i.descr = "[('a', '<i4'), ('b', '<f8')]";
     }},
    {"descr with fields for a number", errc::bad_format, [](Random&, Input& i) { i.descr = i.block.itemsize == 4 ? "[('a', '<i4')]" : "[('a', '<i8')]"; }},
    {"descr names another number", errc::bad_format, [](Random& r, Input& i) { i.descr = r.one_in(2) ? "'<c8'" : "[('', '>i2')]"; }},
    {"descr in the other byte order", errc::bad_format,
     [](Random&, Input& i) { i.descr = "[('', '>" + std::string(1, i.block.typekind) + std::to_string(i.block.itemsize) + "')]"; }},
    {"descr is no literal", errc::bad_format,
     [](Random& r, Input& i) {
         i.descr = one_of<const char*>(r, {"[", "dtype('<f4')", "__import__('os')", "[('a', '<i4'", "'", "[]]", "\xff", "1"});
     }},
    {"descr with one name twice", errc::bad_format,
     [](Random&, Input& i) {
         item(i, 'V', 8);
         i.descr = "[('a', '<i4'), ('a', '<f4')]";
     }},
    {"descr nested without end", errc::bad_format,
     [](Random& r, Input& i) {
         item(i, 'V', 8);
         for (std::int64_t n = r.in(300, 3000); n > 0; --n) i.descr += "[('a', ";
     }},
    {"shape is NULL", errc::invalid_argument, [](Random&, Input& i) { i.shape_is_null = true; }},
    {"negative extent", errc::bad_layout, [](Random& r, Input& i) { i.shape[axis_of(r, i)] = r.one_in(2) ? -1 : r.in(least_number + 1, -1); }},
    {"more elements than 63 bits", errc::overflow,
     [](Random& r, Input& i) {
         i.block.nd = 3;
         i.shape.assign(3, 0);
         for (auto& extent : i.shape) extent = huge(r);
         i.strides.assign(3, 1);
         no_flags(i);
     }},
    {"more bytes than 63 bits", errc::overflow,
     [](Random& r, Input& i) {
         i.block.nd = 1;
         i.shape.assign(1, r.in(std::int64_t{1} << 61, largest_number));
         i.strides.clear();
     }},
    {"a distance of more than 63 bits", errc::overflow,
     [](Random& r, Input& i) {
         no_flags(i);
         const std::size_t axis = axis_of(r, i);
         i.shape[axis] = r.in(3, 100);
         i.strides[axis] = r.one_in(2) ? r.in(largest_number / 2 + 1, largest_number) : r.in(least_number, -(largest_number / 2) - 1);
     }},
    {"the least stride", errc::overflow,
     [](Random& r, Input& i) {
         no_flags(i);
         const std::size_t axis = axis_of(r, i);
         i.shape[axis] = 3;
         i.strides[axis] = least_number;
     }},
    {"distances that add up to more than 63 bits", errc::overflow,
     [](Random& r, Input& i) {
         no_flags(i);
         i.block.nd = 2;
         i.shape = {2, 2};
         const std::int64_t far = largest_number / 4 * 3 - r.in(0, 1000);
         i.strides = {far, r.one_in(2) ? far : -far};
     }},
    {"data is NULL with elements", errc::invalid_argument, [](Random&, Input& i) { i.block.data = nullptr; }},
    {"elements behind the last address", errc::out_of_bounds,
     [](Random& r, Input& i) { i.block.data = reinterpret_cast<void*>(std::numeric_limits<std::uintptr_t>::max() - static_cast<std::uintptr_t>(r.in(0, 6))); }},
    {"elements before the first address", errc::out_of_bounds,
     [](Random& r, Input& i) {
         no_flags(i);
         i.block.data = reinterpret_cast<void*>(static_cast<std::uintptr_t>(r.in(1, 1000)));
         i.strides[axis_of(r, i)] = -r.in(10000, 1 << 20);
     }},
    {"flags say C order, strides do not", errc::bad_layout, [](Random& r, Input& i) { i.strides[axis_of(r, i)] += r.in(1, 1000); }},
    {"flags say Fortran order, strides do not", errc::bad_layout,
     [](Random& r, Input& i) {
         i.block.flags = f_contiguous;
         i.strides[axis_of(r, i)] += r.in(1, 1000);
     }},
};

TEST(ArrayStructBadInput, is_refused_by_its_name_and_takes_nothing) { testing::expect_refused("array_struct", classes, 30, good, import); }

}  // namespace
}  // namespace ndlease
