// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <ndlease/error.hpp>

#include "interop/protocols.hpp"

namespace ndlease::testing {
namespace {

/// What became of one sample in one protocol.
struct Outcome {
    bool passed = false;
    std::string refusal;  ///< the error's code and text
};

Outcome outcome_of(const Protocol& protocol, const Sample& sample, const View& block, std::vector<std::string>& failures) {
    const View view = sample.make(block);
    try {
        const View back = protocol.pass(view);
        const std::string changed = difference(view, back, protocol.reads_only);
        if (!changed.empty()) failures.push_back(std::string(sample.name) + " through " + std::string(protocol.name) + " changed " + changed);
        return {true, {}};
    } catch (const Error& error) {
        if (error.code() != errc::not_expressible) {
            failures.push_back(std::string(sample.name) + " through " + std::string(protocol.name) + ": " + to_string(error.code()) + ": " + error.what());
        }
        return {false, error.what()};
    }
}

/// Of the samples that `first` carries: how many `second` takes from it, and how many it must refuse as it does without `first`.
struct PairCount {
    int taken = 0;
    int offered = 0;
};

PairCount pass_both(const Protocol& first, const Protocol& second, const View& block, std::vector<std::string>& failures) {
    PairCount count;
    for (const Sample& sample : samples()) {
        if (sample.host_only && block.device() != Device::cpu()) continue;
        const View view = sample.make(block);
        View between;
        try {
            between = first.pass(view);
        } catch (const Error&) {
            continue;
        }
        ++count.offered;
        const auto report = [&](const std::string& what) {
            failures.push_back(std::string(sample.name) + " through " + std::string(first.name) + ", then " + std::string(second.name) + ": " + what);
        };
        bool alone = true;  // whether `second` carries it straight from its owner, as far as it may be written
        try {
            (void)second.pass(between.is_read_only() ? view.read_only() : view);
        } catch (const Error&) {
            alone = false;
        }
        try {
            const View back = second.pass(between);
            ++count.taken;
            if (const std::string changed = difference(view, back, first.reads_only || second.reads_only); !changed.empty()) report("changed " + changed);
            if (!alone) report("taken, though refused without the first");
        } catch (const Error& error) {
            if (alone) report(std::string("refused, though taken without the first: ") + error.what());
        }
    }
    return count;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

std::string protocol_tables(std::span<const Protocol> protocols, const View& block, std::vector<std::string>& failures) {
    std::ostringstream out;
    std::vector<std::string> reasons;  // in the order of their numbers
    const auto number_of = [&](const std::string& reason) {
        for (std::size_t i = 0; i < reasons.size(); ++i) {
            if (reasons[i] == reason) return i + 1;
        }
        reasons.push_back(reason);
        return reasons.size();
    };

    out << "| view |";
    for (const Protocol& protocol : protocols) out << ' ' << protocol.name << " |";
    out << "\n|---|";
    for (std::size_t i = 0; i < protocols.size(); ++i) out << "---|";
    out << '\n';
    for (const Sample& sample : samples()) {
        if (sample.host_only && block.device() != Device::cpu()) continue;
        out << "| " << sample.name << " |";
        for (const Protocol& protocol : protocols) {
            const Outcome outcome = outcome_of(protocol, sample, block, failures);
            if (outcome.passed) {
                out << (protocol.reads_only && !sample.make(block).is_read_only() ? " read-only |" : " yes |");
            } else {
                out << " no (" << number_of(outcome.refusal) << ") |";
            }
        }
        out << '\n';
    }

    out << "\nWhat the refusals say:\n\n";
    for (std::size_t i = 0; i < reasons.size(); ++i) out << i + 1 << ". " << reasons[i] << '\n';

    out << "\nWhat comes in by the protocol of the row and goes on by that of the column, of those that come in:\n\n| from |";
    for (const Protocol& protocol : protocols) out << ' ' << protocol.name << " |";
    out << "\n|---|";
    for (std::size_t i = 0; i < protocols.size(); ++i) out << "---|";
    out << '\n';
    for (const Protocol& first : protocols) {
        out << "| " << first.name << " |";
        for (const Protocol& second : protocols) {
            const PairCount count = pass_both(first, second, block, failures);
            out << ' ' << count.taken << " of " << count.offered << " |";
        }
        out << '\n';
    }
    return out.str();
}

std::string check_documented(std::string_view name, const std::string& tables) {
    const std::string path = NDLEASE_PROTOCOLS_PAGE;
    const std::string page = read_file(path);
    const std::string opening = "<!-- " + std::string(name) + " -->\n";
    const std::size_t begin = page.find(opening);
    const std::size_t end = begin == std::string::npos ? begin : page.find("<!-- end -->", begin);
    if (end == std::string::npos) return path + " has no place for " + std::string(name);
    const std::size_t from = begin + opening.size();
    if (page.substr(from, end - from) == tables) return {};
    if (std::getenv("NDLEASE_WRITE_DOCS") == nullptr) return path + " says something else; run this test with NDLEASE_WRITE_DOCS=1 to write:\n" + tables;
    std::ofstream(path, std::ios::binary) << page.substr(0, from) << tables << page.substr(end);
    return {};
}

}  // namespace ndlease::testing
