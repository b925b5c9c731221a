// SPDX-License-Identifier: Apache-2.0
// What the subcommands share: how one is added to the command line, and how it fails.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

namespace CLI {
class App;
}

namespace ndlease::tool {

/// Runs a parsed subcommand; returns the exit code of the process.
using Action = std::function<int()>;

struct Subcommand {
    CLI::App* app;
    Action run;
};

[[nodiscard]] Subcommand add_info(CLI::App& app);
[[nodiscard]] Subcommand add_inspect(CLI::App& app);
[[nodiscard]] Subcommand add_copy(CLI::App& app);
[[nodiscard]] Subcommand add_bench(CLI::App& app);

/// Ends the command with exit code 2 and the line `ndlease: <subject>: <reason>`.
class CommandError : public std::runtime_error {
public:
    CommandError(std::string subject, const std::string& reason) : std::runtime_error(reason), subject_(std::move(subject)) {}
    [[nodiscard]] const std::string& subject() const noexcept { return subject_; }

private:
    std::string subject_;
};

/// The line that stderr gets, without its end: line breaks inside become spaces, and a reason that starts with the subject says it once.
[[nodiscard]] std::string error_line(const std::string& subject, const std::string& reason);

/// What `step()` returns; what it throws becomes a CommandError about `subject`.
template <class Step>
auto about(const std::string& subject, Step&& step) -> decltype(step()) {
    try {
        return step();
    } catch (const CommandError&) {
        throw;
    } catch (const std::exception& error) {
        throw CommandError(subject, error.what());
    }
}

}  // namespace ndlease::tool
