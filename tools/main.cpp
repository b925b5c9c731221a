// SPDX-License-Identifier: Apache-2.0
// The ndlease command: the syntax of its command line, and every failure turned into one line and an exit code.
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "command.hpp"

namespace {

using namespace ndlease::tool;

struct Subcommand {
    CLI::App* app;
    std::function<int()> run;
};

Subcommand add_info(CLI::App& app) {
    CLI::App* sub = app.add_subcommand("info", "Print version, backends, devices and protocols of this build");
    const auto options = std::make_shared<InfoOptions>();
    sub->add_flag("--json", options->json, "Print JSON");
    sub->footer("Examples:\n  ndlease info\n  ndlease info --json");
    return {sub, [options] { return run_info(*options); }};
}

Subcommand add_inspect(CLI::App& app) {
    CLI::App* sub = app.add_subcommand("inspect", "Show what an item is, byte by byte, and how a file's items lie");
    const auto options = std::make_shared<InspectOptions>();
    CLI::Option* file = sub->add_option("FILE", options->file, ".npy file to look at");
    CLI::Option* format = sub->add_option("--format", options->format, "PEP 3118 format string to look at, instead of a file")->excludes(file);
    sub->add_option("--itemsize", options->itemsize, "Item size in bytes that the string's exporter states")
        ->needs(format)
        ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max(), "NONNEGATIVE"));
    sub->add_option("--abi", options->abi, "Platform whose C types the string means: lp64, lp64-arm, lp64-macos, llp64, i386 or host (this one)")
        ->needs(format);
    sub->add_flag("--json", options->json, "Print JSON");
    sub->footer(
        "Examples:\n"
        "  ndlease inspect image.npy\n"
        "  ndlease inspect --format 'T{<f:x:<f:y:(3)B:rgb:}'\n"
        "  ndlease inspect --format 'bl' --abi i386 --json");
    return {sub, [options] { return run_inspect(*options); }};
}

Subcommand add_copy(CLI::App& app) {
    CLI::App* sub = app.add_subcommand("copy", "Copy an array to another file, selecting and converting on the way");
    const auto options = std::make_shared<CopyRequest>();
    sub->add_option("IN", options->in, ".npy file to read")->required();
    sub->add_option("OUT", options->out, ".npy file to write; may be IN")->required();
    sub->add_option("--index", options->index, "NumPy's basic indexing, e.g. '[::2, ::-1, None, ..., 3]'");
    sub->add_option("--permute", options->permute, "Order of the axes, e.g. 2,0,1");
    sub->add_option("--field", options->field, "One field of a record; 'a.b' is field b of field a");
    sub->add_option("--order", options->order, "Order in memory: C (default) or F")->check(CLI::IsMember({"C", "F"}));
    sub->add_option("--dtype", options->dtype, "Item to convert to: a NumPy typestr such as '>f4', or a descr literal, whose fields are found by name");
    sub->add_option("--device", options->device, "Where to copy: cpu or cuda:N")->capture_default_str();
    sub->add_option("--threads", options->threads, "Most threads to use; 0: as many as there are")->check(CLI::Range(0, 4096));
    sub->add_flag("--checked", options->checked, "Refuse a conversion that would change a value");
    sub->add_flag("--explain", options->explain, "Print how the copy is done");
    sub->footer(
        "The options are applied in the order above, from --index to --device.\n"
        "Examples:\n"
        "  ndlease copy image.npy planes.npy --index '[100:612, ::-1]' --permute 2,0,1\n"
        "  ndlease copy points.npy x.npy --field position.x\n"
        "  ndlease copy native.npy network.npy --dtype '>f4' --explain");
    return {sub, [options] { return run_copy(*options); }};
}

