// SPDX-License-Identifier: Apache-2.0
// Views as Arrow arrays: the structs are read back member by member, as the specification says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/interop/arrow.hpp>

#include "interop/arrow_global_structs.hpp"
#include "interop/arrow_producer.hpp"

namespace ndlease {
namespace {

using namespace ndlease::testing;
using ::testing::HasSubstr;

const Format float32 = Format::number(Kind::floating, 32);
std::array<float, 120> pool = {};
int given_back = 0;

View lend(const Format& format, const Layout& layout) {
    return View::lend(pool.data(), Device::cpu(), format, layout, {.release = [](const ReleaseInfo&) noexcept { ++given_back; }});
}
View floats(std::initializer_list<std::int64_t> shape) { return lend(float32, Layout::c_order(shape, 4)); }

struct Exported {
    arrow::ArrowSchema schema;
    arrow::ArrowArray array;
    explicit Exported(const View& view, const arrow::ExportOptions& options = {})
        : schema(arrow::export_schema(view, options)), array(arrow::export_array(view, options)) {}
    ~Exported() {
        if (schema.release != nullptr) schema.release(&schema);
        if (array.release != nullptr) array.release(&array);
    }
};

void expect_refused(const std::string& words, const View& view, const arrow::ExportOptions& options = {}, errc code = errc::not_expressible) {
    const std::int64_t holders = view.lease().holders();
    for (const bool of_schema : {true, false}) {
        try {
            if (of_schema) {
                arrow::export_schema(view, options).release(nullptr);
            } else {
                arrow::export_array(view, options).release(nullptr);
            }
            FAIL() << "accepted; expected: " << words;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code) << error.what();
            EXPECT_THAT(error.what(), HasSubstr(words));
        }
    }
    EXPECT_EQ(view.lease().holders(), holders);
}

TEST(ArrowExport, a_view_of_rank_one_is_a_primitive_array) {
    given_back = 0;
    View view = floats({7});
    arrow::ArrowArray array = arrow::export_array(view);
    EXPECT_EQ(view.lease().holders(), 2);
    view = {};
    EXPECT_EQ(array.length, 7);
    EXPECT_EQ(array.null_count, 0);
    EXPECT_EQ(array.offset, 0);
    EXPECT_EQ(array.n_buffers, 2);
    EXPECT_EQ(array.buffers[0], nullptr);
    EXPECT_EQ(array.buffers[1], pool.data());
    EXPECT_EQ(array.n_children, 0);
    EXPECT_EQ(array.dictionary, nullptr);
    EXPECT_EQ(given_back, 0);
    array.release(&array);
    EXPECT_EQ(array.release, nullptr);
    EXPECT_EQ(given_back, 1);
}

TEST(ArrowExport, axes_after_the_first_are_lists) {
    const Exported exported(floats({4, 3, 5}), {.name = "pixels", .metadata = {{"unit", "lux"}}});
    const arrow::ArrowSchema* schema = &exported.schema;
    EXPECT_STREQ(schema->format, "+w:3");
    EXPECT_STREQ(schema->name, "pixels");
    EXPECT_EQ(std::memcmp(schema->metadata, arrow_metadata({{"unit", "lux"}}).data(), 4 + 4 + 4 + 4 + 3), 0);
    EXPECT_EQ(schema->flags, 2) << "nullable, as types are by default";
    schema = schema->children[0];
    EXPECT_STREQ(schema->format, "+w:5");
    schema = schema->children[0];
    EXPECT_STREQ(schema->format, "f");
    EXPECT_EQ(schema->n_children, 0);
    EXPECT_EQ(schema->metadata, nullptr);
    const arrow::ArrowArray* array = &exported.array;
    for (const std::int64_t length : {4, 12}) {
        EXPECT_EQ(array->length, length);
        EXPECT_EQ(array->n_buffers, 1);
        EXPECT_EQ(array->buffers[0], nullptr);
        ASSERT_EQ(array->n_children, 1);
        array = array->children[0];
    }
    EXPECT_EQ(array->length, 60);
    EXPECT_EQ(array->buffers[1], pool.data());
}

TEST(ArrowExport, the_consumer_may_move_the_struct_and_its_children) {
    given_back = 0;
    arrow::ArrowArray array = arrow::export_array(floats({4, 3}));
    arrow::ArrowArray moved = array;
    std::memset(&array, 0xee, sizeof array);
    arrow::ArrowArray child = *moved.children[0];
    moved.children[0]->release = nullptr;
    moved.release(&moved);
    EXPECT_EQ(given_back, 0) << "the child lives";
    EXPECT_EQ(child.buffers[1], pool.data());
    EXPECT_EQ(child.length, 12);
    child.release(&child);
    EXPECT_EQ(given_back, 1);

    arrow::ArrowSchema schema = arrow::export_schema(floats({4, 3}));
    arrow::ArrowSchema child_schema = *schema.children[0];
    schema.children[0]->release = nullptr;
    schema.release(&schema);
    EXPECT_STREQ(child_schema.format, "f");
    child_schema.release(&child_schema);
    EXPECT_EQ(child_schema.release, nullptr);
}

TEST(ArrowExport, a_permuted_view_is_a_tensor) {
    const View image = floats({2, 3, 4, 5}).permute({0, 3, 1, 2});  // logical (2,5,3,4), memory (2,3,4,5)
    expect_refused("without gaps in C order", image);
    const Exported exported(image, {.nesting = arrow::Nesting::tensor, .dim_names = {"c", "h", "w"}});
    EXPECT_STREQ(exported.schema.format, "+w:60");
    const std::string expected = tensor_metadata(R"({"dim_names":["h","w","c"],"permutation":[2,0,1],"shape":[3,4,5]})");
    EXPECT_EQ(std::string(exported.schema.metadata, expected.size()), expected);
    EXPECT_EQ(exported.array.length, 2);
    EXPECT_EQ(exported.array.children[0]->length, 120);
    const Exported plain(floats({2, 3, 4}), {.nesting = arrow::Nesting::tensor});
    const std::string no_permutation = tensor_metadata(R"({"shape":[3,4]})");
    EXPECT_EQ(std::string(plain.schema.metadata, no_permutation.size()), no_permutation);
    expect_refused("first axis slowest", floats({2, 3, 4}).permute({1, 0, 2}), {.nesting = arrow::Nesting::tensor});
    expect_refused("first axis slowest", floats({2, 3, 4}).slice(2, 0, 3), {.nesting = arrow::Nesting::tensor});
    expect_refused("dim_names", floats({2, 3}), {.dim_names = {"x"}}, errc::invalid_argument);
    expect_refused("dim_names", floats({2, 3}), {.nesting = arrow::Nesting::tensor, .dim_names = {"x", "y"}}, errc::invalid_argument);
}

TEST(ArrowExport, formats_say_their_type_or_are_refused) {
    const auto item = [](const Format& format) {
        const Exported exported(lend(format, Layout::c_order({2}, format.itemsize())));
        return std::string(exported.schema.format);
    };
    EXPECT_EQ(item(Format::number(Kind::integer, 8)), "c");
    EXPECT_EQ(item(Format::number(Kind::unsigned_integer, 64)), "L");
    EXPECT_EQ(item(Format::number(Kind::floating, 16)), "e");
    EXPECT_EQ(item(Format::number(Kind::boolean, 8)), "c");
    EXPECT_EQ(item(Format::opaque(7)), "w:7");
    EXPECT_EQ(item(Format::text(Kind::bytes, 3)), "w:3");
    EXPECT_EQ(item(Format::time(Kind::datetime, "us")), "tsu:");
    const Format record = Format::record(std::vector<FieldSpec>{{"a", float32, -1}, {"b", Format::number(Kind::integer, 16, ByteOrder::big), -1}});
    const Format complex = Format::number(Kind::complex, 64);
    for (const auto& [format, words] : {std::pair{record, "record"},
                                        {complex, "complex"},
                                        {Format::number(Kind::integer, 32, ByteOrder::big), "byte order"},
                                        {Format::number(Kind::bfloat, 16), "bfloat"},
                                        {Format::bit_field(1), "whole bytes"},
                                        {Format::subarray(float32, std::vector<std::int64_t>{2}), "expand_subarray"},
                                        {Format::time(Kind::datetime, "D"), "unit 'D'"},
                                        {Format::pointer(), "pointer"}}) {
        expect_refused(words, lend(format, Layout::c_order({2}, format.itemsize())));
    }
    expect_refused("expand(0) makes one", floats({}));
}

TEST(ArrowExport, the_format_of_opaque_items_travels_along) {
    const Format record = Format::record(std::vector<FieldSpec>{{"a", float32, -1}, {"b", Format::number(Kind::integer, 16, ByteOrder::big), -1}});
    Exported exported(lend(record, Layout::c_order({3}, record.itemsize())), {.opaque_items = true});
    EXPECT_STREQ(exported.schema.format, "w:8");
    EXPECT_EQ(arrow::import_array(exported.schema, exported.array, {.policy = ReleasePolicy::wait()}).format(), record);
    expect_refused("addresses", lend(Format::pointer(), Layout::c_order({2}, 8)), {.opaque_items = true});
    expect_refused("bfloat", lend(Format::number(Kind::bfloat, 16), Layout::c_order({2}, 2)), {.opaque_items = true});
}

TEST(ArrowExport, packed_bits_are_a_boolean_array) {
    const Format bits = Format::subarray(Format::bit_field(1), std::vector<std::int64_t>{4, 3});
    const Exported exported(lend(bits, Layout()));
    EXPECT_STREQ(exported.schema.format, "+w:3");
    EXPECT_STREQ(exported.schema.children[0]->format, "b");
    EXPECT_EQ(exported.array.length, 4);
    EXPECT_EQ(exported.array.children[0]->length, 12);
    EXPECT_EQ(exported.array.children[0]->buffers[1], pool.data());
}

TEST(ArrowExport, options_that_make_no_sense_are_refused) {
    expect_refused("ARROW:extension:name", floats({2}), {.metadata = {{"ARROW:extension:name", "x"}}}, errc::invalid_argument);
    expect_refused("ndlease:format", floats({2}), {.metadata = {{"ndlease:format", "x"}}}, errc::invalid_argument);
    expect_refused("NUL", floats({2}), {.name = std::string("a\0b", 3)}, errc::invalid_argument);
}

TEST(ArrowExport, a_device_array_of_the_cpu_needs_no_event) {
    arrow::ArrowDeviceArray device_array = arrow::export_device_array(floats({3}));
    EXPECT_EQ(device_array.device_type, 1);
    EXPECT_EQ(device_array.device_id, -1);
    EXPECT_EQ(device_array.sync_event, nullptr);
    for (const std::int64_t word : device_array.reserved) EXPECT_EQ(word, 0);
    device_array.array.release(&device_array.array);
}

TEST(ArrowPeers, other_declarations_of_the_structs_are_taken) {
    static_assert(arrow::PeerSchema<::ArrowSchema> && arrow::PeerArray<::ArrowArray> && arrow::PeerDeviceArray<::ArrowDeviceArray>);
    static_assert(!arrow::PeerArray<::ArrowSchema> && !arrow::PeerArray<arrow::ArrowArray> && !arrow::PeerSchema<int>);
    given_back = 0;
    auto schema = arrow::to_peer<::ArrowSchema>(arrow::export_schema(floats({4, 3})));
    auto array = arrow::to_peer<::ArrowArray>(arrow::export_array(floats({4, 3})));
    View view = arrow::import_array(schema, array, {.policy = ReleasePolicy::wait()});
    EXPECT_EQ(array.release, nullptr);
    EXPECT_EQ(to_string(view), "<f (4,3):(12,4) on cpu, read-only");
    auto device_array = arrow::to_peer<::ArrowDeviceArray>(arrow::export_device_array(view));
    EXPECT_EQ(arrow::import_columns(schema, device_array, {.policy = ReleasePolicy::wait()}).at(0).view.data(), pool.data());
    view = {};
    schema.release(&schema);
    EXPECT_EQ(given_back, 2);
}

}  // namespace
}  // namespace ndlease
