// SPDX-License-Identifier: Apache-2.0
// What a producer can get wrong in Arrow's structs: each class of it in many random trees, with the error that it must be. The structs stay as they were and
// nothing is released.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/interop/arrow.hpp>

#include "copy/random_source.hpp"
#include "interop/arrow_producer.hpp"

namespace ndlease {
namespace {

using namespace ndlease::testing;

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
alignas(64) const std::array<std::byte, 4096> memory = {};
const std::array<std::byte, 512> no_validity = {};

/// A good tree (fixed-size lists over a primitive) that a generator then spoils.
struct Victim {
    explicit Victim(Random& r) : random(r) {
        static constexpr const char* formats[] = {"c", "C", "s", "I", "l", "f", "g", "e", "w:3", "w:8", "tsn:", "tDs"};
        const auto lists = static_cast<std::size_t>(random.in(0, 3));
        std::vector<std::int64_t> sizes;
        std::int64_t count = random.in(1, 6);
        const std::int64_t rows = count;
        std::vector<std::int64_t> lengths;
        for (std::size_t i = 0; i < lists; ++i) {
            lengths.push_back(count);
            sizes.push_back(random.in(1, 4));
            count *= sizes.back();
        }
        root = arrow_primitive(formats[random.in(0, 11)], count, memory.data());
        for (std::size_t i = lists; i-- > 0;) root = arrow_list(sizes[i], lengths[i], std::move(root));
        for (ArrowNode* node = root.get();; node = &node->child(0)) {
            nodes.push_back(node);
            if (node->array.n_children == 0) break;
        }
        EXPECT_EQ(root->array.length, rows);
    }
    /// Replaces the tree by a list over one.
    void put_under_list() {
        const std::int64_t length = root->array.length;
        root = arrow_list(1, length, std::move(root));
        nodes.insert(nodes.begin(), root.get());
    }
    ArrowNode& any() { return *nodes[static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(nodes.size()) - 1))]; }
    ArrowNode& leaf() { return *nodes.back(); }
    ArrowNode& any_list() {
        if (nodes.size() == 1) put_under_list();
        return *nodes[static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(nodes.size()) - 2))];
    }
    template <std::size_t n>
    std::string one_of(const char* const (&texts)[n]) {
        return texts[random.in(0, static_cast<std::int64_t>(n) - 1)];
    }

    Random& random;
    NodePtr root;
    std::vector<ArrowNode*> nodes;  // outermost first
    bool on_device = false;
    bool columns = false;
    arrow::ArrowDeviceArray device = {{}, -1, 1, nullptr, {0, 0, 0}};
    arrow::ArrowSchema other_schema = {};
    arrow::ArrowArray other_array = {};
    void* null_event = nullptr;
    std::vector<arrow::ArrowSchema*> schemas;
    std::vector<arrow::ArrowArray*> arrays;
    std::vector<const void*> buffers;
};

void cycle(Victim& v, std::size_t children) {
    ArrowNode& node = *v.root;
    v.schemas.assign(children, &node.schema);
    v.arrays.assign(children, &node.array);
    node.schema.children = v.schemas.data();
    node.array.children = v.arrays.data();
    node.schema.n_children = node.array.n_children = static_cast<std::int64_t>(children);
    v.buffers = {nullptr};
    node.array.buffers = v.buffers.data();
    node.array.n_buffers = 1;
}

void set_tensor(Victim& v, const std::string& json) { v.any_list().set_metadata(tensor_metadata(json)); }

struct BadClass {
    const char* name;
    errc expected;
    void (*spoil)(Victim&);
};

