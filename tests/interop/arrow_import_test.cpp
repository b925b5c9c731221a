// SPDX-License-Identifier: Apache-2.0
// Arrow arrays as Views, against structs written by hand from the specification. Bad input: arrow_bad_input_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/interop/arrow.hpp>

#include "interop/arrow_producer.hpp"

namespace ndlease {
namespace {

using namespace ndlease::testing;
using ::testing::HasSubstr;

// The nodes of these tests die with their scope, and no thread may still want to release them.
const arrow::ImportOptions at_once{.policy = ReleasePolicy::wait()};

// One after another, so that a wrong offset or stride is a wrong number.
template <class T>
std::vector<T> numbers(std::size_t count) {
    std::vector<T> values(count);
    std::iota(values.begin(), values.end(), T{0});
    return values;
}

template <class T>
T at(const View& view, std::initializer_list<std::int64_t> indices) {
    T value;
    std::memcpy(&value, static_cast<const std::byte*>(view.data()) + view.layout().offset_of(std::span(indices.begin(), indices.size())), sizeof value);
    return value;
}

void expect_refused(errc code, const std::string& words, ArrowNode& node, arrow::ImportOptions options = {}) {
    try {
        (void)arrow::import_array(node.schema, node.array, options);
        FAIL() << "accepted; expected: " << words;
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), code) << error.what();
        EXPECT_THAT(error.what(), HasSubstr(words));
    }
    EXPECT_NE(node.array.release, nullptr) << "taken all the same";
    EXPECT_EQ(node.releases(), 0);
}

TEST(ArrowImport, a_primitive_array_is_a_view_of_rank_one) {
    const auto values = numbers<std::int32_t>(10);
    const NodePtr node = arrow_primitive("i", 4, values.data());
    node->array.offset = 3;
    View view = arrow::import_array(node->schema, node->array, at_once);
    EXPECT_EQ(to_string(view), "<i (4):(4) on cpu, read-only");
    EXPECT_EQ(view.data(), values.data() + 3);
    EXPECT_EQ(at<std::int32_t>(view, {3}), 6);
    EXPECT_EQ(view.allocation().data, values.data());
    EXPECT_EQ(view.allocation().bytes, 7 * 4) << "what offset and length state";
    EXPECT_EQ(node->array.release, nullptr) << "moved";
    EXPECT_NE(node->schema.release, nullptr) << "the schema stays the caller's";
    const View other = view.slice(0, 1, 3);
    view = {};
    EXPECT_EQ(node->releases(), 0) << "a View is left";
    (void)View(other).release();
}

TEST(ArrowImport, the_producer_gets_it_back_once_when_the_last_view_is_gone) {
    const auto values = numbers<double>(6);
    const NodePtr node = arrow_list(2, 3, arrow_primitive("g", 6, values.data()));
    View view = arrow::import_array(node->schema, node->array, at_once);
    View part = view.index(0, 1);
    EXPECT_EQ(view.lease().holders(), 2);
    view = {};
    EXPECT_EQ(node->releases(), 0);
    part = {};
    EXPECT_EQ(node->releases(), 1);
    EXPECT_EQ(node->child(0).releases(), 1) << "by its parent";
}

TEST(ArrowImport, every_primitive_format_of_fixed_width) {
    const std::pair<const char*, const char*> formats[] = {{"c", "b"},
                                                           {"C", "B"},
                                                           {"s", "<h"},
                                                           {"S", "<H"},
                                                           {"i", "<i"},
                                                           {"I", "<I"},
                                                           {"l", "<q"},
                                                           {"L", "<Q"},
                                                           {"e", "<e"},
                                                           {"f", "<f"},
                                                           {"g", "<d"},
                                                           {"w:5", "5x"},
                                                           {"w:1", "1x"},
                                                           {"tsn:", "<datetime[ns]>"},
                                                           {"tss:", "<datetime[s]>"},
                                                           {"tDu", "<timedelta[us]>"}};
    alignas(16) const std::array<std::byte, 64> data{};
    for (const auto& [arrow_format, ours] : formats) {
        const NodePtr node = arrow_primitive(arrow_format, 2, data.data());
        const View view = arrow::import_array(node->schema, node->array, at_once);
        EXPECT_EQ(view.format().to_string(), ours) << arrow_format;
    }
}

