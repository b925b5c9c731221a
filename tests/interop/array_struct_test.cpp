// SPDX-License-Identifier: Apache-2.0
// PyArrayInterface and the dict in detail: flags, what needs a descr, who owns what, and a declaration of somebody else's.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include <ndlease/format_types.hpp>
#include <ndlease/interop/array_interface.hpp>

#include "format/expect_error.hpp"

/// As NumPy's ndarraytypes.h declares it, once more.
struct TheirInterface {
    int two, nd;
    char typekind;
    int itemsize, flags;
    std::intptr_t *shape, *strides;
    void* data;
    struct TheirObject* descr;
};

namespace ndlease {
namespace {

using namespace array_interface;

alignas(64) float numbers[24];

View numbers_as(Layout layout) { return View::lend(numbers, Device::cpu(), Format::of<float>(), std::move(layout)); }

int flags_of(const View& view) {
    PyArrayInterface* const block = export_struct(view);
    const int flags = block->flags;
    free_struct(block);
    return flags;
}

TEST(ArrayStruct, flags_are_those_that_numpy_writes) {
    EXPECT_EQ(flags_of(numbers_as(Layout({2, 3}, {12, 4}))), 0x701);
    EXPECT_EQ(flags_of(numbers_as(Layout({2, 3}, {4, 8}))), 0x702);
    EXPECT_EQ(flags_of(numbers_as(Layout({6}, {4}))), 0x703);
    EXPECT_EQ(flags_of(numbers_as(Layout())), 0x703);
    EXPECT_EQ(flags_of(numbers_as(Layout({3}, {8}))), 0x700);
    EXPECT_EQ(flags_of(numbers_as(Layout({6}, {4})).read_only()), 0x303);
    EXPECT_EQ(flags_of(numbers_as(Layout({6}, {4})).reinterpret(Format::number(Kind::floating, 32, ByteOrder::big))), 0x503);
    const View shifted = View::lend(reinterpret_cast<std::byte*>(numbers) + 1, Device::cpu(), Format::of<float>().with_alignment(1), Layout({3}, {4}));
    EXPECT_EQ(flags_of(shifted), 0x603);
    EXPECT_EQ(flags_of(numbers_as(Layout({3}, {6}))), 0x600);
}

TEST(ArrayStruct, a_peers_declaration_is_taken_as_it_is) {
    std::intptr_t shape[] = {2, 3};
    const TheirInterface theirs{2, 2, 'f', 4, 0x701, shape, nullptr, numbers, nullptr};
    const View view = import_struct(theirs);
    EXPECT_EQ(view.layout(), Layout({2, 3}, {12, 4}));
    EXPECT_EQ(view.format(), Format::of<float>());
    EXPECT_FALSE(view.is_read_only());
}

TEST(ArrayStruct, the_block_holds_a_share_until_it_is_freed) {
    int released = 0;
    View view = View::lend(numbers, Device::cpu(), Format::of<float>(), Layout({24}, {4}), {.release = [&](const ReleaseInfo&) { ++released; }});
    PyArrayInterface* const block = export_struct(view);
    EXPECT_EQ(view.lease().holders(), 2);
    view = View();
    EXPECT_EQ(released, 0);
    EXPECT_EQ(block->data, numbers);
    free_struct(block);
    EXPECT_EQ(released, 1);
    free_struct(nullptr);
}

TEST(ArrayStruct, descr_is_given_back_once) {
    static int given_back;
    given_back = 0;
    int object = 0;
    const auto release_descr = [](void* descr) { given_back += ++*static_cast<int*>(descr); };
    free_struct(export_struct(numbers_as(Layout({24}, {4})), {&object, release_descr}));
    EXPECT_EQ(given_back, 1);
    object = 0;
    const View refused = numbers_as(Layout({24}, {4})).reinterpret(Format::number(Kind::bfloat, 16));
    expect_error(errc::not_expressible, "bfloat", [&] { static_cast<void>(export_struct(refused, {&object, release_descr})); });
    EXPECT_EQ(given_back, 2) << "also where the export fails";
}

TEST(ArrayStruct, what_typekind_and_itemsize_do_not_say_needs_a_descr) {
    const View bytes = numbers_as(Layout({24}, {4})).reinterpret(Format::opaque(4));
    const FieldSpec fields[] = {{"a", Format::of<std::int16_t>(), 0}, {"b", Format::of<std::int16_t>(), 2}};
    for (const Format& format : {Format::record(fields), Format::text(Kind::ucs4, 1)}) {
        expect_error(errc::not_expressible, "without a descr", [&] { static_cast<void>(export_struct(bytes.reinterpret(format))); });
    }
    expect_error(errc::not_expressible, "without a descr",
                 [&] { static_cast<void>(export_struct(View::lend(numbers, Device::cpu(), Format::time(Kind::datetime, "ns"), Layout({12}, {8})))); });
    EXPECT_EQ(describe_item(Format::record(fields)), "[('a', '<i2'), ('b', '<i2')]");
    EXPECT_EQ(describe_item(Format::time(Kind::datetime, "ns")), "'<M8[ns]'");
    expect_error(errc::not_expressible, "no name", [&] {
        const FieldSpec unnamed[] = {{"", Format::of<float>(), 0}, {"b", Format::of<float>(), 4}};
        static_cast<void>(describe_item(Format::record(unnamed)));
    });
    expect_error(errc::not_expressible, "expand_subarray", [] {
        const std::int64_t shape[] = {2};
        static_cast<void>(describe_item(Format::subarray(Format::of<float>(), shape)));
    });
}

TEST(ArrayDict, is_written_as_numpy_writes_it) {
    const std::string address = std::to_string(reinterpret_cast<std::uintptr_t>(&numbers[0]));
    EXPECT_EQ(to_json(export_interface(numbers_as(Layout({2, 3}, {12, 4})))),
              R"({"shape":[2,3],"typestr":"<f4","descr":[["","<f4"]],"data":[)" + address + R"(,false],"strides":null,"version":3})");
    const FieldSpec fields[] = {{"\u00e9\"", Format::of<std::int16_t>(), 0}, {"b", Format::opaque(3), 3}};
    const View odd = View::lend(static_cast<const void*>(numbers), Device::cpu(), Format::record(fields, 8), Layout({3}, {16}));
    EXPECT_EQ(to_json(export_interface(odd)), R"({"shape":[3],"typestr":"|V8","descr":[["\u00e9\"","<i2"],["","|V1"],["b","|V3"],["","|V2"]],"data":[)" +
                                                  address + R"(,true],"strides":[16],"version":3})");
}

