// SPDX-License-Identifier: Apache-2.0
// Reports as JSON and CSV, and read back.
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench_report.hpp"
#include "command.hpp"

namespace ndlease::tool {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::int64_t> list_of(const Dims& dims) { return {dims.begin(), dims.end()}; }

Json number_if(bool there, double value) { return there ? Json(value) : Json(nullptr); }

Json json_result(const Result& result) {
    const bool timed = result.warm.is_there();
    const bool ceiling = timed && result.warm.ceiling_s > 0;
    const bool cold = result.cold.is_there();
    const bool cold_ceiling = cold && result.cold.ceiling_s > 0;
    return {{"name", result.name},
            {"family", result.family},
            {"device", result.device},
            {"direction", result.direction},
            {"host_memory", result.host_memory},
            {"item", result.item},
            {"itemsize", result.itemsize},
            {"shape", list_of(result.shape)},
            {"src_strides", list_of(result.src_strides)},
            {"dst_strides", list_of(result.dst_strides)},
            {"copies", result.copies},
            {"threads", result.threads},
            {"path", result.path},
            {"useful_bytes", result.useful_bytes},
            {"modelled_bytes", result.modelled_bytes},
            {"counted_bytes", result.counted_bytes()},
            {"median_s", number_if(timed, result.warm.median_s)},
            {"min_s", number_if(timed, result.warm.min_s)},
            {"spread", number_if(timed, result.warm.spread)},
            {"samples", result.warm.samples},
            {"ceiling_s", number_if(ceiling, result.warm.ceiling_s)},
            {"gbps", number_if(timed, timed ? result.gbps() : 0)},
            {"ceiling_gbps", number_if(ceiling, ceiling ? result.ceiling_gbps() : 0)},
            {"ceiling_by", result.warm.ceiling_by},
            {"percent", number_if(ceiling, ceiling ? result.percent() : 0)},
            {"percent_of_model", number_if(ceiling, ceiling ? result.percent_of_model() : 0)},
            {"cold_median_s", number_if(cold, result.cold.median_s)},
            {"cold_spread", number_if(cold, result.cold.spread)},
            {"cold_samples", result.cold.samples},
            {"cold_ceiling_s", number_if(cold_ceiling, result.cold.ceiling_s)},
            {"cold_gbps", number_if(cold, cold ? result.gbps(result.cold) : 0)},
            {"cold_percent", number_if(cold_ceiling, cold_ceiling ? result.cold_percent() : 0)},
            {"verified", result.verified()},
            {"mismatch", result.mismatch},
            {"not_measured", result.not_measured}};
}

Json json_context(const Context& context) {
    return {{"library", context.library},
            {"version", context.version},
            {"build_type", context.build_type},
            {"compiler", context.compiler},
            {"date", context.date},
            {"cpu", context.cpu},
            {"governor", context.governor},
            {"cpu_mhz", context.cpu_mhz},
            {"device", context.device},
            {"driver", context.driver},
            {"cores", context.cores},
            {"memory_bytes", context.memory_bytes},
            {"cache_bytes", context.cache_bytes},
            {"onetbb", context.onetbb},
            {"huge_pages", context.huge_pages},
            {"threads", context.threads},
            {"size", context.size},
            {"scale_bytes", context.scale_bytes},
            {"seconds_per_pattern", context.seconds_per_pattern}};
}

/// A line per result, so that two reports can be told apart line by line.
std::string text_of(const Report& report) {
    std::string text = "{\n \"context\": " + json_context(report.context).dump() + ",\n \"results\": [";
    for (const Result& result : report.results) text += (text.back() == '[' ? "\n  " : ",\n  ") + json_result(result).dump();
    text += "\n ]";
    if (!report.peers.empty()) {
        text += ",\n \"peers\": [";
        for (const Report& peer : report.peers) text += (text.back() == '[' ? "\n" : ",\n") + text_of(peer);
        text += "\n ]";
    }
    return text + "\n}";
}

/// The entry, or `missing` where there is none or it is null.
template <class T>
T value_of(const Json& object, const char* key, T missing) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? missing : found->get<T>();
}

Dims dims_of(const Json& object, const char* key) { return Dims(std::span<const std::int64_t>(value_of(object, key, std::vector<std::int64_t>()))); }

