// SPDX-License-Identifier: Apache-2.0
// ndlease bench: the named patterns, timed beside a contiguous copy and verified; or the results of earlier runs, compared and shown.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ndlease/device.hpp>

#include "bench_case.hpp"
#include "bench_compare.hpp"
#include "bench_report.hpp"
#include "command.hpp"
#include "device_option.hpp"
#include "device_runtime.hpp"
#include "machine.hpp"
#include "measure.hpp"
#include "output_file.hpp"
#include "parallel.hpp"

namespace ndlease::tool {
namespace {

using patterns::Direction;

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

Direction direction_of(const std::string& name, Device device) {
    const bool on_cpu = device == Device::cpu();
    if (name.empty()) return on_cpu ? Direction::cpu : Direction::d2d;
    for (const Direction direction : {Direction::cpu, Direction::d2d, Direction::h2d, Direction::d2h}) {
        if (name != patterns::to_string(direction)) continue;
        if ((direction == Direction::cpu) == on_cpu) return direction;
        throw CommandError("--direction " + name, on_cpu ? "needs --device cuda:N" : "is for --device cpu");
    }
    throw CommandError("--direction " + name, "is none of cpu, d2d, h2d and d2h");
}

/// The numbers of threads that they come to in this build, each once.
std::vector<int> thread_counts(const std::vector<int>& wanted) {
    std::vector<int> counts;
    for (const int count : wanted) {
        const int there = threads_for(count);
        if (std::find(counts.begin(), counts.end(), there) == counts.end()) counts.push_back(there);
    }
    return counts;
}

std::int64_t usable_memory(Device device) {
    return device == Device::cpu() ? memory_bytes() : std::min(memory_bytes(), device_properties(device).memory_bytes);
}

/// The class's bytes, halved until both sides and their yardstick fit into half of the memory. The huge class is what it is.
std::int64_t scale_bytes(const std::string& size, Device device) {
    std::int64_t bytes = patterns::class_bytes(size);
    const std::int64_t memory = usable_memory(device);
    while (size != "H" && bytes > memory / 5) bytes /= 2;
    return bytes;
}

struct Run {
    Device device = Device::cpu();
    Direction direction = Direction::cpu;
    std::vector<patterns::Pattern> chosen;
    std::int64_t bytes = 0;
};

Run plan_run(const BenchOptions& options) {
    Run run;
    run.device = checked_device(options.device);
    run.direction = direction_of(options.direction, run.device);
    if (run.device != Device::cpu() && options.threads.size() > 1) throw CommandError("--threads", "several numbers are for --direction cpu");
    run.bytes = scale_bytes(options.size, run.device);
    if (options.cases.empty()) {
        run.chosen = chosen_patterns(options.filter, options.size, run.direction);
        return run;
    }
    if (!options.filter.empty()) throw CommandError("--filter", "chooses among the suite's patterns: it is not for --case");
    run.bytes = 0;
    for (const std::string& text : options.cases) {
        run.chosen.push_back(parse_case(text));
        const patterns::Copy copy = run.chosen.back().make(0);
        run.bytes = std::max({run.bytes, copy.src.buffer_bytes(), copy.dst.buffer_bytes()});
    }
    return run;
}

Context make_context(const BenchOptions& options, const Run& run) {
    Context context;
    context.version = NDLEASE_VERSION;
    context.build_type = NDLEASE_BUILD_TYPE;
    context.compiler = compiler_name();
    context.date = now_utc();
    context.cpu = cpu_model();
    context.governor = cpu_governor();
    context.cpu_mhz = cpu_mhz();
    context.device = describe_device(run.device);
    if (run.device != Device::cpu()) context.driver = device_runtime_text(run.device);
    context.cores = core_count();
    context.memory_bytes = memory_bytes();
    context.cache_bytes = last_cache_bytes();
    context.onetbb = NDLEASE_HAS_TBB != 0;
    context.huge_pages = has_huge_pages();
    context.threads = run.device == Device::cpu() ? thread_counts(options.threads) : std::vector<int>{1};
    context.size = options.cases.empty() ? options.size : "";
    context.scale_bytes = run.bytes;
    context.seconds_per_pattern = options.seconds;
    return context;
}

void check_memory(const Case& what, Device device) {
    const std::int64_t needed = std::max(what.src_bytes(), what.run_bytes()) + std::max(what.dst_bytes(), what.run_bytes());
    const std::int64_t memory = usable_memory(device);
    if (needed > memory / 10 * 9) throw CommandError(what.name, "needs " + bytes_text(needed) + " of memory, and there are " + bytes_text(memory));
}

Report measure_all(const BenchOptions& options, const Run& run) {
    Report report;
    report.context = make_context(options, run);
    std::vector<Case> cases;
    std::int64_t src_bytes = 0;
    std::int64_t dst_bytes = 0;
    for (const patterns::Pattern& pattern : run.chosen) {
        cases.push_back({pattern.name, pattern.family, pattern.copies(run.bytes)});
        check_memory(cases.back(), run.device);  // before hours of measuring, not after
        src_bytes = std::max({src_bytes, cases.back().src_bytes(), cases.back().run_bytes()});
        dst_bytes = std::max({dst_bytes, cases.back().dst_bytes(), cases.back().run_bytes()});
    }
    const Repetition repetition{options.seconds, options.error / 100};
    BenchMemory memory(core_count());
    (void)memory.source(src_bytes, patterns::content_for(cases.front().copies.front()));  // pages for all of them at once
    (void)memory.destination(dst_bytes);
    Progress progress(cases.size());
    for (const Case& what : cases) {
        progress.next(what.name);
        about(what.name, [&] {
            if (run.device == Device::cpu()) {
                const std::vector<Result> results = measure_cpu(what, report.context.threads, repetition, &memory);
                report.results.insert(report.results.end(), results.begin(), results.end());
                return;
            }
            report.results.push_back(measure_device(what, run.device, run.direction, true, repetition, &memory));
            if (run.direction != Direction::d2d) report.results.push_back(measure_device(what, run.device, run.direction, false, repetition, &memory));
        });
    }
    return report;
}

/// Reports of different patterns as one. Throws CommandError when they do not belong together.
Report read_parts(const std::vector<std::string>& files) {
    Report whole = read_report(files.front());
    for (std::size_t i = 1; i < files.size(); ++i) {
        const Report part = read_report(files[i]);
        if (part.context.scale_bytes != whole.context.scale_bytes || part.context.cpu != whole.context.cpu || part.context.device != whole.context.device ||
            part.context.threads != whole.context.threads) {
            throw CommandError(files[i], "is no part of the run of " + files.front() + ": size, machine or threads differ");
        }
        for (const Result& result : part.results) {
            const auto is_same = [&](const Result& other) { return other.key() == result.key(); };
            if (std::any_of(whole.results.begin(), whole.results.end(), is_same)) {
                throw CommandError(files[i], "has " + result.name + " once more");
            }
        }
        whole.results.insert(whole.results.end(), part.results.begin(), part.results.end());
        whole.peers.insert(whole.peers.end(), part.peers.begin(), part.peers.end());
    }
    return whole;
}

void add_peers(const std::vector<std::string>& files, Report* report) {
    for (const std::string& file : files) {
        Report peer = read_report(file);
        if (peer.context.scale_bytes != report->context.scale_bytes) {
            throw CommandError(file, "measured patterns of up to " + bytes_text(peer.context.scale_bytes) + ", not " + bytes_text(report->context.scale_bytes));
        }
        report->peers.push_back(std::move(peer));
    }
}

int list(const BenchOptions& options) {
    const Run run = plan_run(options);
    if (!options.json) {
        print_patterns(std::cout, run.chosen, run.bytes);
        return 0;
    }
    const std::string json = patterns_json(run.chosen, options.cases.empty() ? options.size : "", run.bytes);
    if (*options.json == "-") {
        std::cout << json;
    } else {
        write_whole_file(checked_output(*options.json), json);
    }
    return 0;
}

}  // namespace

int run_bench(const BenchOptions& options) {
    if (std::isnan(options.seconds)) throw CommandError("--seconds nan", "is no time");
    if (std::isnan(options.error)) throw CommandError("--error nan", "is no percentage");
    if (std::isnan(options.band)) throw CommandError("--band nan", "is no percentage");
    if (options.list) return list(options);

    const auto checked = [](const std::optional<std::string>& name) { return name ? checked_output(*name) : std::filesystem::path(); };
    const auto json = checked(options.json);  // before hours of measuring, not after
    const auto csv = checked(options.csv);
    const auto html = checked(options.html);
    for (const auto& [one, other] : {std::pair(json, csv), std::pair(json, html), std::pair(csv, html)}) {
        if (!one.empty() && one == other) throw CommandError(one.string(), "is named for two results");
    }
    const std::optional<Report> old = options.compare ? std::optional(read_report(*options.compare)) : std::nullopt;

    Report report = options.from.empty() ? measure_all(options, plan_run(options)) : read_parts(options.from);
    add_peers(options.peers, &report);
    if (options.json) write_whole_file(json, json_report(report));
    if (options.csv) write_whole_file(csv, csv_report(report));
    if (options.html) write_whole_file(html, html_report(report));
    print_report(std::cout, report);  // last: a closed pipe ends the command here
    const int wrong = print_mismatches(std::cerr, report.results);
    if (!old) return wrong;
    std::cout << std::flush;
    return std::max(wrong, compare_reports(std::cout, std::cerr, report, *old, *options.compare, options.band));
}

}  // namespace ndlease::tool
