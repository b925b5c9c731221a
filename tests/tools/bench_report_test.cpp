// SPDX-License-Identifier: Apache-2.0
#include "bench_report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "command.hpp"

namespace ndlease::tool {
namespace {

/// 2 MB in 1 ms, half as fast as the ceiling; the granule model has half as many bytes again.
Result right() {
    Result result;
    result.name = "right";
    result.family = 1;
    result.item = "<f";
    result.itemsize = 4;
    result.shape = {500, 500};
    result.src_strides = {4, 2000};
    result.dst_strides = {2000, 4};
    result.path = "tiles";
    result.useful_bytes = 2'000'000;
    result.modelled_bytes = 3'000'000;
    result.warm = {1e-3, 0.5e-3, 0.01, 7, 0.5e-3, "memcpy"};
    result.cold = {2e-3, 1e-3, 0.02, 5, 0.5e-3, "memcpy"};
    return result;
}

Report report() {
    Report report;
    report.context.cpu = "<cpu>";
    report.context.size = "S";
    report.context.scale_bytes = 1'000'000;
    report.context.threads = {1, 2};
    report.results = {right(), right(), right()};
    report.results[1].threads = 2;
    report.results[1].warm.median_s = 0.25e-3;
    report.results[2].name = "wrong";
    report.results[2].mismatch = "a wrong item at index (0)";
    return report;
}

/// A library that is a quarter as fast as ours on "right" and cannot express "wrong".
Report peer() {
    Report peer;
    peer.context.library = "Other";
    peer.context.version = "3.1";
    peer.context.scale_bytes = 1'000'000;
    peer.results = {right(), right()};
    peer.results[0].warm.median_s = 4e-3;
    peer.results[0].warm.ceiling_s = 0;
    peer.results[1].name = "wrong";
    peer.results[1].warm = peer.results[1].cold = {};
    peer.results[1].not_measured = "not expressible: anything";
    return peer;
}

nlohmann::json parsed() { return nlohmann::json::parse(json_report(report())); }

TEST(BenchReport, computes_speed_from_the_median) {
    const nlohmann::json result = parsed()["results"][0];
    EXPECT_DOUBLE_EQ(result["gbps"].get<double>(), 2.0);
    EXPECT_DOUBLE_EQ(result["ceiling_gbps"].get<double>(), 4.0);
    EXPECT_DOUBLE_EQ(result["percent"].get<double>(), 50.0);
    EXPECT_DOUBLE_EQ(result["percent_of_model"].get<double>(), 75.0);
    EXPECT_DOUBLE_EQ(result["cold_gbps"].get<double>(), 1.0);
    EXPECT_DOUBLE_EQ(result["cold_percent"].get<double>(), 25.0);
}

TEST(BenchReport, counts_bytes_once_where_they_cross_a_link) {
    Result result = right();
    result.direction = "h2d";
    EXPECT_DOUBLE_EQ(result.gbps(), 1.0);
    EXPECT_DOUBLE_EQ(result.percent(), 50.0);
}

TEST(BenchReport, is_read_back_as_it_was_written) {
    Report whole = report();
    whole.peers.push_back(peer());
    const std::string text = json_report(whole);
    EXPECT_EQ(json_report(parse_report("text", text)), text);
}

TEST(BenchReport, refuses_what_is_no_report) {
    for (const char* text : {"", "{}", "[]", "{\"context\": {}, \"results\": [{}]}", "{\"context\": {}, \"results\": [{\"name\": \"x\", \"threads\": 1}]}",
                             "{\"context\": {}, \"results\": [{\"name\": \"x\", \"threads\": 1, \"useful_bytes\": 8, \"median_s\": 0}]}"}) {
        EXPECT_THROW((void)parse_report("text", text), CommandError) << text;
    }
}

TEST(BenchReport, means_are_geometric_and_leave_small_calls_out) {
    Report two = report();
    two.results[2] = right();
    two.results[2].warm.median_s = 4e-3;  // 12.5 %: with 50 % a mean of 25 %
    two.results.push_back(right());
    two.results[3].family = 29;
    two.results[3].warm.median_s = 1;
    const std::vector<Mean> means = means_of(two);
    ASSERT_EQ(means.size(), 2U);
    EXPECT_EQ(means[0].patterns, 2);
    EXPECT_NEAR(means[0].percent, 25, 1e-9);
    EXPECT_NEAR(means[0].percent_cold, 25, 1e-9);
    EXPECT_NEAR(means[1].percent, 200, 1e-9);
}

TEST(BenchReport, sets_peers_against_our_ceiling_where_both_measured) {
    const Report ours = report();
    const std::vector<PeerMean> means = means_beside(ours, peer());
    ASSERT_EQ(means.size(), 1U);  // the peer has one thread alone
    EXPECT_EQ(means[0].patterns, 1);
    EXPECT_NEAR(means[0].ours, 50, 1e-9);
    EXPECT_NEAR(means[0].theirs, 12.5, 1e-9);

    Report whole = ours;
    whole.peers.push_back(peer());
    std::ostringstream text;
    print_report(text, whole);
    EXPECT_NE(text.str().find("4.0x"), std::string::npos) << text.str();
    EXPECT_NE(html_report(whole).find("Other 3.1"), std::string::npos);
    EXPECT_NE(csv_report(whole).find("\nOther,right,"), std::string::npos);
}

TEST(BenchReport, shows_wrong_results_everywhere) {
    std::ostringstream text;
    print_report(text, report());
    EXPECT_NE(text.str().find("  NO  "), std::string::npos);
    EXPECT_FALSE(parsed()["results"][2]["verified"].get<bool>());
    EXPECT_NE(csv_report(report()).find(",false,a wrong item at index (0),\n"), std::string::npos);
    EXPECT_NE(html_report(report()).find("NO: a wrong item"), std::string::npos);
}

TEST(BenchReport, a_wrong_result_is_a_line_and_exit_code_1) {
    std::ostringstream err;
    EXPECT_EQ(print_mismatches(err, report().results), 1);
    EXPECT_EQ(err.str(), "ndlease: wrong: the result is wrong: a wrong item at index (0)\n");
    EXPECT_EQ(print_mismatches(err, {report().results.front()}), 0);
}

TEST(BenchReport, page_escapes_what_it_shows) { EXPECT_EQ(html_report(report()).find("<cpu>"), std::string::npos); }

TEST(BenchReport, numbers_keep_three_digits) {
    EXPECT_EQ(duration_text(0.0012345), "1.23 ms");
    EXPECT_EQ(duration_text(45.6e-6), "45.6 us");
    EXPECT_EQ(duration_text(789e-9), "789 ns");
    EXPECT_EQ(duration_text(12), "12.0 s");
    EXPECT_EQ(bytes_text(512), "512 B");
    EXPECT_EQ(bytes_text(1 << 20), "1 MiB");
    EXPECT_EQ(bytes_text(1536), "1.5 KiB");
}

}  // namespace
}  // namespace ndlease::tool
