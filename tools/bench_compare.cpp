// SPDX-License-Identifier: Apache-2.0
#include "bench_compare.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "bench_report.hpp"
#include "command.hpp"
#include "text_table.hpp"

namespace ndlease::tool {
namespace {

bool same_machine(const Context& a, const Context& b) { return a.cpu == b.cpu && a.cores == b.cores && a.device == b.device; }

struct Comparison {
    double ratio = 1;  ///< new over old; more is faster
    double band = 0;   ///< what it may differ from 1 by chance
    [[nodiscard]] bool slower() const { return ratio < 1 / (1 + band); }
    [[nodiscard]] bool faster() const { return ratio > 1 + band; }
};

Comparison compare(const Result& now, const Result& before, bool by_ceiling, double band_percent) {
    Comparison comparison;
    comparison.ratio = by_ceiling ? now.percent() / before.percent() : now.gbps() / before.gbps();
    comparison.band = std::max(band_percent / 100, now.warm.spread + before.warm.spread);
    return comparison;
}

std::vector<std::string> missing_from(const Report& run, const Report& other) {
    std::vector<std::string> names;
    for (const Result& result : other.results) {
        if (result.warm.is_there() && run.find(result) == nullptr) names.push_back(result.name + " (" + threads_text(result.threads) + ")");
    }
    return names;
}

void print_missing(std::ostream& out, const std::string& where, const std::vector<std::string>& names) {
    if (names.empty()) return;
    out << "Only in " << where << ':';
    for (const std::string& name : names) out << ' ' << printable(name);
    out << '\n';
}

}  // namespace

int compare_reports(std::ostream& out, std::ostream& err, const Report& report, const Report& old, const std::string& old_name, double band_percent) {
    if (report.context.scale_bytes != old.context.scale_bytes) {
        throw CommandError(old_name, "measured patterns of up to " + bytes_text(old.context.scale_bytes) + ", this run " +
                                         bytes_text(report.context.scale_bytes) + ": their speeds cannot be compared");
    }
    const bool by_ceiling = !same_machine(report.context, old.context);
    if (by_ceiling) {
        err << error_line(old_name, "comes from another machine (" + machine_text(old.context) + "): percentages of the ceilings are compared, not speeds")
            << '\n';
    }
    using Align = TextTable::Align;
    TextTable table(
        {{"pattern"}, {"threads", Align::right}, {"old", Align::right}, {"new", Align::right}, {"new/old", Align::right}, {"band", Align::right}, {""}});
    int slower = 0;
    int faster = 0;
    int compared = 0;
    double logarithms = 0;
    for (const Result& now : report.results) {
        const Result* const before = now.warm.is_there() ? old.find(now) : nullptr;
        if (before == nullptr || (by_ceiling && (now.warm.ceiling_s <= 0 || before->warm.ceiling_s <= 0))) continue;
        const Comparison comparison = compare(now, *before, by_ceiling, band_percent);
        const auto value = [&](const Result& result) {
            return by_ceiling ? decimal_text(result.percent(), 1) + " %" : decimal_text(result.gbps(), 2) + " GB/s";
        };
        table.add_row({now.name, std::to_string(now.threads), value(*before), value(now), decimal_text(comparison.ratio, 3),
                       decimal_text(100 * comparison.band, 1) + " %",
                       comparison.slower()   ? "SLOWER"
                       : comparison.faster() ? "faster"
                                             : ""});
        slower += comparison.slower() ? 1 : 0;
        faster += comparison.faster() ? 1 : 0;
        logarithms += std::log(comparison.ratio);
        ++compared;
    }
    if (compared == 0) throw CommandError(old_name, "has no result of a pattern that this run has measured too");
    out << "\nBeside " << old_name << " (ndlease " << old.context.version << ", " << old.context.date << "):\n";
    table.print(out);
    print_missing(out, "this run", missing_from(old, report));
    print_missing(out, old_name, missing_from(report, old));
    out << compared << " compared: " << slower << " slower, " << faster << " faster, the others within the band; geometric mean of new/old "
        << decimal_text(std::exp(logarithms / compared), 3) << '\n';
    return slower > 0 ? 1 : 0;
}

}  // namespace ndlease::tool