TEST(ArrowImport, offsets_count_at_every_level) {
    // lists of 3 lists of 2: (2,3,2) from list 1 on; the middle array starts 2 lists late, the items 5 numbers late.
    const auto values = numbers<std::int16_t>(64);
    NodePtr items = arrow_primitive("s", 40, values.data());
    items->array.offset = 5;
    NodePtr middle = arrow_list(2, 18, std::move(items));
    middle->array.offset = 2;
    const NodePtr node = arrow_list(3, 2, std::move(middle));
    node->array.offset = 1;
    const View view = arrow::import_array(node->schema, node->array, at_once);
    EXPECT_EQ(to_string(view), "<h (2,3,2):(12,4,2) on cpu, read-only");
    for (std::int16_t i = 0; i < 2; ++i) {
        for (std::int16_t j = 0; j < 3; ++j) {
            for (std::int16_t k = 0; k < 2; ++k) {
                const int list = 1 + i;
                const int inner = 2 + list * 3 + j;
                EXPECT_EQ(at<std::int16_t>(view, {i, j, k}), 5 + inner * 2 + k);
            }
        }
    }
}

TEST(ArrowImport, a_fixed_shape_tensor_has_its_logical_axes) {
    const auto values = numbers<std::int32_t>(60);
    // The specification's example in small: the physical shape is (3,4,5), the logical one (5,3,4).
    const NodePtr node = arrow_list(60, 1, arrow_primitive("i", 60, values.data()));
    node->set_metadata(tensor_metadata(R"({"shape":[3,4,5],"dim_names":["C","H","W"],"permutation":[2,0,1]})"));
    const View view = arrow::import_array(node->schema, node->array, at_once);
    EXPECT_EQ(to_string(view), "<i (1,5,3,4):(240,4,80,20) on cpu, read-only");
    EXPECT_EQ(at<std::int32_t>(view, {0, 4, 1, 2}), 1 * 20 + 2 * 5 + 4);

    const NodePtr plain = arrow_list(6, 2, arrow_primitive("i", 12, values.data()));
    plain->set_metadata(tensor_metadata(R"({ "shape" : [2, 3] , "other": {"x": [null, true, 1.5]} })"));
    EXPECT_EQ(to_string(arrow::import_array(plain->schema, plain->array, at_once)), "<i (2,2,3):(24,12,4) on cpu, read-only");

    const NodePtr scalar = arrow_list(1, 2, arrow_primitive("i", 2, values.data()));
    scalar->set_metadata(tensor_metadata(R"({"shape":[]})"));
    EXPECT_EQ(to_string(arrow::import_array(scalar->schema, scalar->array, at_once)), "<i (2):(4) on cpu, read-only");

    const NodePtr empty = arrow_list(0, 2, arrow_primitive("i", 0, nullptr));
    empty->set_metadata(tensor_metadata(R"({"shape":[4,0,3]})"));
    EXPECT_EQ(arrow::import_array(empty->schema, empty->array, at_once).shape(), (Dims{2, 4, 0, 3}));
}

TEST(ArrowImport, a_boolean_array_is_one_item_of_packed_bits) {
    const std::array<std::uint8_t, 4> bytes = {0x00, 0xb5, 0x01, 0x00};
    const NodePtr whole_byte = arrow_primitive("b", 9, bytes.data());
    whole_byte->array.offset = 8;
    const View view = arrow::import_array(whole_byte->schema, whole_byte->array, at_once);
    EXPECT_EQ(view.rank(), 0);
    EXPECT_EQ(view.format(), Format::subarray(Format::bit_field(1), std::vector<std::int64_t>{9}));
    EXPECT_EQ(view.data(), &bytes[1]);
    EXPECT_EQ(view.itemsize(), 2);

    NodePtr node = arrow_primitive("b", 9, bytes.data());
    node->array.offset = 3;
    expect_refused(errc::not_expressible, "bit 3 of a byte", *node);

    node = arrow_list(3, 4, arrow_primitive("b", 12, bytes.data()));
    EXPECT_EQ(arrow::import_array(node->schema, node->array, at_once).format(), Format::subarray(Format::bit_field(1), std::vector<std::int64_t>{4, 3}));
}

TEST(ArrowImport, boolean_bytes_are_the_extension_bool8) {
    const std::array<std::int8_t, 4> bytes = {0, 1, -1, 0};
    const NodePtr node = arrow_primitive("c", 4, bytes.data());
    node->set_metadata(arrow_metadata({{"key", "value"}, {"ARROW:extension:name", "arrow.bool8"}, {"ARROW:extension:metadata", ""}}));
    EXPECT_EQ(to_string(arrow::import_array(node->schema, node->array, at_once)), "? (4):(1) on cpu, read-only");
}

