// SPDX-License-Identifier: Apache-2.0
// Whether the code that a page of docs/ shows stands in the test that compiles it.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

namespace ndlease::testing {

inline std::vector<std::string> unindented_lines_of(const char* path) {
    std::ifstream in(path);
    EXPECT_TRUE(in) << path;
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        line.erase(0, line.find_first_not_of(' '));
        if (!line.empty()) lines.push_back(line);
    }
    return lines;
}

/// Expects each line of the page's code blocks in the source, in the order of the page; checks may stand between. At least `least` lines.
inline void expect_shown_code(const char* page, const char* source_file, int least) {
    const std::vector<std::string> source = unindented_lines_of(source_file);
    std::size_t at = 0;
    bool in_code = false;
    int shown = 0;
    for (const std::string& line : unindented_lines_of(page)) {
        if (line.starts_with("```")) {
            in_code = !in_code;
        } else if (in_code) {
            while (at < source.size() && source[at] != line) ++at;
            ASSERT_LT(at, source.size()) << "not in this test: " << line;
            ++shown;
        }
    }
    EXPECT_GE(shown, least);
}

}  // namespace ndlease::testing
