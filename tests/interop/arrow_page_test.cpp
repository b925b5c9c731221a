// SPDX-License-Identifier: Apache-2.0
// The code of docs/protocols/arrow.md, compiled and run; the last test finds every line of the page's blocks in this file.
#include <gtest/gtest.h>

#include <cstdint>

#include <ndlease/interop/arrow.hpp>

#include "interop/arrow_global_structs.hpp"
#include "shown_code.hpp"

namespace ndlease {
namespace {

// clang-format off
void lend_rows_to_arrow(const View& rows, ::ArrowSchema* schema, ::ArrowArray* array) {
    *schema = arrow::to_peer<::ArrowSchema>(arrow::export_schema(rows, {.name = "rows"}));
    *array = arrow::to_peer<::ArrowArray>(arrow::export_array(rows));  // holds a share of the lease until its release is called
}

View borrow_from_arrow(const ::ArrowSchema& schema, ::ArrowArray& array) {
    return arrow::import_array(schema, array);  // array is moved; its release runs when the last View is gone
}
// clang-format on

TEST(ArrowPage, both_ways) {
    static float rows[6] = {};
    ::ArrowSchema schema = {};
    ::ArrowArray array = {};
    lend_rows_to_arrow(View::lend(rows, Device::cpu(), Format::number(Kind::floating, 32), Layout::c_order({2, 3}, 4), {}), &schema, &array);
    const View view = borrow_from_arrow(schema, array);
    EXPECT_EQ(view.data(), rows);
    EXPECT_EQ(array.release, nullptr);
    EXPECT_STREQ(schema.name, "rows");
    schema.release(&schema);
}

TEST(ArrowPage, shows_the_code_above) { testing::expect_shown_code(NDLEASE_ARROW_PAGE, NDLEASE_ARROW_PAGE_TEST, 7); }

}  // namespace
}  // namespace ndlease
