// SPDX-License-Identifier: Apache-2.0
#include "interop/array_json.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include <ndlease/error.hpp>

#include "format/descr.hpp"
#include "format/python_literal.hpp"

namespace ndlease::detail {
namespace {

using Parser = nlohmann::json;
using Writer = nlohmann::ordered_json;

struct Value {
    enum class Type : std::uint8_t { null, boolean, integer, other_number, text, array, object };
    Type type = Type::null;
    bool boolean = false;
    bool negative = false;        // of the integer
    std::uint64_t magnitude = 0;  // of the integer
    std::string text = {};
    std::vector<Value> items = {};  // of an array; key, value, key, value, ... of an object
};

const char* name_of(Value::Type type) {
    switch (type) {
        case Value::Type::null: return "null";
        case Value::Type::boolean: return "true or false";
        case Value::Type::integer: return "an integer";
        case Value::Type::other_number: return "a number that is no integer of 64 bits";
        case Value::Type::text: return "a string";
        case Value::Type::array: return "an array";
        case Value::Type::object: return "an object";
    }
    return "a value";
}

/// Builds the tree with limits, and with keys that appear twice, which the library's own tree would drop.
class Builder final : public Parser::json_sax_t {
public:
    explicit Builder(const char* protocol) : protocol_(protocol) {}
    Value take() { return std::move(root_); }

    bool null() override { return add({}); }
    bool boolean(bool value) override { return add({.type = Value::Type::boolean, .boolean = value}); }
    bool number_integer(number_integer_t value) override {
        return add({.type = Value::Type::integer,
                    .negative = value < 0,
                    .magnitude = value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value)});
    }
    bool number_unsigned(number_unsigned_t value) override { return add({.type = Value::Type::integer, .magnitude = value}); }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return add({.type = Value::Type::other_number}); }
    bool string(string_t& value) override { return add({.type = Value::Type::text, .text = std::move(value)}); }
    bool binary(binary_t& /*value*/) override { return add({.type = Value::Type::other_number}); }
    bool start_object(std::size_t /*elements*/) override { return open(Value::Type::object); }
    bool key(string_t& value) override { return add({.type = Value::Type::text, .text = std::move(value)}); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*elements*/) override { return open(Value::Type::array); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t position, const std::string& /*token*/, const nlohmann::detail::exception& error) override {
        throw Error(errc::bad_format, std::string(protocol_) + " as JSON: " + error.what(), static_cast<std::int64_t>(position));
    }

private:
    bool add(Value&& value) {
        (open_.empty() ? root_ : open_.back()->items.emplace_back()) = std::move(value);
        return true;
    }
    bool open(Value::Type type) {
        if (open_.size() == static_cast<std::size_t>(max_json_depth)) {
            throw Error(errc::bad_format, std::string(protocol_) + " as JSON: nested deeper than " + std::to_string(max_json_depth));
        }
        add({.type = type});
        open_.push_back(open_.empty() ? &root_ : &open_.back()->items.back());
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    const char* protocol_;
    Value root_;
    std::vector<Value*> open_;  // a value does not move while it is open: only its own items grow
};

class Reader {
public:
    explicit Reader(const char* protocol) : protocol_(protocol) {}

