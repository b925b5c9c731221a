// SPDX-License-Identifier: Apache-2.0
// What the subcommands are asked for, and how they fail. Only main.cpp knows the command line's syntax.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ndlease::tool {

struct InfoOptions {
    bool json = false;
};
/// A file or a format string; exactly one is there.
struct InspectOptions {
    std::optional<std::string> file, format;
    std::optional<std::int64_t> itemsize;  ///< bytes
    std::string abi = "host";
    bool json = false;
};
struct CopyRequest {
    std::string in, out;
    std::optional<std::string> index, permute, field, order, dtype;
    std::string device = "cpu";
    int threads = 0;
    bool checked = false, explain = false;
};
struct BenchOptions {
    bool list = false;
    std::string filter, size = "M", device = "cpu";
    std::string direction;           ///< "": cpu, or d2d where the device is one
    std::vector<int> threads{0};     ///< 0: as many as there are
    std::vector<std::string> cases;  ///< layouts of the user's own, instead of the suite
    double seconds = 0.5;
    double error = 0.5;                          ///< percent: where repeating ends
    std::vector<std::string> from;               ///< reports to read instead of measuring: parts of one run
    std::optional<std::string> compare;          ///< a report to read
    double band = 5;                             ///< percent: of a comparison
    std::vector<std::string> peers;              ///< reports of other libraries to read
    std::optional<std::string> json, csv, html;  ///< files to write
};

// Each writes to standard output, returns the exit code, and throws CommandError or what the library throws.
int run_info(const InfoOptions& options);
int run_inspect(const InspectOptions& options);
int run_copy(const CopyRequest& options);
int run_bench(const BenchOptions& options);

/// Ends the command with exit code 2 and the line `ndlease: <subject>: <reason>`.
class CommandError : public std::runtime_error {
public:
    CommandError(std::string subject, const std::string& reason) : std::runtime_error(reason), subject_(std::move(subject)) {}
    [[nodiscard]] const std::string& subject() const noexcept { return subject_; }

private:
    std::string subject_;
};

/// The line that stderr gets, without its end: line breaks inside become spaces, other control characters \xNN, and a reason that starts with the subject says
/// it once.
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