TEST(ArrowImport, an_unknown_extension_is_its_storage) {
    const std::array<std::byte, 32> bytes{};
    const NodePtr node = arrow_primitive("w:16", 2, bytes.data());
    node->set_metadata(arrow_metadata({{"ARROW:extension:name", "arrow.uuid"}}));
    EXPECT_EQ(arrow::import_array(node->schema, node->array, at_once).format(), Format::opaque(16));
}

TEST(ArrowImport, without_elements_there_need_be_no_buffer) {
    const NodePtr node = arrow_primitive("i", 0, nullptr);
    const View view = arrow::import_array(node->schema, node->array, at_once);
    EXPECT_EQ(view.data(), nullptr);
    EXPECT_EQ(view.shape(), (Dims{0}));
    const NodePtr lists = arrow_list(0, 5, arrow_primitive("i", 0, nullptr));
    EXPECT_EQ(arrow::import_array(lists->schema, lists->array, at_once).shape(), (Dims{5, 0}));
}

TEST(ArrowImport, promises_no_alignment_that_the_address_does_not_have) {
    alignas(8) const std::array<std::byte, 64> bytes{};
    for (const std::int64_t shift : {0, 1, 2, 4}) {
        const NodePtr node = arrow_primitive("g", 2, bytes.data() + shift);
        EXPECT_EQ(arrow::import_array(node->schema, node->array, at_once).format().alignment(), shift == 0 ? 8 : shift);
    }
}

TEST(ArrowImport, nulls_are_refused_and_uncounted_ones_counted) {
    const auto values = numbers<std::int32_t>(32);
    const std::array<std::uint8_t, 4> all = {0xff, 0xff, 0xff, 0xff};
    const std::array<std::uint8_t, 4> some = {0xff, 0xfe, 0x7f, 0xff};  // number 8 and 23 are null
    NodePtr node = arrow_primitive("i", 32, values.data(), some.data());
    node->array.null_count = 2;
    expect_refused(errc::not_expressible, "2 nulls: a View has no mask", *node);
    node->array.null_count = -1;
    expect_refused(errc::not_expressible, "2 nulls", *node);
    node->array.offset = 9;
    node->array.length = 14;
    EXPECT_EQ(arrow::import_array(node->schema, node->array, at_once).size(), 14) << "they lie outside";
    node = arrow_primitive("i", 32, values.data(), some.data());
    node->array.null_count = -1;
    node->array.offset = 8;
    node->array.length = 1;
    expect_refused(errc::not_expressible, "1 nulls", *node);
    node = arrow_primitive("i", 32, values.data(), all.data());
    node->array.null_count = -1;
    EXPECT_EQ(arrow::import_array(node->schema, node->array, at_once).size(), 32);
    node = arrow_primitive("i", 32, values.data());
    node->array.null_count = -1;
    EXPECT_EQ(arrow::import_array(node->schema, node->array, at_once).size(), 32) << "without a bitmap there are none";
    // Of a child only what its parent uses counts.
    NodePtr items = arrow_primitive("i", 32, values.data(), some.data());
    items->array.null_count = 2;
    node = arrow_list(2, 4, std::move(items));
    EXPECT_EQ(arrow::import_array(node->schema, node->array, at_once).size(), 8);
    items = arrow_primitive("i", 32, values.data(), some.data());
    items->array.null_count = 2;
    node = arrow_list(2, 5, std::move(items));
    expect_refused(errc::not_expressible, "Arrow array.children[0]: 1 nulls", *node);
}

TEST(ArrowImport, columns_of_a_struct_stand_on_one_lease) {
    const auto a = numbers<std::int32_t>(8);
    const auto b = numbers<float>(24);
    const auto c = numbers<double>(8);
    std::vector<NodePtr> inner;
    inner.push_back(arrow_primitive("g", 7, c.data()));
    inner[0]->set_name("z");
    std::vector<NodePtr> fields;
    fields.push_back(arrow_primitive("i", 8, a.data()));
    fields.push_back(arrow_list(3, 8, arrow_primitive("f", 24, b.data())));
    fields.push_back(arrow_struct(6, std::move(inner)));
    fields[0]->set_name("x");
    fields[1]->set_name("y");
    fields[2]->set_name("in");
    fields[2]->array.offset = 1;
    NodePtr node = arrow_struct(4, std::move(fields));
    node->array.offset = 2;
    expect_refused(errc::not_expressible, "import_columns gives a View of each", *node);

    std::vector<arrow::Column> columns = arrow::import_columns(node->schema, node->array, at_once);
    ASSERT_EQ(columns.size(), 3U);
    EXPECT_EQ(columns[0].name, "x");
    EXPECT_EQ(columns[1].name, "y");
    EXPECT_EQ(columns[2].name, "in.z");
    EXPECT_EQ(at<std::int32_t>(columns[0].view, {0}), 2);
    EXPECT_EQ(at<float>(columns[1].view, {1, 2}), 11.0F);
    EXPECT_EQ(at<double>(columns[2].view, {0}), 3.0) << "the offsets of both structs";
    EXPECT_EQ(columns[0].view.lease(), columns[2].view.lease());
    columns.resize(1);
    EXPECT_EQ(node->releases(), 0);
    columns.clear();
    EXPECT_EQ(node->releases(), 1);
    EXPECT_EQ(node->child(2).child(0).releases(), 1);
}

