// SPDX-License-Identifier: Apache-2.0
// Benchmark results as text, JSON, CSV and a page to look at, and read back from JSON.
#pragma once

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "bench_result.hpp"

namespace ndlease::tool {

/// Columns for people, and the means below.
void print_report(std::ostream& out, const Report& report);

/// {"context": context, "results": [...], "peers": [...]}; docs/command.md describes the keys. "peers" only where there are some.
[[nodiscard]] std::string json_report(const Report& report);
/// Reads what json_report and the peers' scripts write. Throws CommandError that names the file and what is wrong.
[[nodiscard]] Report read_report(const std::filesystem::path& file);
/// The same of a text; `subject` names it in errors.
[[nodiscard]] Report parse_report(const std::string& subject, std::string_view text);

/// A header line and one line per result with the columns of json_report; a first column names the library.
[[nodiscard]] std::string csv_report(const Report& report);

/// One self-contained page: the context, bars per pattern against the ceiling, peers beside them, and all numbers in a table.
[[nodiscard]] std::string html_report(const Report& report);

/// A line per wrong result, as errors are printed. Returns the exit code that they call for: 0 or 1.
[[nodiscard]] int print_mismatches(std::ostream& err, const std::vector<Result>& results);

/// "12.3 us": seconds with a unit that keeps three digits.
[[nodiscard]] std::string duration_text(double seconds);
/// "64 KiB"
[[nodiscard]] std::string bytes_text(std::int64_t bytes);
/// `digits` behind the point.
[[nodiscard]] std::string decimal_text(double value, int digits);
/// "1 thread", "2 threads"
[[nodiscard]] std::string threads_text(int threads);
/// What a run's numbers were measured on, in one line.
[[nodiscard]] std::string machine_text(const Context& context);

}  // namespace ndlease::tool
