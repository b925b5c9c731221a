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
:root { color-scheme: light dark; --text: #1c2230; --soft: #5d6678; --back: #ffffff; --track: #edf0f5; --bar: #3b78c4; --line: #c2552d; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ef; --soft: #9aa4b5; --back: #14171d; --track: #232833; --bar: #6ea3e8; --line: #f0986f; --bad: #ff8a80; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
p { margin: .2rem 0; color: var(--soft); }
.row { display: grid; grid-template-columns: 12rem 1fr 12rem; gap: .8rem; align-items: center; margin: .2rem 0; }
.name, .number { font-variant-numeric: tabular-nums; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.number { color: var(--soft); }
.track { position: relative; height: 1.1rem; background: var(--track); border-radius: 3px; }
.bar { height: 100%; background: var(--bar); border-radius: 3px; }
.line { position: absolute; top: -.2rem; bottom: -.2rem; left: 80%; border-left: 2px solid var(--line); }
.bad { color: var(--bad); font-weight: 600; }
.legend { color: var(--line); }
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

std::string bar_row(const Measurement& result) {
    const double width = std::clamp(0.8 * result.percent(), 0.0, 100.0);  // the ceiling's line stands at 80 % of the track
    const std::string title = result.copy.src_format.to_string() + " " + to_string(result.copy.dst.shape) + ", " + to_string(result.copy.src.strides) + " to " +
                              to_string(result.copy.dst.strides) + ", " + result.path;
    return "<div class=\"row\" title=\"" + escaped(title) + "\"><span class=\"name\">" + escaped(result.name) +
           (result.verified() ? "" : " <span class=\"bad\">wrong</span>") +
           "</span><span class=\"track\"><div class=\"bar\" style=\"width:" + decimal_text(width, 1) +
           "%\"></div><div class=\"line\"></div></span><span class=\"number\">" + decimal_text(result.percent(), 0) + " % &middot; " +
           decimal_text(result.gbps(), 2) + " GB/s</span></div>\n";
}

std::string table_row(const Measurement& result) {
    std::string row = "<tr>";
    for (const std::string& cell :
         {result.name, result.path, bytes_text(result.useful_bytes), duration_text(result.median_s), duration_text(result.min_s),
          decimal_text(result.gbps(), 2), decimal_text(result.ceiling_gbps, 2) + " (" + result.ceiling_by + ")", decimal_text(result.percent(), 1),
          std::to_string(result.copy.src.itemsize), to_string(result.copy.dst.shape), to_string(result.copy.src.strides), to_string(result.copy.dst.strides)}) {
        row += "<td>" + escaped(cell) + "</td>";
    }
    return row + (result.verified() ? "<td>yes</td>" : "<td class=\"bad\">NO: " + escaped(result.mismatch) + "</td>") + "</tr>\n";
}

}  // namespace

std::string html_report(const Context& context, const std::vector<Measurement>& results) {
    std::string page = page_start;
    page += "<h1>ndlease bench</h1>\n<p>ndlease " + escaped(context.version) + ", " + escaped(context.build_type) + ", " + escaped(context.compiler) +
            "</p>\n<p>" + (context.device == "cpu" ? "" : escaped(context.device) + "; host: ") + escaped(context.cpu) + ", " +
            std::to_string(context.threads) + " of " + std::to_string(context.cores) + " threads, " + escaped(context.date) + "</p>\n<p>Size " +
            escaped(context.size) + ": patterns of up to " + bytes_text(context.scale_bytes) +
            ". GB/s counts bytes read and written.</p>\n"
            "<h2>Speed beside a contiguous copy</h2>\n<p><span class=\"legend\">&#9474;</span> is the ceiling: the best contiguous copy (memcpy or "
            "ndlease) of as many bytes, taken in turns with the pattern.</p>\n";
    for (const Measurement& result : results) page += bar_row(result);
    page +=
        "<h2>All numbers</h2>\n<div class=\"scroll\"><table><tr><th>pattern</th><th>path</th><th>useful</th><th>median</th><th>min</th><th>GB/s</th>"
        "<th>ceiling GB/s</th><th>%</th><th>item</th><th>shape</th><th>source strides</th><th>destination strides</th><th>verified</th></tr>\n";
    for (const Measurement& result : results) page += table_row(result);
    return page + "</table></div>\n</body></html>\n";
}

}  // namespace ndlease::tool