    DictEntries read(const Value& dict, OwnKey own_key) {
        if (dict.type != Value::Type::object) fail("", "an object was expected, not " + std::string(name_of(dict.type)));
        DictEntries entries;
        std::vector<std::string_view> seen;
        for (std::size_t i = 0; i < dict.items.size(); i += 2) {
            const std::string& key = dict.items[i].text;
            if (std::find(seen.begin(), seen.end(), key) != seen.end()) fail(key, "the key appears twice");
            seen.emplace_back(key);
            read_entry(entries, key, dict.items[i + 1], own_key);
        }
        for (const char* const needed : {"shape", "typestr", "version"}) {
            if (std::find(seen.begin(), seen.end(), needed) == seen.end()) fail(needed, "the key is missing");
        }
        return entries;
    }

private:
    void read_entry(DictEntries& entries, const std::string& key, const Value& value, OwnKey own_key) {
        const bool null = value.type == Value::Type::null;
        if (key == "shape") {
            entries.shape = dims(key, value);
        } else if (key == "typestr") {
            entries.typestr = expect(key, value, Value::Type::text).text;
        } else if (key == "version") {
            entries.version = integer(key, value, std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
        } else if (key == "data") {
            if (!null) read_data(entries, value);
        } else if (key == "strides") {
            if (!null) entries.strides = dims(key, value);
        } else if (key == "descr") {
            if (!null) entries.descr = fields_text(value);
        } else if (key == "mask") {
            if (!null) throw Error(errc::not_supported, std::string(protocol_) + ": mask: arrays with a mask are not read");
        } else if (key == "offset" && own_key == OwnKey::offset) {
            if (!null) entries.offset = integer(key, value);
        } else if (key == "stream" && own_key == OwnKey::stream) {
            if (!null) entries.stream = integer(key, value);
        } else {
            fail(key, "the key is not known");
        }
    }

    void read_data(DictEntries& entries, const Value& value) {
        if (value.type == Value::Type::text)
            throw Error(errc::not_supported, std::string(protocol_) + ": data: bytes in the text itself are not read, only [address, readonly]");
        if (expect("data", value, Value::Type::array).items.size() != 2)
            fail("data", "[address, readonly] was expected, not " + std::to_string(value.items.size()) + " items");
        const Value& address = expect("data", value.items[0], Value::Type::integer);
        if (address.negative) fail("data", "the address is negative");
        entries.data = address.magnitude;
        const Value& flag = value.items[1];
        // pygame and others write the flag as an integer.
        entries.read_only = flag.type == Value::Type::integer ? integer("data", flag, 0, 1) != 0 : expect("data", flag, Value::Type::boolean).boolean;
    }

    Dims dims(const std::string& key, const Value& value) {
        Dims result;
        if (expect(key, value, Value::Type::array).items.size() > max_rank) {
            throw Error(errc::out_of_range, std::string(protocol_) + ": " + key + ": " + std::to_string(value.items.size()) + " dimensions; at most " +
                                                std::to_string(max_rank) + " are supported");
        }
        for (const Value& item : value.items) result.push_back(integer(key, item));
        return result;
    }

    std::int64_t integer(const std::string& key, const Value& value, std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                         std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
        expect(key, value, Value::Type::integer);
        const std::uint64_t limit = value.negative ? std::uint64_t{1} << 63 : std::numeric_limits<std::int64_t>::max();
        const auto number = static_cast<std::int64_t>(value.negative ? ~value.magnitude + 1 : value.magnitude);
        if (value.magnitude > limit || number < least || number > most) {
            throw Error(errc::out_of_range,
                        std::string(protocol_) + ": " + key + ": " + (value.negative ? "-" : "") + std::to_string(value.magnitude) + " is out of range");
        }
        return number;
    }

    // descr's arrays as Python's lists and tuples. Recursion is bounded by max_json_depth.
    std::string fields_text(const Value& fields) {
        std::string text = "[";
        for (const Value& field : expect("descr", fields, Value::Type::array).items) {
            const std::size_t parts = expect("descr", field, Value::Type::array).items.size();
            if (parts < 2 || parts > 3) fail("descr", "a field has [name, type] or [name, type, shape], not " + std::to_string(parts) + " items");
            text += text.size() > 1 ? ", (" : "(";
            text += name_text(field.items[0]) + ", ";
            text += type_text(field.items[1]);
            if (parts == 3) text += ", " + shape_text(field.items[2]);
            text += ')';
        }
        return text + ']';
    }
    std::string type_text(const Value& type) {
        if (type.type == Value::Type::text) return python_repr(type.text);
        if (is_subarray(type)) return '(' + type_text(type.items[0]) + ", " + shape_text(type.items[1]) + ')';
        return fields_text(type);
    }
    /// [type, shape], told from a list of two fields by what stands second: no field is empty or begins with a number.
    static bool is_subarray(const Value& type) {
        if (type.type != Value::Type::array || type.items.size() != 2) return false;
        const Value& second = type.items[1];
        return second.type == Value::Type::integer ||
               (second.type == Value::Type::array && (second.items.empty() || second.items[0].type == Value::Type::integer));
    }
    std::string name_text(const Value& name) {
        if (name.type != Value::Type::array) return python_repr(expect("descr", name, Value::Type::text).text);
        if (name.items.size() != 2) fail("descr", "a field's name is a string or [title, name]");
        const std::string title = python_repr(expect("descr", name.items[0], Value::Type::text).text);
        return '(' + title + ", " + python_repr(expect("descr", name.items[1], Value::Type::text).text) + ')';
    }
    std::string shape_text(const Value& shape) {
        if (shape.type == Value::Type::integer) return std::to_string(integer("descr", shape));
        return python_tuple(dims("descr", shape));
    }

    const Value& expect(const std::string& key, const Value& value, Value::Type type) {
        if (value.type != type) fail(key, std::string(name_of(type)) + " was expected, not " + name_of(value.type));
        return value;
    }
    [[noreturn]] void fail(const std::string& key, const std::string& why) const {
        throw Error(errc::bad_format, std::string(protocol_) + " as JSON: " + (key.empty() ? "" : key.substr(0, 80) + ": ") + why);
    }

    const char* protocol_;
};

std::vector<std::int64_t> list_of(const Dims& dims) { return {dims.begin(), dims.end()}; }

// Recursion is bounded by max_literal_depth.
Writer json_of(const PythonLiteral& literal, const char* protocol) {
    switch (literal.type) {
        case PythonLiteral::Type::text: return literal.text;
        case PythonLiteral::Type::integer: return literal.integer;
        case PythonLiteral::Type::tuple:
        case PythonLiteral::Type::list: {
            Writer list = Writer::array();
            for (const PythonLiteral& item : literal.items) list.push_back(json_of(item, protocol));
            return list;
        }
        default: break;
    }
    throw Error(errc::bad_format, std::string(protocol) + ": descr: " + to_string(literal.type) + " has no place in it", literal.position);
}

}  // namespace

DictEntries read_json_dict(std::string_view json, OwnKey own_key, const char* protocol) {
    if (json.size() > max_json_bytes) {
        throw Error(errc::bad_format,
                    std::string(protocol) + " as JSON: " + std::to_string(json.size()) + " bytes; at most " + std::to_string(max_json_bytes) + " are read");
    }
    Builder builder(protocol);
    Parser::sax_parse(json.begin(), json.end(), &builder);
    return Reader(protocol).read(builder.take(), own_key);
}

std::string write_json_dict(const DictEntries& entries, OwnKey own_key, const char* protocol) {
    try {
        Writer json{{"shape", list_of(entries.shape)}, {"typestr", entries.typestr}};
        if (!entries.descr.empty()) json["descr"] = json_of(parse_python_literal(entries.descr), protocol);
        json["data"] = entries.data ? Writer{*entries.data, entries.read_only} : Writer();
        json["strides"] = entries.strides ? Writer(list_of(*entries.strides)) : Writer();
        const std::optional<std::int64_t>& own = own_key == OwnKey::offset ? entries.offset : entries.stream;
        if (own) json[own_key == OwnKey::offset ? "offset" : "stream"] = *own;
        json["version"] = entries.version;
        return json.dump(-1, ' ', true);
    } catch (const nlohmann::detail::exception& error) {  // no UTF-8
        throw Error(errc::bad_format, std::string(protocol) + " as JSON: " + error.what());
    }
}

}  // namespace ndlease::detail
