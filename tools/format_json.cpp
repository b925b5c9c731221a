// SPDX-License-Identifier: Apache-2.0
#include "format_json.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "field_list.hpp"

namespace ndlease::tool {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::int64_t> list_of(const Dims& dims) { return {dims.begin(), dims.end()}; }

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
                          {"shape", list_of(shape)},
                          {"fields", describe_fields(element)}});
    }
    return fields;
}

Json describe_format(const Format& format) {
    Dims shape;
    const Format element = peel(format, shape);
    Json json{{"format", format.to_string()}, {"itemsize", format.itemsize()}, {"alignment", format.alignment()}};
    if (format.is_subarray()) json["shape"] = list_of(shape);
    json["fields"] = describe_fields(element);
    return json;
}

}  // namespace

std::string format_json(const Format& format) { return describe_format(format).dump(2) + '\n'; }

std::string view_json(const View& view) {
    Json json = describe_format(view.format());
    json["shape"] = list_of(view.shape());
    json["strides"] = list_of(view.strides());
    json["order"] = order_of(view);
    json["nbytes"] = view.nbytes();
    json["readonly"] = view.is_read_only();
    return json.dump(2) + '\n';
}

const char* order_of(const View& view) {
    if (view.is_contiguous(Order::c)) return "C";
    return view.is_contiguous(Order::f) ? "F" : "none";
}

}  // namespace ndlease::tool