constexpr BadClass classes[] = {
    {"released_schema", errc::released, [](Victim& v) { v.any().schema.release = nullptr; }},
    {"released_array", errc::released, [](Victim& v) { v.any().array.release = nullptr; }},
    {"null_format", errc::invalid_argument, [](Victim& v) { v.any().schema.format = nullptr; }},
    {"unknown_format", errc::bad_format,
     [](Victim& v) {
         static constexpr const char* texts[] = {"", "x", "ii", "\xff", "w", "t", "d", "q:", "9"};
         v.leaf().set_format(v.one_of(texts));
     }},
    {"bad_width", errc::bad_format,
     [](Victim& v) {
         static constexpr const char* texts[] = {"w:", "w:-1", "w:1x", "w:2147483648", "w:99999999999999999999", "w: 3"};
         v.leaf().set_format(v.one_of(texts));
     }},
    {"bad_list_size", errc::bad_format,
     [](Victim& v) {
         static constexpr const char* texts[] = {"+w:", "+w:-2", "+w:2x", "+w:2147483648", "+w:99999999999999999999", "+w: 2"};
         v.any_list().set_format(v.one_of(texts));
     }},
    {"bad_time", errc::bad_format,
     [](Victim& v) {
         static constexpr const char* texts[] = {"ts", "tsx:", "tsn", "tD", "tDx", "tDnn", "ttx9"};
         v.leaf().set_format(v.one_of(texts));
     }},
    {"variable_or_other_nesting", errc::not_expressible,
     [](Victim& v) {
         static constexpr const char* texts[] = {"u", "U", "z", "Z", "vu", "vz", "n", "+l", "+L", "+m", "+us:0", "+ud:0", "+r", "+vl"};
         v.leaf().set_format(v.one_of(texts));
     }},
    {"type_without_format", errc::not_expressible,
     [](Victim& v) {
         static constexpr const char* texts[] = {"tdD", "tdm", "tts", "ttn", "tiM", "tin", "tsn:UTC", "d:19,10", "d:19,10,256"};
         v.leaf().set_format(v.one_of(texts));
     }},
    {"dictionary", errc::not_expressible,
     [](Victim& v) {
         ArrowNode& node = v.any();
         node.schema.dictionary = &v.other_schema;
         if (v.random.one_in(2)) node.array.dictionary = &v.other_array;
     }},
    {"dictionary_of_the_array_alone", errc::invalid_argument, [](Victim& v) { v.any().array.dictionary = &v.other_array; }},
    {"negative_length", errc::invalid_argument, [](Victim& v) { v.any().array.length = -v.random.in(1, huge); }},
    {"negative_offset", errc::invalid_argument, [](Victim& v) { v.any().array.offset = -v.random.in(1, huge); }},
    {"null_count_below_minus_one", errc::invalid_argument, [](Victim& v) { v.any().array.null_count = -v.random.in(2, huge); }},
    {"more_nulls_than_elements", errc::invalid_argument,
     [](Victim& v) {
         ArrowNode& node = v.any();
         node.array.null_count = node.array.length + v.random.in(1, 1000);
     }},
    {"nulls", errc::not_expressible,
     [](Victim& v) {
         ArrowNode& node = v.any();
         node.array.buffers[0] = no_validity.data();
         node.array.null_count = v.random.one_in(2) ? -1 : v.random.in(1, node.array.length);
     }},
    {"nulls_without_a_bitmap", errc::invalid_argument,
     [](Victim& v) {
         ArrowNode& node = v.any();
         node.array.null_count = v.random.in(1, node.array.length);
     }},
    {"offset_and_length_overflow", errc::overflow, [](Victim& v) { v.any().array.offset = huge - v.random.in(0, v.root->array.length - 1); }},
    {"offset_in_bytes_overflows", errc::overflow,
     [](Victim& v) {
         v.leaf().set_format(v.random.one_in(2) ? "l" : "w:4096");
         v.leaf().array.offset = (std::int64_t{1} << 60) + v.random.in(0, 1 << 20);
     }},
    {"elements_of_lists_overflow", errc::overflow,
     [](Victim& v) {
         ArrowNode& node = v.any_list();
         node.set_format("+w:2147483647");
         node.array.offset = (std::int64_t{1} << 40) + v.random.in(0, 1 << 20);
     }},
    {"wrong_number_of_buffers", errc::invalid_argument,
     [](Victim& v) {
         ArrowNode& node = v.any();
         static constexpr std::int64_t numbers[] = {-1, 0, 3, huge, std::numeric_limits<std::int64_t>::min()};
         node.array.n_buffers = v.random.one_in(3) ? 3 - node.array.n_buffers : numbers[v.random.in(0, 4)];
     }},
    {"null_buffers", errc::invalid_argument, [](Victim& v) { v.any().array.buffers = nullptr; }},
    {"null_data", errc::invalid_argument, [](Victim& v) { v.leaf().array.buffers[1] = nullptr; }},
    {"wrong_number_of_children", errc::invalid_argument,
     [](Victim& v) {
         ArrowNode& node = v.any();
         node.array.n_children += v.random.one_in(2) ? -1 : v.random.in(1, 1000);
     }},
    {"wrong_number_of_schema_children", errc::invalid_argument,
     [](Victim& v) {
         ArrowNode& node = v.any();
         node.schema.n_children += v.random.one_in(2) ? -1 : v.random.in(1, 1000);
     }},
    {"null_children", errc::invalid_argument, [](Victim& v) { v.any_list().array.children = nullptr; }},
    {"null_schema_children", errc::invalid_argument, [](Victim& v) { v.any_list().schema.children = nullptr; }},
    {"null_child", errc::invalid_argument,
     [](Victim& v) {
         ArrowNode& node = v.any_list();
         if (v.random.one_in(2)) {
             node.array.children[0] = nullptr;
         } else {
             node.schema.children[0] = nullptr;
         }
     }},
    {"child_too_short", errc::out_of_bounds,
     [](Victim& v) {
         ArrowNode& node = v.any_list();
         if (v.random.one_in(2)) {
             node.child(0).array.length -= v.random.in(1, node.child(0).array.length);
         } else {
             node.array.offset += v.random.in(1, 1000);
         }
     }},
    {"cyclic_children", errc::out_of_range,
     [](Victim& v) {
         v.root->set_format("+w:1");
         cycle(v, 1);
     }},
    {"cyclic_columns", errc::out_of_range,
     [](Victim& v) {
         v.root->set_format("+s");
         cycle(v, static_cast<std::size_t>(v.random.in(2, 5)));
         v.columns = true;
     }},
    {"too_many_columns", errc::out_of_range,
     [](Victim& v) {
         v.root->set_format("+s");
         cycle(v, 1);
         v.root->schema.n_children = v.root->array.n_children = v.random.in(65'537, huge);
         v.columns = true;
     }},
    {"too_deep", errc::out_of_range,
     [](Victim& v) {
         for (std::int64_t i = v.random.in(65, 90); i > 0; --i) v.put_under_list();
     }},
    {"struct_where_an_array_is_wanted", errc::not_expressible,
     [](Victim& v) {
         std::vector<NodePtr> children;
         const std::int64_t length = v.root->array.length;
         children.push_back(std::move(v.root));
         v.root = arrow_struct(length, std::move(children));
     }},
    {"bits_inside_of_a_byte", errc::not_expressible,
     [](Victim& v) {
         v.leaf().set_format("b");
         v.leaf().array.offset = 8 * v.random.in(0, 4) + v.random.in(1, 7);
     }},
    {"negative_count_in_metadata", errc::bad_format,
     [](Victim& v) {
         const auto count = static_cast<std::int32_t>(-v.random.in(1, 1'000'000'000));
         std::string bytes = arrow_metadata({{"key", "value"}});
         static constexpr std::size_t places[] = {0, 4, 11};
         std::memcpy(&bytes[places[v.random.in(0, 2)]], &count, sizeof count);
         v.leaf().set_metadata(bytes);
     }},
    {"metadata_without_end", errc::bad_format,
     [](Victim& v) {
         const auto count = static_cast<std::int32_t>(v.random.in(1 << 26, std::numeric_limits<std::int32_t>::max()));
         std::string bytes = arrow_metadata({{"key", "value"}});
         std::memcpy(&bytes[v.random.one_in(2) ? 4 : 11], &count, sizeof count);
         v.leaf().set_metadata(bytes);
     }},
    {"tensor_that_is_no_json", errc::bad_format,
     [](Victim& v) {
         static constexpr const char* texts[] = {"", "{", "[1]", "null", "{\"shape\":[1,2}", "{'shape':[1]}", "{\"shape\":[1]} x", "\xff\xfe"};
         set_tensor(v, v.one_of(texts));
     }},
    {"tensor_of_wrong_values", errc::bad_format,
     [](Victim& v) {
         static constexpr const char* texts[] = {"{}",
                                                 R"({"shape":3})",
                                                 R"({"shape":["2"]})",
                                                 R"({"shape":[1.5]})",
                                                 R"({"shape":[-1]})",
                                                 R"({"shape":[[1]]})",
                                                 R"({"shape":[977]})",
                                                 R"({"shape":[0]})"};
         set_tensor(v, v.one_of(texts));
     }},
    {"tensor_of_wrong_permutation", errc::bad_format,
     [](Victim& v) {
         static constexpr const char* texts[] = {R"([0,0])", R"([0])", R"([1,2])", R"([0,1,2])", R"([-1,0])", R"("01")", R"([64,0])"};
         ArrowNode& list = v.any_list();
         list.set_metadata(tensor_metadata(R"({"shape":[)" + std::string(list.schema.format).substr(3) + R"(,1],"permutation":)" + v.one_of(texts) + "}"));
     }},
    {"tensor_of_wrong_names", errc::bad_format,
     [](Victim& v) {
         static constexpr const char* texts[] = {R"(["a"])", R"(["a","b","c"])", R"([1,2])", R"("ab")"};
         ArrowNode& list = v.any_list();
         list.set_metadata(tensor_metadata(R"({"shape":[)" + std::string(list.schema.format).substr(3) + R"(,1],"dim_names":)" + v.one_of(texts) + "}"));
     }},
    {"tensor_of_too_many_axes", errc::out_of_range,
     [](Victim& v) {
         std::string ones = "1";
         for (std::int64_t i = v.random.in(64, 200); i > 0; --i) ones += ",1";
         set_tensor(v, R"({"shape":[)" + ones + "]}");
     }},
    {"tensor_that_overflows", errc::overflow,
     [](Victim& v) {
         static constexpr const char* texts[] = {R"({"shape":[9223372036854775808]})", R"({"shape":[4294967296,4294967296]})",
                                                 R"({"shape":[0,4294967296,4294967296]})"};
         set_tensor(v, v.one_of(texts));
     }},
    {"tensor_that_is_no_list", errc::bad_format, [](Victim& v) { v.leaf().set_metadata(tensor_metadata(R"({"shape":[1]})")); }},
    {"bool8_that_is_no_int8", errc::bad_format,
     [](Victim& v) {
         v.leaf().set_format(v.random.one_in(2) ? "C" : "s");
         v.leaf().set_metadata(arrow_metadata({{"ARROW:extension:name", "arrow.bool8"}}));
     }},
    {"format_key_that_does_not_fit", errc::bad_format,
     [](Victim& v) {
         static constexpr const char* texts[] = {"", "T{", "<d", "<i:a:", "O", "^", "(2)", "T{<i:a:<i:b:}"};
         v.leaf().set_format("w:3");
         v.leaf().set_metadata(arrow_metadata({{"ndlease:format", v.one_of(texts)}}));
     }},
    {"reserved_words", errc::invalid_argument,
     [](Victim& v) {
         v.on_device = true;
         v.device.reserved[v.random.in(0, 2)] = v.random.in(1, huge);
     }},
    {"unknown_device", errc::not_supported,
     [](Victim& v) {
         static constexpr std::int32_t types[] = {0, 5, 6, 22, 99, -1, std::numeric_limits<std::int32_t>::min()};
         v.on_device = true;
         v.device.device_type = types[v.random.in(0, 6)];
     }},
    {"device_id_that_is_none", errc::invalid_argument,
     [](Victim& v) {
         v.on_device = true;
         v.device.device_type = v.random.one_in(2) ? 1 : 2;
         v.device.device_id = v.random.one_in(2) ? -v.random.in(2, huge) : std::int64_t{1} << v.random.in(31, 62);
     }},
    {"event_of_a_device_without_events", errc::not_supported,
     [](Victim& v) {
         static constexpr std::int32_t types[] = {1, 4, 10, 14};
         v.on_device = true;
         v.device.device_type = types[v.random.in(0, 3)];
         v.device.device_id = 0;
         v.device.sync_event = &v.null_event;
     }},
    {"event_that_is_null", errc::invalid_argument,
     [](Victim& v) {
         static constexpr std::int32_t types[] = {2, 3, 13};
         v.on_device = true;
         v.device.device_type = types[v.random.in(0, 2)];
         v.device.device_id = 0;
         v.device.sync_event = &v.null_event;
     }},
};

template <class T>
bool same_bits(const T& a, const T& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

void import(Victim& v, const arrow::ImportOptions& options) {
    if (v.columns) {
        (void)arrow::import_columns(v.root->schema, v.root->array, options);
    } else if (v.on_device) {
        (void)arrow::import_array(v.root->schema, v.device, options);
    } else {
        (void)arrow::import_array(v.root->schema, v.root->array, options);
    }
}

constexpr std::uint64_t cases_a_class = 110;

class ArrowBadInput : public ::testing::TestWithParam<BadClass> {};

TEST_P(ArrowBadInput, is_refused_and_stays_the_callers) {
    const BadClass& bad = GetParam();
    for_random_cases(cases_a_class, [&](Random& random) {
        Victim v(random);
        bad.spoil(v);
        v.device.array = v.root->array;
        const arrow::ArrowArray array = v.root->array;
        const arrow::ArrowDeviceArray device = v.device;
        const arrow::ArrowSchema schema = v.root->schema;
        try {
            import(v, {.policy = ReleasePolicy::wait()});
            FAIL() << bad.name << ": accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), bad.expected) << bad.name << ": " << error.what();
        }
        EXPECT_TRUE(same_bits(array, v.root->array) && same_bits(device, v.device) && same_bits(schema, v.root->schema)) << bad.name;
        EXPECT_EQ(v.root->releases(), 0) << bad.name;
        for (const ArrowNode* node : v.nodes) EXPECT_EQ(node->releases(), 0) << bad.name;
    });
}

INSTANTIATE_TEST_SUITE_P(Classes, ArrowBadInput, ::testing::ValuesIn(classes), [](const auto& instance) { return std::string(instance.param.name); });

TEST(ArrowBadInputTable, the_trees_are_good_before_they_are_spoiled) {
    for_random_cases(500, [](Random& random) {
        Victim v(random);
        import(v, {.policy = ReleasePolicy::wait()});
        EXPECT_EQ(v.root->releases(), 1);
    });
    std::cout << std::size(classes) << " classes, " << std::size(classes) * cases_a_class << " cases" << std::endl;
    EXPECT_GE(std::size(classes) * cases_a_class, 5'000U);
}

}  // namespace
}  // namespace ndlease