TEST(ArrowImport, a_child_may_be_taken_away_from_its_parent) {
    const auto a = numbers<std::int32_t>(8);
    std::vector<NodePtr> fields;
    fields.push_back(arrow_primitive("i", 8, a.data()));
    fields.push_back(arrow_primitive("i", 8, a.data()));
    const NodePtr node = arrow_struct(8, std::move(fields));
    View view = arrow::import_array(node->child(1).schema, node->child(1).array, at_once);
    node->array.release(&node->array);
    EXPECT_EQ(node->child(0).releases(), 1);
    EXPECT_EQ(node->child(1).releases(), 0) << "it belongs to the View";
    EXPECT_EQ(at<std::int32_t>(view, {7}), 7);
    view = {};
    EXPECT_EQ(node->child(1).releases(), 1);
}

TEST(ArrowImport, the_structs_bits_may_lie_anywhere) {
    const auto values = numbers<std::int32_t>(8);
    const NodePtr node = arrow_list(2, 4, arrow_primitive("i", 8, values.data()));
    arrow::ArrowArray moved = node->array;  // as the specification allows
    node->array.release = nullptr;
    View view = arrow::import_array(node->schema, moved, at_once);
    std::memset(&moved, 0xee, sizeof moved);
    view = {};
    EXPECT_EQ(node->releases(), 1);
}

TEST(ArrowImport, types_without_a_format_come_as_their_storage_on_request) {
    const std::array<std::byte, 64> bytes{};
    const std::pair<const char*, Format> types[] = {{"tdD", Format::number(Kind::integer, 32)},
                                                    {"tdm", Format::number(Kind::integer, 64)},
                                                    {"tts", Format::number(Kind::integer, 32)},
                                                    {"ttn", Format::number(Kind::integer, 64)},
                                                    {"tsn:Europe/Paris", Format::number(Kind::integer, 64)},
                                                    {"tiM", Format::number(Kind::integer, 32)},
                                                    {"tiD", Format::opaque(8)},
                                                    {"tin", Format::opaque(16)},
                                                    {"d:19,10", Format::opaque(16)},
                                                    {"d:7,-2,32", Format::opaque(4)},
                                                    {"d:60,10,256", Format::opaque(32)},
                                                    {"i", Format::number(Kind::integer, 32)}};
    for (const auto& [format, expected] : types) {
        const NodePtr node = arrow_primitive(format, 2, bytes.data());
        if (std::string(format) != "i") expect_refused(errc::not_expressible, format, *node);
        EXPECT_EQ(arrow::import_array(node->schema, node->array, {.policy = ReleasePolicy::wait(), .as_storage = true}).format(), expected) << format;
    }
    for (const char* const format : {"u", "z", "vu", "n", "+l", "d:19", "d:1,2,3", "d:1,2,", "tx", "tiX"}) {
        const NodePtr node = arrow_primitive(format, 1, bytes.data());
        EXPECT_THROW((void)arrow::import_array(node->schema, node->array, {.as_storage = true}), Error) << format;
    }
}

TEST(ArrowImport, cpu_has_the_id_minus_one_or_zero) {
    const auto values = numbers<std::int32_t>(8);
    for (const std::int64_t id : {-1, 0}) {
        const NodePtr node = arrow_primitive("i", 8, values.data());
        arrow::ArrowDeviceArray device_array = {node->array, id, 1, nullptr, {0, 0, 0}};
        const View view = arrow::import_array(node->schema, device_array, at_once);
        EXPECT_EQ(view.device(), Device::cpu());
        EXPECT_EQ(device_array.array.release, nullptr);
    }
}

}  // namespace
}  // namespace ndlease