Subcommand add_bench(CLI::App& app) {
    CLI::App* sub = app.add_subcommand("bench", "Measure the named copy patterns beside a contiguous copy, and verify them");
    const auto options = std::make_shared<BenchOptions>();
    const CLI::Range positive_percent(0.0, 1000.0);
    sub->add_flag("--list", options->list, "List the patterns and end; with --json for programs");
    sub->add_option("--filter", options->filter, "Only patterns whose name this regular expression (ECMAScript) finds");
    sub->add_option("--size", options->size, "S: 64 KiB, M: 32 MiB, L: 1 GiB per array; H: the patterns beyond 32-bit offsets, 8 GiB and more")
        ->check(CLI::IsMember({"S", "M", "L", "H"}))
        ->capture_default_str();
    sub->add_option("--case", options->cases,
                    "A layout of your own instead: shape=, src= and dst= (strides in bytes; C order where left out), item= (bytes or a typestr). Repeatable");
    sub->add_option("--device", options->device, "Where to measure: cpu or cuda:N")->capture_default_str();
    sub->add_option("--direction", options->direction,
                    "cpu, d2d (within the device), h2d or d2h (both from and to pinned and pageable memory); default: cpu, or d2d on a device")
        ->check(CLI::IsMember({"cpu", "d2d", "h2d", "d2h"}));
    sub->add_option("--threads", options->threads, "Most threads to use, or several such numbers, each measured: 1,2; 0: as many as there are")
        ->check(CLI::Range(0, 4096))
        ->delimiter(',');
    sub->add_option("--seconds", options->seconds, "Longest time for each pattern and number of threads, its yardsticks included")
        ->check(CLI::Range(0.0, 3600.0))
        ->capture_default_str();
    sub->add_option("--error", options->error, "Stop earlier once the standard errors of the medians are below this many percent")
        ->check(positive_percent)
        ->capture_default_str();
    sub->add_option("--compare", options->compare, "Compare with the JSON of an earlier run; exit code 1 if something is slower");
    sub->add_option("--band", options->band, "Percent of difference that a comparison takes for noise, at least")
        ->check(positive_percent)
        ->capture_default_str();
    sub->add_option("--from", options->from, "Take the results from this JSON instead of measuring; from several: parts of one run")->expected(1, 4096);
    sub->add_option("--peers", options->peers, "JSON of other libraries (benchmarks/peers) to show beside the results")->expected(1, 64);
    sub->add_option("--json", options->json, "Write the results as JSON to this file; with --list, - is standard output");
    sub->add_option("--csv", options->csv, "Write the results as CSV to this file");
    sub->add_option("--html", options->html, "Write a page with bars to this file");
    sub->footer(
        "Examples:\n"
        "  ndlease bench --list\n"
        "  ndlease bench --filter 't2d|rgb' --size L --threads 1,2\n"
        "  ndlease bench --size S --seconds 0.1 --html report.html --json report.json\n"
        "  ndlease bench --compare report.json --band 10\n"
        "  ndlease bench --case 'shape=1080,1920,3;src=5760,3,1;dst=1920,1,2073600;item=1'\n"
        "  ndlease bench --device cuda:0 --direction h2d --size L\n"
        "  ndlease bench --from report.json --peers numpy.json --html beside.html");
    return {sub, [options] { return run_bench(*options); }};
}

int fail(const std::string& subject, const std::string& reason) {
    std::cerr << error_line(subject, reason) << '\n';
    return 2;
}

int run(int argc, char** argv) {
    CLI::App app{"Describe, copy and benchmark n-dimensional arrays of any layout."};
    app.name("ndlease");
    app.set_version_flag("--version", "ndlease " NDLEASE_VERSION);
    app.require_subcommand(1);
    app.footer(
        "Examples:\n"
        "  ndlease inspect image.npy\n"
        "  ndlease copy image.npy planes.npy --index '[::2, ::-1]' --permute 2,0,1\n"
        "  ndlease bench --size M --html report.html\n\n"
        "Exit codes: 0 done, 1 a benchmark result is wrong or slower than before, 2 an error.\n"
        "'ndlease SUBCOMMAND --help' shows the options and examples of each.");
    const std::vector<Subcommand> subcommands{add_info(app), add_inspect(app), add_copy(app), add_bench(app)};

    const auto chosen = [&]() -> const Subcommand* {
        for (const Subcommand& subcommand : subcommands) {
            if (subcommand.app->parsed()) return &subcommand;
        }
        return nullptr;
    };
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        const Subcommand* subcommand = chosen();
        if (subcommand == nullptr && argc > 1 && argv[1][0] != '-') {
            return fail("'" + std::string(argv[1]) + "'", "is no subcommand; there are info, inspect, copy and bench");
        }
        return fail(subcommand != nullptr ? subcommand->app->get_name() : "command line", error.what());
    }
    const Subcommand* subcommand = chosen();
    try {
        const int code = subcommand->run();
        if (!std::cout.flush()) return fail("standard output", "cannot be written");
        return code;
    } catch (const CommandError& error) {
        return fail(error.subject(), error.what());
    } catch (const std::bad_alloc&) {
        return fail(subcommand->app->get_name(), "out of memory");
    } catch (const std::exception& error) {
        return fail(subcommand->app->get_name(), error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        return fail("command line", error.what());
    }
}
