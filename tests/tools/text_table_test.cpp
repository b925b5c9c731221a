// SPDX-License-Identifier: Apache-2.0
#include "text_table.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace ndlease::tool {
namespace {

TEST(TextTable, lines_columns_up_and_ends_lines_at_the_last_letter) {
    TextTable table({{"name"}, {"n", TextTable::Align::right}, {"note"}});
    table.add_row({"a", "1000", ""});
    table.add_row({"m\xC3\xBCller", "7", "x"});
    std::ostringstream out;
    table.print(out, "> ");
    EXPECT_EQ(out.str(),
              "> name       n  note\n"
              "> a       1000\n"
              "> m\xC3\xBCller     7  x\n");
}

}  // namespace
}  // namespace ndlease::tool
