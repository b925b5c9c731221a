// SPDX-License-Identifier: Apache-2.0
// The figures that copies over the link go by, and how they are changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "copy/link_cost_text.hpp"

#include <ndlease/error.hpp>

namespace ndlease::testing {
namespace {

using copying::parse_link_costs;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal(const char* text) {
    try {
        static_cast<void>(parse_link_costs(text, "NDLEASE_LINK_COSTS"));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::invalid_argument);
        return error.what();
    }
    return "not refused";
}

TEST(link_costs, are_changed_by_name) {
    const LinkCosts costs = parse_link_costs("h2d_gbps=25.5,dma_row_ns=0,slot_bytes=1048576", "here");
    EXPECT_EQ(costs.h2d_gbps, 25.5);
    EXPECT_EQ(costs.dma_row_ns, 0);
    EXPECT_EQ(costs.slot_bytes, 1 << 20);
    EXPECT_EQ(costs.d2h_gbps, LinkCosts().d2h_gbps);
    EXPECT_EQ(parse_link_costs("", "here").h2d_gbps, LinkCosts().h2d_gbps);
    EXPECT_EQ(parse_link_costs("cpu_gbps=1e2,", "here").cpu_gbps, 100);
}

TEST(link_costs, refuse_what_means_nothing) {
    EXPECT_THAT(refusal("speed=5"), AllOf(HasSubstr("NDLEASE_LINK_COSTS"), HasSubstr("\"speed\" is no figure"), HasSubstr("h2d_gbps, d2h_gbps, dma_us")));
    EXPECT_THAT(refusal("h2d_gbps"), HasSubstr("not of the form name=number"));
    EXPECT_THAT(refusal("h2d_gbps=fast"), HasSubstr("h2d_gbps: \"fast\" is no number"));
    EXPECT_THAT(refusal("h2d_gbps=5x"), HasSubstr("is no number"));
    EXPECT_THAT(refusal("h2d_gbps="), HasSubstr("is no number"));
    EXPECT_THAT(refusal("dma_us=1,,dma_row_ns=2"), HasSubstr("\"\" is not of the form"));
    EXPECT_THAT(refusal("h2d_gbps=0"), HasSubstr("h2d_gbps is 0, expected a number from 1e-06"));
    EXPECT_THAT(refusal("dma_us=-1"), HasSubstr("dma_us is -1, expected a number from 0"));
    EXPECT_THAT(refusal("dma_us=nan"), HasSubstr("expected"));
    EXPECT_THAT(refusal("slot_bytes=8388608"), HasSubstr("to 4194304"));
    EXPECT_THAT(refusal("scratch_bytes=100"), HasSubstr("from 256"));
}

TEST(link_costs, are_those_given_last) {
    LinkCosts costs;
    costs.h2d_gbps = 300;
    set_link_costs(costs);
    EXPECT_EQ(link_costs().h2d_gbps, 300);
    costs.dma_us = std::numeric_limits<double>::infinity();
    EXPECT_THROW(set_link_costs(costs), Error);
    EXPECT_EQ(link_costs().dma_us, LinkCosts().dma_us);
    set_link_costs(LinkCosts());
}

// Read once. A wrong variable is refused each time: no copy goes by half of it.
TEST(link_costs_death, come_from_the_environment) {
    const auto run = [](const char* text) {
        ::setenv("NDLEASE_LINK_COSTS", text, 1);
        try {
            const double before = link_costs().h2d_gbps;
            ::setenv("NDLEASE_LINK_COSTS", "h2d_gbps=1", 1);
            std::fprintf(stderr, "%g %g\n", before, link_costs().h2d_gbps);
        } catch (const Error& error) {
            std::fprintf(stderr, "%s\n", error.what());
        }
        std::_Exit(0);
    };
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(run("h2d_gbps=33"), ::testing::ExitedWithCode(0), "33 33");
    EXPECT_EXIT(run("hd_gbps=33"), ::testing::ExitedWithCode(0), "NDLEASE_LINK_COSTS: \"hd_gbps\" is no figure");
}

}  // namespace
}  // namespace ndlease::testing
