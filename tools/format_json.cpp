// SPDX-License-Identifier: Apache-2.0
#include "format_json.hpp"

#include "field_list.hpp"

namespace ndlease::tool {
namespace {

Json describe_fields(const Format& record) {
    Json fields = Json::array();
    for (const Field& field : record.fields()) {
        Dims shape;
        const Format element = peel(field.format(), shape);
        fields.push_back({{"name", field.name()},
                          {"offset", field.offset()},
                          {"itemsize", field.format().itemsize()},
                          {"alignment", field.format().alignment()},
                          {"format", field.format().to_string()},
                          {"shape", std::vector<std::int64_t>(shape.begin(), shape.end())},
                          {"fields", describe_fields(element)}});
    }
    return fields;
}

}  // namespace

Json describe_format(const Format& format) {
    Dims shape;
    const Format element = peel(format, shape);
    Json json{{"format", format.to_string()}, {"itemsize", format.itemsize()}, {"alignment", format.alignment()}};
    if (format.is_subarray()) json["shape"] = std::vector<std::int64_t>(shape.begin(), shape.end());
    json["fields"] = describe_fields(element);
    return json;
}

}  // namespace ndlease::tool
