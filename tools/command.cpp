// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"

#include <algorithm>

#include "text_table.hpp"

namespace ndlease::tool {

std::string error_line(const std::string& subject, const std::string& reason) {
    const std::string head = subject + ": ";
    std::string line = "ndlease: " + head + (reason.compare(0, head.size(), head) == 0 ? reason.substr(head.size()) : reason);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    return printable(line);
}

}  // namespace ndlease::tool
