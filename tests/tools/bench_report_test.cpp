// SPDX-License-Identifier: Apache-2.0
#include "bench_report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace ndlease::tool {
namespace {

/// One right and one wrong result of 2 MB in 1 ms, half as fast as the ceiling.
std::vector<Measurement> results() {
    Measurement right;
    right.name = "right";
    right.copy = patterns::suite().front().make(1'000'000);
    right.path = "one_run";
    right.useful_bytes = 2'000'000;
    right.median_s = 1e-3;
    right.min_s = 0.5e-3;
    right.ceiling_gbps = 4;
    right.ceiling_by = "memcpy";
    Measurement wrong = right;
    wrong.name = "wrong";
    wrong.mismatch = "a wrong item at index (0)";
    return {right, wrong};
}

Context context() {
    Context context;
    context.cpu = "<cpu>";
    context.size = "S";
    return context;
}

nlohmann::json parsed() { return nlohmann::json::parse(json_report(context(), results())); }

TEST(BenchReport, computes_speed_from_the_median) {
    const nlohmann::json json = parsed();
    EXPECT_DOUBLE_EQ(json["results"][0]["gbps"].get<double>(), 2.0);
    EXPECT_DOUBLE_EQ(json["results"][0]["percent"].get<double>(), 50.0);
}

TEST(BenchReport, shows_wrong_results_everywhere) {
    std::ostringstream text;
    print_report(text, context(), results());
    EXPECT_NE(text.str().find("  NO  "), std::string::npos);
    EXPECT_FALSE(parsed()["results"][1]["verified"].get<bool>());
    EXPECT_NE(csv_report(results()).find(",false\n"), std::string::npos);
    EXPECT_NE(html_report(context(), results()).find("NO: a wrong item"), std::string::npos);
}

TEST(BenchReport, a_wrong_result_is_a_line_and_exit_code_1) {
    std::ostringstream err;
    EXPECT_EQ(print_mismatches(err, results()), 1);
    EXPECT_EQ(err.str(), "ndlease: wrong: the result is wrong: a wrong item at index (0)\n");
    EXPECT_EQ(print_mismatches(err, {results().front()}), 0);
}

TEST(BenchReport, page_escapes_what_it_shows) { EXPECT_EQ(html_report(context(), results()).find("<cpu>"), std::string::npos); }

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
