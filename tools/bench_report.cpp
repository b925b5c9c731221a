// SPDX-License-Identifier: Apache-2.0
#include "bench_report.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "text_table.hpp"

namespace ndlease::tool {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::int64_t> list_of(const Dims& dims) { return {dims.begin(), dims.end()}; }

Json json_result(const Measurement& result) {
    return {{"name", result.name},
            {"device", result.device},
            {"direction", result.direction},
            {"shape", list_of(result.copy.dst.shape)},
            {"src_strides", list_of(result.copy.src.strides)},
            {"dst_strides", list_of(result.copy.dst.strides)},
            {"itemsize", result.copy.src.itemsize},
            {"threads", result.threads},
            {"path", result.path},
            {"useful_bytes", result.useful_bytes},
            {"median_s", result.median_s},
            {"min_s", result.min_s},
            {"gbps", result.gbps()},
            {"ceiling_gbps", result.ceiling_gbps},
            {"percent", result.percent()},
            {"verified", result.verified()}};
}

}  // namespace

std::string decimal_text(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string duration_text(double seconds) {
    const char* const units[] = {"s", "ms", "us", "ns"};
    int unit = 0;
    while (unit < 3 && seconds < 1) {
        seconds *= 1000;
        ++unit;
    }
    return decimal_text(seconds, seconds < 10 ? 2 : seconds < 100 ? 1 : 0) + ' ' + units[unit];
}

std::string bytes_text(std::int64_t bytes) {
    const char* const units[] = {"B", "KiB", "MiB", "GiB"};
    auto value = static_cast<double>(bytes);
    int unit = 0;
    while (unit < 3 && value >= 1024) {
        value /= 1024;
        ++unit;
    }
    return decimal_text(value, unit == 0 || value == static_cast<double>(static_cast<std::int64_t>(value)) || value >= 100 ? 0 : 1) + ' ' + units[unit];
}

void print_report(std::ostream& out, const Context& context, const std::vector<Measurement>& results) {
    using Align = TextTable::Align;
    TextTable table({{"pattern"},
                     {"path"},
                     {"useful", Align::right},
                     {"median", Align::right},
                     {"min", Align::right},
                     {"GB/s", Align::right},
                     {"ceiling", Align::right},
                     {"%", Align::right},
                     {"verified"},
                     {"item", Align::right},
                     {"shape"},
                     {"source strides"},
                     {"destination strides"}});
    for (const Measurement& result : results) {
        table.add_row({result.name, result.path, bytes_text(result.useful_bytes), duration_text(result.median_s), duration_text(result.min_s),
                       decimal_text(result.gbps(), 2), decimal_text(result.ceiling_gbps, 2), decimal_text(result.percent(), 0),
                       result.verified() ? "yes" : "NO", std::to_string(result.copy.src.itemsize), to_string(result.copy.dst.shape),
                       to_string(result.copy.src.strides), to_string(result.copy.dst.strides)});
    }
    out << "ndlease " << context.version << " on ";
    if (context.device == "cpu") {
        out << context.cpu << ", " << context.threads << " of " << context.cores << " threads";
    } else {
        out << context.device;
    }
    out << "; size " << context.size << ": patterns of up to " << bytes_text(context.scale_bytes) << ".\n"
        << "GB/s: bytes read and written / 1e9 s. ceiling: the best contiguous copy of as many bytes in this run.\n\n";
    table.print(out);
}

int print_mismatches(std::ostream& err, const std::vector<Measurement>& results) {
    int code = 0;
    for (const Measurement& result : results) {
        if (result.verified()) continue;
        err << error_line(result.name, "the result is wrong: " + result.mismatch) << '\n';
        code = 1;
    }
    return code;
}

std::string json_report(const Context& context, const std::vector<Measurement>& results) {
    const Json facts{{"version", context.version},
                     {"build_type", context.build_type},
                     {"compiler", context.compiler},
                     {"date", context.date},
                     {"cpu", context.cpu},
                     {"device", context.device},
                     {"cores", context.cores},
                     {"memory_bytes", context.memory_bytes},
                     {"onetbb", context.onetbb},
                     {"threads", context.threads},
                     {"size", context.size},
                     {"scale_bytes", context.scale_bytes},
                     {"seconds_per_pattern", context.seconds_per_pattern}};
    Json list = Json::array();
    for (const Measurement& result : results) list.push_back(json_result(result));
    return Json{{"context", facts}, {"results", list}}.dump(2) + '\n';
}

std::string csv_report(const std::vector<Measurement>& results) {
    std::string csv =
        "name,device,direction,shape,src_strides,dst_strides,itemsize,threads,path,useful_bytes,median_s,min_s,gbps,ceiling_gbps,percent,verified\n";
    for (const Measurement& result : results) {
        std::string line;
        const Json row = json_result(result);
        for (const auto& [key, value] : row.items()) {
            if (!line.empty()) line += ',';
            if (value.is_string()) {
                line += value.get<std::string>();
            } else if (value.is_array()) {
                line += '"' + value.dump() + '"';
            } else {
                line += value.dump();
            }
        }
        csv += line + '\n';
    }
    return csv;
}

}  // namespace ndlease::tool
