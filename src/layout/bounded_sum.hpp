// SPDX-License-Identifier: Apache-2.0
// Whether bounded multiples of given numbers can add up to a target: what both questions about overlap come down to.
#pragma once

#include <array>
#include <cstdint>

#include <ndlease/dims.hpp>
#include <ndlease/layout.hpp>

namespace ndlease {

/// coefficient * x with x in [0, bound]; coefficient > 0, bound >= 0.
struct BoundedTerm {
    std::int64_t coefficient;
    std::int64_t bound;
};

/// Is there an x_i in [0, bound_i] for each term and a z in [0, slack] with sum(coefficient_i * x_i) + z == target?
class BoundedSum {
public:
    /// The terms of two layouts of max_rank.
    static constexpr int max_terms = 2 * max_rank;

    void add(std::int64_t coefficient, std::int64_t bound) noexcept { terms_[static_cast<std::size_t>(count_++)] = {coefficient, bound}; }
    void set_target(std::int64_t target, std::int64_t slack) noexcept {
        target_ = target;
        slack_ = slack;
    }

    /// Call once. Exact unless more than `work` candidates must be tried, then `may`; `work` is reduced by those tried.
    /// The search is exponential only in the terms that are left after `simplify`, less two.
    [[nodiscard]] Overlap solve(std::int64_t& work) noexcept;

private:
    enum class Simplified : std::uint8_t { no_solution, solution, undecided };

    [[nodiscard]] Simplified simplify() noexcept;
    void merge_equal_coefficients() noexcept;
    [[nodiscard]] bool absorb_small_terms() noexcept;
    [[nodiscard]] bool divide_by_common_factor() noexcept;
    void prepare_search() noexcept;
    [[nodiscard]] Overlap search(int level, std::int64_t target, std::int64_t& work) const noexcept;
    [[nodiscard]] const BoundedTerm& term(int i) const noexcept { return terms_[static_cast<std::size_t>(i)]; }

    // The arrays are not cleared: most questions use a few of their places, and are asked for each copy.
    std::array<BoundedTerm, max_terms> terms_;
    /// Of the terms from i on: the largest sum (at most target_) and the greatest common divisor.
    std::array<std::int64_t, max_terms + 1> largest_sum_;
    std::array<std::int64_t, max_terms + 1> common_factor_;
    int count_ = 0;
    std::int64_t target_ = 0;
    std::int64_t slack_ = 0;
};

}  // namespace ndlease
