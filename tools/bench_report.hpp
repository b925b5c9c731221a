// SPDX-License-Identifier: Apache-2.0
// Benchmark results as text, JSON, CSV and a page to look at.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "measure.hpp"

namespace ndlease::tool {

/// Where and how the results came about.
struct Context {
    std::string version, build_type, compiler, date, cpu;
    std::string device = "cpu";  ///< what was measured: "cpu", or "cuda:0, NVIDIA H100"; says so where CUDA is simulated
    int cores = 0;
    std::int64_t memory_bytes = 0;
    bool onetbb = false;
    int threads = 1;
    std::string size;              ///< the class that was asked for
    std::int64_t scale_bytes = 0;  ///< of the larger side of each pattern, at most
    double seconds_per_pattern = 0;
};

/// Columns for people.
void print_report(std::ostream& out, const Context& context, const std::vector<Measurement>& results);

/// {"context": context, "results": [...]}; docs/command.md describes the keys.
[[nodiscard]] std::string json_report(const Context& context, const std::vector<Measurement>& results);

/// A header line and one line per result with the columns of json_report.
[[nodiscard]] std::string csv_report(const std::vector<Measurement>& results);

/// One self-contained page: the context, a bar per result against the ceiling, and all numbers in a table.
[[nodiscard]] std::string html_report(const Context& context, const std::vector<Measurement>& results);

/// A line per wrong result, as errors are printed. Returns the exit code that they call for: 0 or 1.
[[nodiscard]] int print_mismatches(std::ostream& err, const std::vector<Measurement>& results);

/// "12.3 us": seconds with a unit that keeps three digits.
[[nodiscard]] std::string duration_text(double seconds);
/// "64 KiB"
[[nodiscard]] std::string bytes_text(std::int64_t bytes);
/// `digits` behind the point.
[[nodiscard]] std::string decimal_text(double value, int digits);

}  // namespace ndlease::tool
