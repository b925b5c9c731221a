// SPDX-License-Identifier: Apache-2.0
// The benchmark page. Bars are scaled so that the ceiling, the contiguous copy of the same run, is one vertical line for all of them.
#include <algorithm>

#include "bench_report.hpp"

namespace ndlease::tool {
namespace {

constexpr const char* page_start = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>ndlease bench</title>
<style>
:root { color-scheme: light dark; --text: #1c2230; --soft: #5d6678; --back: #ffffff; --track: #edf0f5; --bar: #3b78c4; --peer0: #b9842f; --peer1: #7d5fb2; --peer2: #3f9277; --line: #c2552d; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ef; --soft: #9aa4b5; --back: #14171d; --track: #232833; --bar: #6ea3e8; --peer0: #d9a95b; --peer1: #b39be0; --peer2: #76c4aa; --line: #f0986f; --bad: #ff8a80; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
p { margin: .2rem 0; color: var(--soft); }
.row { display: grid; grid-template-columns: 12rem 1fr 15rem; gap: .8rem; align-items: center; margin: .1rem 0; }
.row.first { margin-top: .5rem; }
.name, .number { font-variant-numeric: tabular-nums; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.number { color: var(--soft); }
.track { position: relative; height: .9rem; background: var(--track); border-radius: 3px; overflow: hidden; }
.bar { height: 100%; background: var(--bar); border-radius: 3px; }
.peer0 { background: var(--peer0); } .peer1 { background: var(--peer1); } .peer2 { background: var(--peer2); }
.line { position: absolute; top: 0; bottom: 0; left: 80%; border-left: 2px solid var(--line); }
.bad { color: var(--bad); font-weight: 600; }
.legend { color: var(--line); }
.key { display: inline-block; width: .8rem; height: .8rem; border-radius: 3px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .7rem .25rem 0; white-space: nowrap; border-bottom: 1px solid var(--track); }
th:first-child, td:first-child { text-align: left; }
</style></head><body>
)";

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string peer_class(std::size_t peer) { return "peer" + std::to_string(peer % 3); }

std::string label_of(const Report& report, const Result& result) {
    std::string label;
    if (report.context.threads.size() > 1) label = threads_text(result.threads);
    if (result.direction == "h2d" || result.direction == "d2h") label += (label.empty() ? "" : ", ") + result.host_memory;
    return label;
}

std::string track(const std::string& bar, double percent, const std::string& number) {
    const double width = std::clamp(0.8 * percent, 0.0, 100.0);  // the ceiling's line stands at 80 % of the track
    return "<span class=\"track\"><div class=\"bar " + bar + "\" style=\"width:" + decimal_text(width, 1) +
           "%\"></div><div class=\"line\"></div></span><span class=\"number\">" + escaped(number) + "</span></div>\n";
}

/// Bars of one result and of the peers' that belong to it. The pattern's name stands beside the first of its bars.
std::string bar_rows(const Report& report, const Result& result, bool first) {
    const std::string title =
        result.item + " " + to_string(result.shape) + ", " + to_string(result.src_strides) + " to " + to_string(result.dst_strides) + ", " + result.path;
    const std::string label = label_of(report, result);
    std::string rows = "<div class=\"row" + std::string(first ? " first" : "") + "\" title=\"" + escaped(title) + "\"><span class=\"name\">" +
                       (first ? escaped(result.name) : "") + (result.verified() ? "" : " <span class=\"bad\">wrong</span>") + "</span>" +
                       track("", result.percent(),
                             decimal_text(result.percent(), 0) + " % · " + decimal_text(result.gbps(), 2) + " GB/s" + (label.empty() ? "" : " · " + label));
    for (std::size_t i = 0; i < report.peers.size(); ++i) {
        const Result* const other = report.peers[i].find(result);
        if (other == nullptr) continue;
        const double percent = peer_percent(result, *other);
        rows +=
            "<div class=\"row\"><span class=\"name\"></span>" +
            track(peer_class(i), percent, decimal_text(percent, 0) + " % · " + decimal_text(other->gbps(), 2) + " GB/s · " + report.peers[i].context.library);
    }
    return rows;
}

std::string table_row(const std::string& library, const Result& result) {
    const bool ceiling = result.warm.ceiling_s > 0;
    std::string row = "<tr>";
    for (const std::string& cell :
         {result.name, library, std::to_string(result.threads), result.host_memory, result.path, bytes_text(result.useful_bytes),
          duration_text(result.warm.median_s), duration_text(result.warm.min_s), decimal_text(100 * result.warm.spread, 1), decimal_text(result.gbps(), 2),
          ceiling ? decimal_text(result.ceiling_gbps(), 2) + " (" + result.warm.ceiling_by + ")" : "", ceiling ? decimal_text(result.percent(), 1) : "",
          ceiling ? decimal_text(result.percent_of_model(), 1) : "", result.cold.is_there() ? decimal_text(result.gbps(result.cold), 2) : "",
          std::to_string(result.itemsize), (result.copies > 1 ? std::to_string(result.copies) + " x " : "") + to_string(result.shape),
          to_string(result.src_strides), to_string(result.dst_strides)}) {
        row += "<td>" + escaped(cell) + "</td>";
    }
    return row + (result.verified() ? "<td>yes</td>" : "<td class=\"bad\">NO: " + escaped(result.mismatch) + "</td>") + "</tr>\n";
}

std::string means_text(const Report& report) {
    std::string text;
    const auto add = [&text](const std::string& line) { text += "<p>" + line + "</p>\n"; };
    for (const Mean& mean : means_of(report)) {
        add("<span class=\"key\" style=\"background:var(--bar)\"></span> ndlease, " + threads_text(mean.threads) + ": " + decimal_text(mean.percent, 1) +
            " % of the ceiling in the geometric mean of " + std::to_string(mean.patterns) + " patterns, " + decimal_text(mean.percent_of_model, 1) +
            " % of what 64-byte granules allow");
    }
    for (std::size_t i = 0; i < report.peers.size(); ++i) {
        const Report& peer = report.peers[i];
        for (const PeerMean& mean : means_beside(report, peer)) {
            add("<span class=\"key " + peer_class(i) + "\"></span> " + escaped(peer.context.library + " " + peer.context.version) + ", " +
                threads_text(mean.threads) + ": " + decimal_text(mean.theirs, 1) + " % of our ceiling; ndlease on the same " + std::to_string(mean.patterns) +
                " patterns " + decimal_text(mean.ours, 1) + " %, " + decimal_text(mean.ours / mean.theirs, 1) + " times as fast");
        }
    }
    return text;
}

}  // namespace

std::string html_report(const Report& report) {
    const Context& context = report.context;
    std::string page = page_start;
    page += "<h1>ndlease bench</h1>\n<p>ndlease " + escaped(context.version) + ", " + escaped(context.build_type) + ", " + escaped(context.compiler) + ", " +
            escaped(context.date) + "</p>\n<p>" + escaped(machine_text(context)) + "</p>\n<p>" +
            (context.size.empty() ? "" : "Size " + escaped(context.size) + ": patterns of up to " + bytes_text(context.scale_bytes) + ". ") +
            "GB/s counts bytes read and written; between host and device, bytes that cross.</p>\n" +
            "<h2>Speed beside a contiguous copy</h2>\n<p><span class=\"legend\">&#9474;</span> is the ceiling: the best contiguous copy (memcpy or "
            "ndlease) of as many bytes, taken in turns with the pattern, on as many threads.</p>\n" +
            means_text(report);
    std::string last;
    for (const Result& result : report.results) {
        if (!result.warm.is_there()) continue;
        page += bar_rows(report, result, result.name != last);
        last = result.name;
    }
    page +=
        "<h2>All numbers</h2>\n<div class=\"scroll\"><table><tr><th>pattern</th><th>library</th><th>threads</th><th>host "
        "memory</th><th>path</th><th>useful</th>"
        "<th>median</th><th>min</th><th>spread %</th><th>GB/s</th><th>ceiling GB/s</th><th>%</th><th>% of model</th><th>cold "
        "GB/s</th><th>item</th><th>shape</th>"
        "<th>source strides</th><th>destination strides</th><th>verified</th></tr>\n";
    for (const Result& result : report.results) {
        if (result.warm.is_there()) page += table_row(context.library, result);
        for (const Report& peer : report.peers) {
            if (const Result* const other = peer.find(result)) page += table_row(peer.context.library, *other);
        }
    }
    return page + "</table></div>\n</body></html>\n";
}

}  // namespace ndlease::tool
