// SPDX-License-Identifier: Apache-2.0
// ndlease bench: the named patterns, timed beside a contiguous copy and verified.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <ndlease/device.hpp>

#include "bench_report.hpp"
#include "command.hpp"
#include "device_option.hpp"
#include "machine.hpp"
#include "measure.hpp"
#include "output_file.hpp"
#include "parallel.hpp"
#include "text_table.hpp"

namespace ndlease::tool {
namespace {

std::vector<patterns::Pattern> chosen_patterns(const std::string& filter) {
    const std::regex expression = about("--filter '" + filter + "'", [&] { return std::regex(filter); });
    std::vector<patterns::Pattern> chosen;
    for (const patterns::Pattern& pattern : patterns::suite()) {
        if (std::regex_search(pattern.name, expression)) chosen.push_back(pattern);
    }
    if (chosen.empty()) throw CommandError("--filter '" + filter + "'", "matches no pattern; --list shows their names");
    return chosen;
}

/// The class's bytes, halved until both sides and their yardstick fit into half of the memory.
std::int64_t scale_bytes(const std::string& size, Device device) {
    std::int64_t bytes = patterns::class_bytes(size);
    const std::int64_t memory = device == Device::cpu() ? memory_bytes() : std::min(memory_bytes(), device_properties(device).memory_bytes);
    while (bytes > memory / 5) bytes /= 2;
    return bytes;
}

int list_patterns(const std::vector<patterns::Pattern>& chosen, std::int64_t bytes) {
    using Align = TextTable::Align;
    TextTable table({{"pattern"}, {"item"}, {"shape"}, {"useful", Align::right}, {"modelled", Align::right}, {"why"}});
    for (const patterns::Pattern& pattern : chosen) {
        const patterns::Copy copy = pattern.make(bytes);
        table.add_row({pattern.name, copy.src_format.to_string(), to_string(copy.dst.shape), bytes_text(copy.useful_bytes()), bytes_text(copy.modelled_bytes()),
                       pattern.why});
    }
    table.print(std::cout);
    return 0;
}

/// A bar on stderr while a terminal is there to show it.
class Progress {
public:
    explicit Progress(std::size_t total) : total_(total), shown_(isatty(STDERR_FILENO) == 1) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() {
        if (shown_) std::cerr << "\r\x1b[K" << std::flush;
    }
    void next(const std::string& name) {
        if (shown_) {
            constexpr std::size_t width = 30;
            const std::size_t filled = width * done_ / total_;
            std::cerr << "\r\x1b[K[" << std::string(filled, '#') << std::string(width - filled, '.') << "] " << done_ + 1 << '/' << total_ << ' ' << name
                      << std::flush;
        }
        ++done_;
    }

private:
    std::size_t total_, done_ = 0;
    bool shown_;
};

std::string now_utc() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

std::string describe_device(Device device) {
    if (device == Device::cpu()) return "cpu";
    const DeviceProperties properties = device_properties(device);
    return to_string(device) + ", " + properties.name + (properties.is_simulated ? " (simulated CUDA: times mean nothing)" : "");
}

Context make_context(const BenchOptions& options, Device device, std::int64_t bytes) {
    Context context;
    context.device = describe_device(device);
    context.version = NDLEASE_VERSION;
    context.build_type = NDLEASE_BUILD_TYPE;
    context.compiler = compiler_name();
    context.date = now_utc();
    context.cpu = cpu_model();
    context.cores = core_count();
    context.memory_bytes = memory_bytes();
    context.onetbb = NDLEASE_HAS_TBB != 0;
    context.threads = threads_for(options.threads);
    context.size = options.size;
    context.scale_bytes = bytes;
    context.seconds_per_pattern = options.seconds;
    return context;
}

}  // namespace

int run_bench(const BenchOptions& options) {
    const Device device = checked_device(options.device);
    if (std::isnan(options.seconds)) throw CommandError("--seconds nan", "is no time");
    const std::vector<patterns::Pattern> chosen = chosen_patterns(options.filter);
    const std::int64_t bytes = scale_bytes(options.size, device);
    if (options.list) return list_patterns(chosen, bytes);

    const auto checked = [](const std::optional<std::string>& name) { return name ? checked_output(*name) : std::filesystem::path(); };
    const auto json = checked(options.json);  // before hours of measuring, not after
    const auto csv = checked(options.csv);
    const auto html = checked(options.html);
    for (const auto& [one, other] : {std::pair(json, csv), std::pair(json, html), std::pair(csv, html)}) {
        if (!one.empty() && one == other) throw CommandError(one.string(), "is named for two results");
    }

    const Context context = make_context(options, device, bytes);
    std::vector<Measurement> results;
    {
        Progress progress(chosen.size());
        for (const patterns::Pattern& pattern : chosen) {
            progress.next(pattern.name);
            results.push_back(about(pattern.name, [&] {
                return device == Device::cpu() ? measure(pattern, bytes, options.threads, options.seconds)
                                               : measure_on(device, pattern, bytes, options.seconds);
            }));
        }
    }
    if (options.json) write_whole_file(json, json_report(context, results));
    if (options.csv) write_whole_file(csv, csv_report(results));
    if (options.html) write_whole_file(html, html_report(context, results));
    print_report(std::cout, context, results);  // last: a closed pipe ends the command here
    return print_mismatches(std::cerr, results);
}

}  // namespace ndlease::tool
