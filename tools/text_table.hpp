// SPDX-License-Identifier: Apache-2.0
// A table of text whose columns line up.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace ndlease::tool {

/// Control characters as \xNN, so that names out of a file stay on their line and cannot steer the terminal.
[[nodiscard]] std::string printable(const std::string& text);

/// Cells are shown as printable() says.
class TextTable {
public:
    enum class Align { left, right };
    struct Column {
        std::string title;
        Align align = Align::left;
    };

    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
    /// One cell per column.
    void add_row(std::vector<std::string> cells);
    /// Each line starts with `margin`; no line ends in a space.
    void print(std::ostream& out, const std::string& margin = "") const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace ndlease::tool
