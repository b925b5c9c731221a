// SPDX-License-Identifier: Apache-2.0
// ndlease bench: the named patterns, timed beside a contiguous copy and verified.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <iostream>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include <ndlease/device.hpp>

#include "bench_report.hpp"
#include "command.hpp"
#include "machine.hpp"
#include "measure.hpp"
#include "output_file.hpp"
#include "parallel.hpp"
#include "text_table.hpp"

namespace ndlease::tool {
namespace {

struct Options {
    std::string filter, size = "M", device = "cpu", json, csv, html;
    bool list = false;
    int threads = 0;
    double seconds = 0.5;
};

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
std::int64_t scale_bytes(const std::string& size) {
    std::int64_t bytes = patterns::class_bytes(size);
    while (bytes > memory_bytes() / 5) bytes /= 2;
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

int bench(const Options& options) {
    if (about("--device " + options.device, [&] { return parse_device(options.device); }) != Device::cpu()) {
        throw CommandError("--device " + options.device, "this build measures cpu only");
    }
    const std::vector<patterns::Pattern> chosen = chosen_patterns(options.filter);
    const std::int64_t bytes = scale_bytes(options.size);
    if (options.list) return list_patterns(chosen, bytes);

    struct Output {
        const std::string& name;
        std::filesystem::path path;
    };
    std::vector<Output> outputs;  // before hours of measuring, not after
    for (const std::string* name : {&options.json, &options.csv, &options.html}) {
        if (!name->empty()) outputs.push_back({*name, checked_output(*name)});
    }

    const Json context{{"version", NDLEASE_VERSION},
                       {"build_type", NDLEASE_BUILD_TYPE},
                       {"compiler", compiler_name()},
                       {"date", now_utc()},
                       {"cpu", cpu_model()},
                       {"cores", core_count()},
                       {"memory_bytes", memory_bytes()},
                       {"onetbb", NDLEASE_HAS_TBB != 0},
                       {"threads", threads_for(options.threads)},
                       {"size", options.size},
                       {"scale_bytes", bytes},
                       {"seconds_per_pattern", options.seconds}};
    std::vector<Measurement> results;
    {
        Progress progress(chosen.size());
        for (const patterns::Pattern& pattern : chosen) {
            progress.next(pattern.name);
            results.push_back(about(pattern.name, [&] { return measure(pattern, bytes, options.threads, options.seconds); }));
        }
    }
    print_report(std::cout, context, results);
    for (const auto& [name, path] : outputs) {
        const std::string content = &name == &options.json  ? json_report(context, results).dump(2) + '\n'
                                    : &name == &options.csv ? csv_report(results)
                                                            : html_report(context, results);
        write_whole_file(path, content);
    }
    return print_mismatches(std::cerr, results);
}

}  // namespace

Subcommand add_bench(CLI::App& app) {
    CLI::App* sub = app.add_subcommand("bench", "Measure the named copy patterns beside a contiguous copy, and verify them");
    const auto options = std::make_shared<Options>();
    sub->add_flag("--list", options->list, "List the patterns and end");
    sub->add_option("--filter", options->filter, "Only patterns whose name this regular expression (ECMAScript) finds");
    sub->add_option("--size", options->size, "S: 64 KiB, M: 32 MiB, L: 1 GiB per array")->check(CLI::IsMember({"S", "M", "L"}))->capture_default_str();
    sub->add_option("--device", options->device, "Where to measure")->capture_default_str();
    sub->add_option("--threads", options->threads, "Most threads to use; 0: as many as there are")->check(CLI::Range(0, 4096));
    sub->add_option("--seconds", options->seconds, "Time for each pattern, its yardsticks included")->check(CLI::Range(0.0, 3600.0))->capture_default_str();
    sub->add_option("--json", options->json, "Write the results as JSON to this file");
    sub->add_option("--csv", options->csv, "Write the results as CSV to this file");
    sub->add_option("--html", options->html, "Write a page with bars to this file");
    sub->footer(
        "Examples:\n"
        "  ndlease bench --list\n"
        "  ndlease bench --filter 't2d|rgb' --size L --threads 1\n"
        "  ndlease bench --size S --seconds 0.1 --html report.html --json report.json");
    return {sub, [options] { return bench(*options); }};
}

}  // namespace ndlease::tool
