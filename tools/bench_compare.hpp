// SPDX-License-Identifier: Apache-2.0
// Two runs beside each other: what became faster, what slower.
#pragma once

#include <ostream>
#include <string>

#include "bench_result.hpp"

namespace ndlease::tool {

/// Prints a line per pattern and number of threads with the ratio of the speeds, new over old, and what is in one run only; what makes the runs hard to
/// compare goes to `err`. A ratio counts as slower, or faster, outside of a band of `band_percent`, or of the spreads of both medians where those are wider.
/// On another machine, or with other sizes there, the percentages of the ceilings are compared instead of the speeds.
/// Returns 1 when something is slower, else 0. Throws CommandError about `old_name` when the runs share no pattern or measured other sizes.
[[nodiscard]] int compare_reports(std::ostream& out, std::ostream& err, const Report& report, const Report& old, const std::string& old_name,
                                  double band_percent);

}  // namespace ndlease::tool