TEST(ArrayDict, an_array_in_a_buffer_stands_on_the_buffers_lease) {
    int released = 0;
    View view;
    {
        const View buffer =
            View::lend(numbers, Device::cpu(), Format(), Layout({96}, {1}), {.read_only = true, .release = [&](const ReleaseInfo&) { ++released; }});
        const ArrayInterface dict = from_json(R"({"shape":[2,3],"typestr":"<f4","data":null,"offset":8,"version":4})");
        view = import_interface(dict, {}, {.buffer = buffer});
    }
    EXPECT_EQ(view.data(), &numbers[2]);
    EXPECT_TRUE(view.is_read_only());
    EXPECT_EQ(view.allocation().bytes, 96);
    EXPECT_EQ(released, 0);
    view = View();
    EXPECT_EQ(released, 1);
}

TEST(ArrayDict, alignment_is_promised_where_it_is) {
    ArrayInterface dict;
    dict.shape = {3};
    dict.typestr = "<f8";
    dict.data = reinterpret_cast<std::uintptr_t>(&numbers[0]);
    EXPECT_EQ(import_interface(dict).format().alignment(), 8);
    dict.data = reinterpret_cast<std::uintptr_t>(&numbers[1]);
    EXPECT_EQ(import_interface(dict).format().alignment(), 4);
    dict.data = reinterpret_cast<std::uintptr_t>(&numbers[0]);
    dict.strides = Dims{9};
    EXPECT_EQ(import_interface(dict).format().alignment(), 1);
}

}  // namespace
}  // namespace ndlease