Result result_of(const Json& json) {
    Result result;
    result.name = json.at("name").get<std::string>();
    result.family = value_of(json, "family", 0);
    result.device = value_of(json, "device", std::string("cpu"));
    result.direction = value_of(json, "direction", std::string("cpu"));
    result.host_memory = value_of(json, "host_memory", std::string(result.direction == "d2d" ? "" : "pageable"));
    result.item = value_of(json, "item", std::string());
    result.itemsize = value_of(json, "itemsize", std::int64_t{0});
    result.shape = dims_of(json, "shape");
    result.src_strides = dims_of(json, "src_strides");
    result.dst_strides = dims_of(json, "dst_strides");
    result.copies = value_of(json, "copies", std::int64_t{1});
    result.threads = json.at("threads").get<int>();
    result.path = value_of(json, "path", std::string());
    result.not_measured = value_of(json, "not_measured", std::string());
    result.mismatch = value_of(json, "mismatch", std::string());
    result.useful_bytes = value_of(json, "useful_bytes", std::int64_t{0});
    result.modelled_bytes = value_of(json, "modelled_bytes", result.useful_bytes);
    if (!result.not_measured.empty()) return result;
    result.warm.median_s = json.at("median_s").get<double>();
    if (!(result.warm.median_s > 0) || result.useful_bytes <= 0) throw std::invalid_argument(result.name + " has no time or no bytes");
    result.warm.min_s = value_of(json, "min_s", result.warm.median_s);
    result.warm.spread = value_of(json, "spread", 0.0);
    result.warm.samples = value_of(json, "samples", 1);
    result.warm.ceiling_s = value_of(json, "ceiling_s", 0.0);
    result.warm.ceiling_by = value_of(json, "ceiling_by", std::string());
    result.cold.median_s = value_of(json, "cold_median_s", 0.0);
    result.cold.spread = value_of(json, "cold_spread", 0.0);
    if (result.cold.median_s > 0) result.cold.samples = value_of(json, "cold_samples", 1);
    result.cold.ceiling_s = value_of(json, "cold_ceiling_s", 0.0);
    if (!value_of(json, "verified", true) && result.mismatch.empty()) result.mismatch = "not verified";
    return result;
}

Context context_of(const Json& json) {
    Context context;
    context.library = value_of(json, "library", context.library);
    context.version = value_of(json, "version", context.version);
    context.build_type = value_of(json, "build_type", context.build_type);
    context.compiler = value_of(json, "compiler", context.compiler);
    context.date = value_of(json, "date", context.date);
    context.cpu = value_of(json, "cpu", context.cpu);
    context.governor = value_of(json, "governor", context.governor);
    context.cpu_mhz = value_of(json, "cpu_mhz", context.cpu_mhz);
    context.device = value_of(json, "device", context.device);
    context.driver = value_of(json, "driver", context.driver);
    context.cores = value_of(json, "cores", context.cores);
    context.memory_bytes = value_of(json, "memory_bytes", context.memory_bytes);
    context.cache_bytes = value_of(json, "cache_bytes", context.cache_bytes);
    context.onetbb = value_of(json, "onetbb", context.onetbb);
    context.huge_pages = value_of(json, "huge_pages", context.huge_pages);
    if (const auto threads = json.find("threads"); threads != json.end()) {
        context.threads = threads->is_array() ? threads->get<std::vector<int>>() : std::vector<int>{threads->get<int>()};
    }
    context.size = value_of(json, "size", context.size);
    context.scale_bytes = value_of(json, "scale_bytes", context.scale_bytes);
    context.seconds_per_pattern = value_of(json, "seconds_per_pattern", context.seconds_per_pattern);
    return context;
}

Report report_of(const Json& json) {
    Report report;
    report.context = context_of(json.at("context"));
    for (const Json& result : json.at("results")) report.results.push_back(result_of(result));
    if (const auto peers = json.find("peers"); peers != json.end()) {
        for (const Json& peer : *peers) report.peers.push_back(report_of(peer));
    }
    return report;
}

std::string csv_cell(const Json& value) {
    if (value.is_null()) return "";
    if (!value.is_string() && !value.is_array()) return value.dump();
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) (quoted += c) += c == '"' ? "\"" : "";
    return quoted + '"';
}

void add_csv(const Report& report, std::string* csv) {
    for (const Result& result : report.results) {
        const Json row = json_result(result);
        if (csv->empty()) {
            *csv = "library";
            for (const auto& [key, value] : row.items()) *csv += ',' + key;
            *csv += '\n';
        }
        *csv += csv_cell(report.context.library);
        for (const auto& [key, value] : row.items()) *csv += ',' + csv_cell(value);
        *csv += '\n';
    }
    for (const Report& peer : report.peers) add_csv(peer, csv);
}

}  // namespace

std::string json_report(const Report& report) { return text_of(report) + '\n'; }

std::string csv_report(const Report& report) {
    std::string csv;
    add_csv(report, &csv);
    return csv;
}

Report parse_report(const std::string& subject, std::string_view text) {
    try {
        return report_of(Json::parse(text));
    } catch (const Json::parse_error& error) {  // its text quotes the file, whatever is in there
        throw CommandError(subject, "is no report of ndlease bench: no JSON from byte " + std::to_string(error.byte) + " on");
    } catch (const std::exception& error) {
        throw CommandError(subject, "is no report of ndlease bench: " + std::string(error.what()));
    }
}

Report read_report(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) throw CommandError(file.string(), "cannot be read");
    return parse_report(file.string(), text.str());
}

}  // namespace ndlease::tool
