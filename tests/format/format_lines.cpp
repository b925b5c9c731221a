// SPDX-License-Identifier: Apache-2.0
// What the library makes of format strings, for checks written in Python. Each line of input is a JSON array [string, itemsize or
// null]; each line of output a JSON object: what the item is, and "emit", its explicit string; or "error".
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/format_text.hpp>

namespace {

using ndlease::ByteOrder;
using ndlease::Format;
using nlohmann::json;

json describe(const Format& format) {
    const Format& element = format.element();
    json fields = json::array();
    for (const ndlease::Field& field : element.fields()) {
        json entry = describe(field.format());
        entry["name"] = field.name();
        entry["offset"] = field.offset();
        fields.push_back(entry);
    }
    json shape = json::array();
    for (const std::int64_t extent : format.shape()) shape.push_back(extent);
    const ByteOrder order = element.byte_order();
    return {{"kind", to_string(element.kind())},
            {"order", order == ByteOrder::none     ? "|"
                      : order == ByteOrder::little ? "<"
                                                   : ">"},
            {"itemsize", format.itemsize()},
            {"shape", shape},
            {"fields", fields}};
}

json answer(const json& question) {
    try {
        ndlease::ParseOptions options{.abi = &ndlease::Abi::host(), .itemsize = {}};
        if (!question[1].is_null()) options.itemsize = question[1].get<std::int64_t>();
        const Format format = ndlease::parse_format(question[0].get<std::string>(), options);
        json description = describe(format);
        description["emit"] = format.to_string();
        return description;
    } catch (const ndlease::Error& error) {
        return {{"error", error.what()}};
    }
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) std::cout << answer(json::parse(line)).dump() << '\n';
    return 0;
}
