// SPDX-License-Identifier: Apache-2.0
#include "bench_report.hpp"

#include <algorithm>
#include <cstdio>

#include "command.hpp"
#include "text_table.hpp"

namespace ndlease::tool {
namespace {

using Align = TextTable::Align;

bool any(const std::vector<Result>& results, bool (*is)(const Result&)) { return std::any_of(results.begin(), results.end(), is); }

/// Columns that would say the same in every line, or nothing, are left out.
struct Columns {
    bool threads, memory, cold;
    explicit Columns(const Report& report)
        : threads(report.context.threads.size() > 1),
          memory(any(report.results, [](const Result& r) { return r.direction == "h2d" || r.direction == "d2h"; })),
          cold(any(report.results, [](const Result& r) { return r.cold.is_there(); })) {}
};

std::vector<TextTable::Column> titles(const Report& report, const Columns& columns) {
    std::vector<TextTable::Column> all{{"pattern"}};
    if (columns.threads) all.push_back({"threads", Align::right});
    if (columns.memory) all.push_back({"memory"});
    for (const char* const title : {"useful", "median", "+-", "GB/s", "ceiling", "%", "% model"}) all.push_back({title, Align::right});
    if (columns.cold) {
        all.push_back({"cold GB/s", Align::right});
        all.push_back({"%", Align::right});
    }
    for (const Report& peer : report.peers) {
        all.push_back({peer.context.library, Align::right});
        all.push_back({"ours", Align::right});
    }
    for (const char* const title : {"verified", "path"}) all.push_back({title});
    all.push_back({"item", Align::right});
    for (const char* const title : {"shape", "source strides", "destination strides"}) all.push_back({title});
    return all;
}

std::vector<std::string> cells(const Report& report, const Columns& columns, const Result& result) {
    std::vector<std::string> row{result.name};
    if (columns.threads) row.push_back(std::to_string(result.threads));
    if (columns.memory) row.push_back(result.host_memory);
    row.push_back(bytes_text(result.useful_bytes));
    row.push_back(duration_text(result.warm.median_s));
    row.push_back(decimal_text(100 * result.warm.spread, 1) + "%");
    row.push_back(decimal_text(result.gbps(), 2));
    row.push_back(decimal_text(result.ceiling_gbps(), 2));
    row.push_back(decimal_text(result.percent(), 0));
    row.push_back(decimal_text(result.percent_of_model(), 0));
    if (columns.cold) {
        row.push_back(result.cold.is_there() ? decimal_text(result.gbps(result.cold), 2) : "same");
        row.push_back(decimal_text(result.cold.is_there() ? result.cold_percent() : result.percent(), 0));
    }
    for (const Report& peer : report.peers) {
        const Result* const other = peer.find(result);
        row.push_back(other != nullptr ? decimal_text(other->gbps(), 2) : "-");
        row.push_back(other != nullptr ? decimal_text(result.gbps() / other->gbps(), 1) + "x" : "");
    }
    row.push_back(result.verified() ? "yes" : "NO");
    row.push_back(result.path);
    row.push_back(std::to_string(result.itemsize));
    row.push_back((result.copies > 1 ? std::to_string(result.copies) + " x " : "") + to_string(result.shape));
    row.push_back(to_string(result.src_strides));
    row.push_back(to_string(result.dst_strides));
    return row;
}

void print_means(std::ostream& out, const Report& report) {
    const std::vector<Mean> means = means_of(report);
    if (means.empty()) return;
    out << "\nGeometric means, without calls of a few KiB:\n";
    for (const Mean& mean : means) {
        out << "  ndlease, " << threads_text(mean.threads) << ": " << decimal_text(mean.percent, 1) << " % of the ceiling, "
            << decimal_text(mean.percent_of_model, 1) << " % of the model (" << mean.patterns << " patterns)";
        if (any(report.results, [](const Result& r) { return r.cold.is_there(); }))
            out << "; cold " << decimal_text(mean.percent_cold, 1) << " % of the ceiling";
        out << '\n';
    }
    for (const Report& peer : report.peers) {
        for (const PeerMean& mean : means_beside(report, peer)) {
            out << "  " << peer.context.library << ' ' << peer.context.version << ", " << threads_text(mean.threads) << ": " << decimal_text(mean.theirs, 1)
                << " % of our ceiling; ndlease " << decimal_text(mean.ours, 1) << " %, " << decimal_text(mean.ours / mean.theirs, 1) << "x (" << mean.patterns
                << " patterns that both have)\n";
        }
    }
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

std::string threads_text(int threads) { return std::to_string(threads) + (threads == 1 ? " thread" : " threads"); }

std::string machine_text(const Context& context) {
    std::string text;
    if (context.device != "cpu") {
        text = context.device + (context.driver.empty() ? "" : " (" + context.driver + ")");
        return text + "; host " + context.cpu;
    }
    std::string counts;
    for (const int count : context.threads) counts += (counts.empty() ? "" : ", ") + std::to_string(count);
    text = context.cpu + ", " + counts + " of " + std::to_string(context.cores) + " threads";
    if (context.cpu_mhz > 0) text += ", " + decimal_text(context.cpu_mhz, 0) + " MHz";
    if (!context.governor.empty()) text += " (" + context.governor + ")";
    return text;
}

void print_report(std::ostream& out, const Report& report) {
    const Columns columns(report);
    TextTable table(titles(report, columns));
    for (const Result& result : report.results) {
        if (result.warm.is_there()) table.add_row(cells(report, columns, result));
    }
    const Context& context = report.context;
    out << "ndlease " << context.version << " on " << machine_text(context);
    if (!context.size.empty()) out << "; size " << context.size << ": patterns of up to " << bytes_text(context.scale_bytes);
    out << ".\nGB/s: bytes read and written (host to device and back: bytes that cross) / 1e9 s. ceiling: the best contiguous copy of as many bytes in this "
           "run.\n% model: of the ceiling when memory moves whole 64-byte granules.";
    if (columns.cold) {
        out << " cold: other arrays for each copy ('same': the arrays are so large that every copy is cold).";
    } else if (context.device == "cpu") {
        out << " The arrays are far larger than the caches: every copy is cold.";
    }
    for (const Report& peer : report.peers) out << '\n' << peer.context.library << ' ' << peer.context.version << ": GB/s, and how much faster ndlease is.";
    out << "\n\n";
    table.print(out);
    print_means(out, report);
}

int print_mismatches(std::ostream& err, const std::vector<Result>& results) {
    int code = 0;
    for (const Result& result : results) {
        if (result.mismatch.empty()) continue;
        err << error_line(result.name, "the result is wrong: " + result.mismatch) << '\n';
        code = 1;
    }
    return code;
}

}  // namespace ndlease::tool
