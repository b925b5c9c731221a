// SPDX-License-Identifier: Apache-2.0
// The ndlease command: parses the command line, runs one subcommand, turns every failure into one line and an exit code.
#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "command.hpp"

namespace {

namespace tool = ndlease::tool;

int fail(const std::string& subject, const std::string& reason) {
    std::cerr << tool::error_line(subject, reason) << '\n';
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
        "Exit codes: 0 done, 1 a benchmark result is wrong, 2 an error.\n"
        "'ndlease SUBCOMMAND --help' shows the options and examples of each.");
    const std::vector<tool::Subcommand> subcommands{tool::add_info(app), tool::add_inspect(app), tool::add_copy(app), tool::add_bench(app)};

    const auto chosen = [&]() -> const tool::Subcommand* {
        for (const tool::Subcommand& subcommand : subcommands) {
            if (subcommand.app->parsed()) return &subcommand;
        }
        return nullptr;
    };
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        const tool::Subcommand* subcommand = chosen();
        if (subcommand == nullptr && argc > 1 && argv[1][0] != '-') {
            return fail("'" + std::string(argv[1]) + "'", "is no subcommand; there are info, inspect, copy and bench");
        }
        return fail(subcommand != nullptr ? subcommand->app->get_name() : "command line", error.what());
    }
    const tool::Subcommand* subcommand = chosen();
    try {
        const int code = subcommand->run();
        if (!std::cout.flush()) return fail("standard output", "cannot be written");
        return code;
    } catch (const tool::CommandError& error) {
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
