// SPDX-License-Identifier: Apache-2.0
// What the JSON form of both dicts can hold and must not.
#include <ndlease/interop/array_interface.hpp>
#include <ndlease/interop/cuda_array_interface.hpp>

#include "interop/array_bad_input.hpp"

namespace ndlease {
namespace {

using testing::BadClass;
using testing::one_of;
using testing::Random;

alignas(64) std::byte memory[64];

/// The entries of the object as text; nothing is left out.
struct Input {
    std::string shape = "[2,2]";
    std::string typestr = "\"<f4\"";
    std::string descr = "[[\"\",\"<f4\"]]";
    std::string data = '[' + std::to_string(reinterpret_cast<std::uintptr_t>(memory)) + ",false]";
    std::string strides = "null";
    std::string version = "3";
    std::string more;  // behind the last entry
    std::string left_out;
    std::string before, behind;  // the object
    std::size_t cut = 0;         // bytes from the end

    [[nodiscard]] std::string text() const {
        std::string out = before + '{';
        const auto add = [&](const std::string& key, const std::string& value) {
            if (key != left_out) out += (out.back() == '{' ? "\"" : ",\"") + key + "\":" + value;
        };
        add("shape", shape);
        add("typestr", typestr);
        add("descr", descr);
        add("data", data);
        add("strides", strides);
        add("version", version);
        out += more + '}' + behind;
        out.resize(out.size() - cut);
        return out;
    }
};

std::string digits(Random& random, std::int64_t least, std::int64_t most) {
    std::string out(1, one_of(random, {'3', '5', '9'}));
    for (std::int64_t n = random.in(least, most); n > 1; --n) out += static_cast<char>(random.in('0', '9'));
    return out;
}

std::string repeated(std::int64_t times, const char* text) {
    std::string out;
    while (times-- > 0) out += text;
    return out;
}

std::string wrong_type(Random& random) { return one_of<const char*>(random, {"{}", "1.5", "true", "{\"a\":[]}", "1e300", "-0.5"}); }

const std::vector<BadClass<Input>> classes = {
    {"cut short", errc::bad_format, [](Random& r, Input& i) { i.cut = static_cast<std::size_t>(r.in(1, static_cast<std::int64_t>(i.text().size()))); }},
    {"something behind", errc::bad_format,
     [](Random& r, Input& i) {
         i.behind = one_of<const char*>(r, {"x", "{}", ",", "]", "null", "\x01"});
     }},
    {"something before", errc::bad_format,
     [](Random& r, Input& i) {
         i.before = one_of<const char*>(r, {"x", "[", "{", "0", "'", "\xff\xfe"});
     }},
    {"no object", errc::bad_format,
     [](Random& r, Input& i) {
         i.before = one_of<const char*>(r, {"[", "[1,", "[[],"});
         i.behind = "]";
     }},
    {"Python's spelling", errc::bad_format,
     [](Random& r, Input& i) {
         i.strides = one_of<const char*>(r, {"None", "(8,4)", "[8,4,]", "nan", "NaN", "0x10", "'<f4'", "08"});
     }},
    {"no UTF-8", errc::bad_format,
     [](Random& r, Input& i) {
         i.typestr = one_of<const char*>(r, {"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"", "\"<f4\xe2\x82\""});
     }},
    {"half a character", errc::bad_format,
     [](Random& r, Input& i) {
         i.typestr = one_of<const char*>(r, {R"("\ud800")", R"("\udc00")", R"("\ud83dx")", R"("\u12")", R"("\x41")"});
     }},
    {"a key is missing", errc::bad_format,
     [](Random& r, Input& i) {
         i.left_out = one_of<const char*>(r, {"shape", "typestr", "version"});
     }},
    {"an unknown key", errc::bad_format,
     [](Random& r, Input& i) {
         i.more = ",\"" + std::string(one_of<const char*>(r, {"stride", "Shape", "", "strid\\u00e9s", "__array_interface__", "data "})) + "\":null";
     }},
    {"a key twice", errc::bad_format,
     [](Random& r, Input& i) {
         i.more = ",\"" + std::string(one_of<const char*>(r, {"shape", "data", "typestr", "strides", "version"})) + "\":null";
     }},
    {"nested without end", errc::bad_format,
     [](Random& r, Input& i) {
         i.shape = repeated(r.in(201, 5000), one_of<const char*>(r, {"[", "{\"a\":"}));
     }},
    {"longer than a mebibyte", errc::bad_format, [](Random& r, Input& i) { i.behind = std::string(static_cast<std::size_t>((1 << 20) + r.in(0, 100)), ' '); }},
    {"shape of a wrong type", errc::bad_format,
     [](Random& r, Input& i) {
         i.shape = r.one_in(2) ? wrong_type(r) : one_of<const char*>(r, {"4", "null", "\"(2,)\"", "[2,null]", "[[2]]", "[2.0]", "[\"2\"]"});
     }},
    {"typestr of a wrong type", errc::bad_format,
     [](Random& r, Input& i) {
         i.typestr = r.one_in(2) ? wrong_type(r) : one_of<const char*>(r, {"4", "null", "[\"<f4\"]"});
     }},
    {"version of a wrong type", errc::bad_format,
     [](Random& r, Input& i) {
         i.version = r.one_in(2) ? wrong_type(r) : one_of<const char*>(r, {"null", "\"3\"", "3.0", "[3]"});
     }},
    {"strides of a wrong type", errc::bad_format,
     [](Random& r, Input& i) {
         i.strides = r.one_in(2) ? wrong_type(r) : one_of<const char*>(r, {"8", "\"\"", "[8,true]", "[[8,4]]"});
     }},
    {"data of a wrong type", errc::bad_format,
     [](Random& r, Input& i) {
         i.data =
             r.one_in(2) ? wrong_type(r) : one_of<const char*>(r, {"8", "[8]", "[8,false,0]", "[\"8\",false]", "[null,false]", "[8,null]", "[8,\"no\"]", "[]"});
     }},
    {"data in the text itself", errc::not_supported, [](Random& r, Input& i) { i.data = '"' + digits(r, 1, 50) + '"'; }},
    {"a negative address", errc::bad_format, [](Random& r, Input& i) { i.data = "[-" + digits(r, 1, 18) + ",false]"; }},
    {"an address of more than 64 bits", errc::bad_format, [](Random& r, Input& i) { i.data = '[' + digits(r, 21, 300) + ",false]"; }},
    {"a flag that is neither 0 nor 1", errc::out_of_range, [](Random& r, Input& i) { i.data = "[4096," + std::to_string(r.in(2, 1000)) + ']'; }},
    {"an extent of more than 63 bits", errc::out_of_range,
     [](Random& r, Input& i) {
         i.shape = "[9" + digits(r, 18, 18) + ']';
         if (i.shape < "[9223372036854775808]") i.shape = "[9999999999999999999]";
     }},
    {"a version of more than 31 bits", errc::out_of_range, [](Random& r, Input& i) { i.version = digits(r, 10, 18); }},
    {"more than 64 dimensions", errc::out_of_range, [](Random& r, Input& i) { i.shape = "[1" + repeated(r.in(64, 2000), ",1") + ']'; }},
    {"a mask", errc::not_supported,
     [](Random& r, Input& i) {
         i.more = std::string(",\"mask\":") + one_of<const char*>(r, {"true", "false", "{}", "[]", "0", "\"m\""});
     }},
    {"descr that is no list of fields", errc::bad_format,
     [](Random& r, Input& i) {
         i.descr = r.one_in(2) ? wrong_type(r)
                               : one_of<const char*>(r, {"\"<f4\"", "[\"<f4\"]", "[[\"a\"]]", "[[1,\"<f4\"]]", "[[\"a\",\"<f4\",[2],0]]", "[[[\"t\"],\"<f4\"]]",
                                                         "[[\"a\",null]]", "[[\"a\",\"<f4\",[null]]]", "[[\"a\",7]]"});
     }},
    {"descr of more than 64 dimensions", errc::out_of_range,
     [](Random& r, Input& i) { i.descr = "[[\"a\",\"<f4\",[1" + repeated(r.in(64, 500), ",1") + "]]]"; }},
};

template <class Import>
void expect_each(const char* importer, Import import) {
    testing::expect_refused(
        importer, classes, 25, [](Random&) { return Input(); }, import);
}

TEST(ArrayJsonBadInput, is_refused_by_its_name) {
    expect_each("array_interface as JSON",
                [](Input& input, ReleaseCallback release) { return import_interface(array_interface::from_json(input.text()), std::move(release)); });
}

TEST(CudaJsonBadInput, is_refused_by_its_name) {
    expect_each("cuda_array_interface as JSON", [](Input& input, ReleaseCallback release) {
        return import_interface(cuda_array_interface::from_json(input.text()), std::move(release),
                                {.device = Device::cuda(60), .check_device = false, .policy = ReleasePolicy::wait()});
    });
}

}  // namespace
}  // namespace ndlease
