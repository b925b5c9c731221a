// SPDX-License-Identifier: Apache-2.0
#include "bench_compare.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "command.hpp"

namespace ndlease::tool {
namespace {

Result result(const std::string& name, double median_s, double spread = 0.01, int threads = 1) {
    Result made;
    made.name = name;
    made.threads = threads;
    made.useful_bytes = 1'000'000;
    made.warm = {median_s, median_s, spread, 10, 0.5e-3, "memcpy"};
    return made;
}

Report run(std::vector<Result> results, const std::string& cpu = "cpu") {
    Report report;
    report.context.cpu = cpu;
    report.context.size = "S";
    report.context.scale_bytes = 65536;
    report.results = std::move(results);
    return report;
}

struct Outcome {
    int code;
    std::string out, err;
};

Outcome compare(const Report& now, const Report& old, double band = 5) {
    std::ostringstream out, err;
    const int code = compare_reports(out, err, now, old, "old.json", band);
    return {code, out.str(), err.str()};
}

TEST(BenchCompare, a_slower_pattern_is_exit_code_1) {
    const Outcome outcome = compare(run({result("a", 1.2e-3), result("b", 1e-3)}), run({result("a", 1e-3), result("b", 1e-3)}));
    EXPECT_EQ(outcome.code, 1);
    EXPECT_NE(outcome.out.find("0.833"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("SLOWER"), std::string::npos);
    EXPECT_NE(outcome.out.find("2 compared: 1 slower, 0 faster"), std::string::npos);
    EXPECT_EQ(outcome.err, "");
}

TEST(BenchCompare, within_the_band_nothing_is_slower) {
    EXPECT_EQ(compare(run({result("a", 1.2e-3)}), run({result("a", 1e-3)}), 25).code, 0);
    EXPECT_EQ(compare(run({result("a", 1.04e-3)}), run({result("a", 1e-3)})).code, 0);
    EXPECT_EQ(compare(run({result("a", 1.06e-3)}), run({result("a", 1e-3)})).code, 1);
}

TEST(BenchCompare, the_band_is_at_least_both_spreads) {
    EXPECT_EQ(compare(run({result("a", 1.2e-3, 0.15)}), run({result("a", 1e-3, 0.10)})).code, 0);
    EXPECT_EQ(compare(run({result("a", 1.2e-3, 0.05)}), run({result("a", 1e-3, 0.10)})).code, 1);
}

TEST(BenchCompare, says_what_became_faster) {
    const Outcome outcome = compare(run({result("a", 0.5e-3)}), run({result("a", 1e-3)}));
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.out.find("faster\n"), std::string::npos);
    EXPECT_NE(outcome.out.find("geometric mean of new/old 2.000"), std::string::npos);
}

TEST(BenchCompare, names_what_is_in_one_run_only) {
    const Outcome outcome = compare(run({result("a", 1e-3), result("new", 1e-3)}), run({result("a", 1e-3), result("a", 1e-3, 0.01, 2)}));
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.out.find("Only in this run: new (1 thread)"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("Only in old.json: a (2 threads)"), std::string::npos) << outcome.out;
}

TEST(BenchCompare, on_another_machine_compares_percentages_and_says_so) {
    Report now = run({result("a", 4e-3)}, "slow machine");
    now.results[0].warm.ceiling_s = 2e-3;  // a quarter of the speed, and the same percentage
    const Outcome outcome = compare(now, run({result("a", 1e-3)}, "fast machine"));
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.err.find("another machine"), std::string::npos);
    EXPECT_NE(outcome.err.find("fast machine"), std::string::npos);
    EXPECT_NE(outcome.out.find("50.0 %"), std::string::npos);
}

TEST(BenchCompare, refuses_runs_without_a_common_pattern_and_of_other_sizes) {
    EXPECT_THROW((void)compare(run({result("a", 1e-3)}), run({result("b", 1e-3)})), CommandError);
    Report large = run({result("a", 1e-3)});
    large.context.scale_bytes = 1 << 30;
    EXPECT_THROW((void)compare(run({result("a", 1e-3)}), large), CommandError);
}

}  // namespace
}  // namespace ndlease::tool
