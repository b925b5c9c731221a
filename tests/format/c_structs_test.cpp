// SPDX-License-Identifier: Apache-2.0
// The compiler is the oracle: sizeof, alignof and every offsetof of random structs against the reading of their format strings.
#include "format/c_structs.hpp"

#include <gtest/gtest.h>

#include <vector>

#include <ndlease/format_text.hpp>

namespace {

using ndlease::Field;
using ndlease::Format;

void flatten(const Format& record, std::int64_t base, std::vector<long long>& offsets) {
    for (const Field& field : record.fields()) {
        offsets.push_back(base + field.offset());
        flatten(field.format().element(), base + field.offset(), offsets);
    }
}

TEST(CompilerAgreement, sizes_alignments_and_offsets_of_random_structs) {
    const auto structs = ndlease::testing::c_structs();
    ASSERT_GE(structs.size(), 1000U);
    std::size_t members = 0;
    for (const ndlease::testing::CStruct& expected : structs) {
        SCOPED_TRACE(expected.format);
        const Format format = ndlease::parse_format(expected.format);
        ASSERT_EQ(format.itemsize(), expected.size);
        ASSERT_EQ(format.alignment(), expected.alignment);
        std::vector<long long> offsets;
        flatten(format, 0, offsets);
        ASSERT_EQ(offsets, std::vector<long long>(expected.offsets.begin(), expected.offsets.end()));
        ASSERT_EQ(ndlease::parse_format(ndlease::print_format(format)), format);
        members += offsets.size();
    }
    EXPECT_GT(members, 4 * structs.size());
}

}  // namespace
