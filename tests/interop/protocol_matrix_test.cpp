// SPDX-License-Identifier: Apache-2.0
// All protocols against all: what comes in by one goes on by every other, unchanged, or is refused as it would be without the first.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

#include "interop/protocols.hpp"
#include "interop/random_view.hpp"

namespace ndlease {
namespace {

using testing::Protocol;

View block_of_bytes() {
    const View block = allocate(Format(), {4096});
    auto* const bytes = static_cast<unsigned char*>(block.mutable_data());
    for (int i = 0; i < 4096; ++i) bytes[i] = static_cast<unsigned char>(i * 7);
    return block;
}

TEST(ProtocolMatrix, is_what_the_documentation_says) {
    const View block = block_of_bytes();
    std::vector<std::string> failures;
    const std::string tables = testing::protocol_tables(testing::host_protocols(), block, failures);
    for (const std::string& failure : failures) ADD_FAILURE() << failure;
    EXPECT_EQ(block.lease().holders(), 1) << "an object was not given back";
    EXPECT_EQ(testing::check_documented("host memory", tables), "");
}

/// A View that a protocol has carried is carried by every other one as its owner's own would be.
TEST(ProtocolMatrix, random_views_go_through_all_pairs) {
    testing::Random random(20'261'125);
    testing::RandomViews views;
    std::int64_t carried = 0, refused = 0;
    for (int i = 0; i < 3'000 && !::testing::Test::HasFailure(); ++i) {
        const View view = views.next(random);
        for (const Protocol& first : testing::host_protocols()) {
            View between;
            try {
                between = first.pass(view);
            } catch (const Error&) {
                continue;
            }
            ASSERT_EQ(testing::difference(view, between, first.reads_only), "") << to_string(view) << " through " << first.name;
            const View owners = between.is_read_only() ? view.read_only() : view;
            for (const Protocol& second : testing::host_protocols()) {
                std::string alone, after;
                try {
                    (void)second.pass(owners);
                } catch (const Error& error) {
                    alone = to_string(error.code());
                }
                try {
                    const View back = second.pass(between);
                    ASSERT_EQ(testing::difference(owners, back, second.reads_only), "")
                        << to_string(view) << " through " << first.name << ", then " << second.name;
                } catch (const Error& error) {
                    after = to_string(error.code());
                }
                ASSERT_EQ(alone, after) << to_string(view) << " through " << first.name << ", then " << second.name;
                ++(after.empty() ? carried : refused);
            }
        }
    }
    EXPECT_EQ(views.outstanding(), 0) << "an object was not given back";
    EXPECT_GT(carried, 30'000);
    EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace ndlease
