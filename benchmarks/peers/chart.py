#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A picture of a report with peers: bars per pattern, as a percentage of a contiguous copy in the same run. Plain SVG, for light and dark pages."""

import argparse
import html
import json
import math
import sys

WIDTH, COLUMN, GAP, NAME, ROW, BAR, TOP = 1000, 490, 20, 118, 16, 5, 74
CALLS = (29, 30)  # families of calls of a few KiB: their times are no speeds

STYLE = """
  text { font: 10px system-ui, sans-serif; fill: #1c2230; }
  .title { font-size: 17px; font-weight: 600; } .soft { fill: #5d6678; }
  .track { fill: #edf0f5; } .b0 { fill: #3b78c4; } .b1 { fill: #b9842f; } .b2 { fill: #7d5fb2; } .b3 { fill: #3f9277; }
  .line { stroke: #c2552d; stroke-width: 1.2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6e9ef; } .soft { fill: #9aa4b5; }
    .track { fill: #232833; } .b0 { fill: #6ea3e8; } .b1 { fill: #d9a95b; } .b2 { fill: #b39be0; } .b3 { fill: #76c4aa; } .line { stroke: #f0986f; }
  }
"""


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def size_text(count):
    for power, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if count >= 1 << power:
            return f"{count / (1 << power):g} {unit}"
    return f"{count} bytes"


def key(result):
    return tuple(result[name] for name in ("name", "device", "direction", "host_memory", "threads"))


def rows_of(report, threads):
    """[(pattern, [percentage of our run's ceiling, of the peers' too; None where there is none])]"""
    peers = [{key(result): result for result in peer["results"] if result.get("median_s")} for peer in report.get("peers", [])]
    rows = []
    for ours in report["results"]:
        if ours["threads"] != threads or not ours["percent"] or ours["family"] in CALLS:
            continue
        others = [peer.get(key(ours)) for peer in peers]
        rows.append((ours["name"], [ours["percent"]] + [other and ours["percent"] * other["gbps"] / ours["gbps"] for other in others]))
    return rows


def draw(report, threads=None):
    """The SVG's text."""
    context = report["context"]
    threads = threads or min(context["threads"])
    libraries = [context] + [peer["context"] for peer in report.get("peers", [])]
    rows = rows_of(report, threads)
    if not rows:
        raise ValueError(f"the report has no speeds on {threads} threads")
    shared = [values for _, values in rows if all(values)] or [values[:1] for _, values in rows]
    means = [geometric_mean([values[i] for values in shared]) for i in range(len(shared[0]))]
    title = ", ".join(f"{library['library']} {mean:.0f} %" for library, mean in zip(libraries, means)) + " of a contiguous copy's speed"
    where = context["cpu"] if context["device"] == "cpu" else context["device"]
    note = (
        f"Geometric means of {len(shared)} patterns; {where}, {threads} thread{'s' if threads > 1 else ''}, "
        f"arrays of up to {size_text(context['scale_bytes'])}, {context['date'][:10]}"
    )
    row_height = max(ROW, len(libraries) * (BAR + 1) + 4)
    half = (len(rows) + 1) // 2
    height = TOP + half * row_height + 12
    most = max(110, min(150, max(max(filter(None, values)) for _, values in rows)))
    scale = (COLUMN - NAME - 40) / most
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">']
    out.append(f"<title>{html.escape(title)}</title><style>{STYLE}</style>")
    out.append(f'<text class="title" x="0" y="20">{html.escape(title)}</text><text class="soft" x="0" y="38">{html.escape(note)}</text>')
    for i, library in enumerate(libraries):
        label = f"{library['library']} {library.get('version', '')}"
        out.append(f'<rect class="b{i % 4}" x="{i * 150}" y="48" width="10" height="10" rx="2"/><text x="{i * 150 + 15}" y="57">{html.escape(label)}</text>')
    out.append(f'<line class="line" x1="{len(libraries) * 150}" x2="{len(libraries) * 150}" y1="47" y2="59"/>')
    out.append(f'<text x="{len(libraries) * 150 + 7}" y="57">the best contiguous copy of as many bytes (memcpy or ndlease), in turns with the pattern</text>')
    for number, (name, values) in enumerate(rows):
        left = number // half * (COLUMN + GAP)
        top = TOP + number % half * row_height
        out.append(f'<text x="{left + NAME - 6}" y="{top + row_height / 2 + 1:g}" text-anchor="end">{html.escape(name)}</text>')
        out.append(f'<rect class="track" x="{left + NAME}" y="{top - 1}" width="{most * scale:.1f}" height="{row_height - 3}" rx="2"/>')
        for i, value in enumerate(values):
            if value:
                width = max(0.5, min(value, most) * scale)
                out.append(f'<rect class="b{i % 4}" x="{left + NAME}" y="{top + i * (BAR + 1)}" width="{width:.1f}" height="{BAR}" rx="1"/>')
        out.append(f'<text class="soft" x="{left + NAME + most * scale + 4:.1f}" y="{top + row_height / 2 + 1:g}">{values[0]:.0f} %</text>')
    for column in range(2 if len(rows) > half else 1):
        x = column * (COLUMN + GAP) + NAME + 100 * scale
        out.append(f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 3}" y2="{height - 12}"/>')
    return "\n".join(out) + "\n</svg>\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", help="JSON of ndlease bench, with peers or without")
    parser.add_argument("svg", help="picture to write")
    parser.add_argument("--threads", type=int, help="number of threads to show (default: the fewest in the report)")
    options = parser.parse_args()
    with open(options.report, encoding="utf-8") as file:
        report = json.load(file)
    try:
        text = draw(report, options.threads)
    except ValueError as error:
        sys.exit(f"{options.report}: {error}")
    with open(options.svg, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
