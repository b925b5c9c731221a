// SPDX-License-Identifier: Apache-2.0
#include "layout/bounded_sum.hpp"

#include <algorithm>
#include <numeric>

namespace ndlease {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t nothing = -1;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) noexcept { return a / b + (a % b != 0 ? 1 : 0); }  // a >= 0, b > 0

/// The smallest x >= 0 with low <= (factor * x) mod modulus <= high, or `nothing`. 0 <= factor < modulus, 0 <= low <= high < modulus.
/// Each step replaces (factor, modulus) as Euclid's algorithm does, so there are O(log modulus) of them.
std::int64_t first_in_window(std::int64_t factor, std::int64_t modulus, std::int64_t low, std::int64_t high) noexcept {
    if (low == 0) return 0;
    if (factor == 0) return nothing;
    if (factor > modulus - factor) return first_in_window(modulus - factor, modulus, modulus - high, modulus - low);
    const std::int64_t steps = ceil_div(low, factor);
    if (steps <= high / factor) return steps;
    // No multiple of factor lies in the window itself: find how often to wrap around until one does.
    const std::int64_t rest = modulus % factor;
    const std::int64_t wraps = first_in_window(rest == 0 ? 0 : factor - rest, factor, low % factor, high % factor);
    if (wraps == nothing) return nothing;
    return static_cast<std::int64_t>((static_cast<Wide>(modulus) * wraps + low + factor - 1) / factor);
}

/// The smallest x in [from, to] for which (target - coefficient * x) mod modulus <= slack, or `nothing`.
std::int64_t next_candidate(std::int64_t coefficient, std::int64_t modulus, std::int64_t slack, std::int64_t target, std::int64_t from,
                            std::int64_t to) noexcept {
    const std::int64_t start = (target - coefficient * from) % modulus;  // coefficient * x <= target for every x asked about
    if (start <= slack) return from;
    const std::int64_t remainder = coefficient % modulus;
    const std::int64_t step = remainder == 0 ? 0 : modulus - remainder;
    const std::int64_t skip = first_in_window(step, modulus, modulus - start, modulus - start + slack);
    return skip == nothing || skip > to - from ? nothing : from + skip;
}

}  // namespace

Overlap BoundedSum::solve(std::int64_t& work) noexcept {
    switch (simplify()) {
        case Simplified::no_solution: return Overlap::no;
        case Simplified::solution: return Overlap::yes;
        case Simplified::undecided: break;
    }
    prepare_search();
    return search(0, target_, work);
}

BoundedSum::Simplified BoundedSum::simplify() noexcept {
    if (target_ < 0) return Simplified::no_solution;
    merge_equal_coefficients();
    bool changed = true;
    while (changed) {
        slack_ = std::min(slack_, target_);
        changed = absorb_small_terms();
        if (count_ == 0) return target_ <= slack_ ? Simplified::solution : Simplified::no_solution;
        changed |= divide_by_common_factor();
        if (slack_ < 0) return Simplified::no_solution;
    }
    return Simplified::undecided;
}

/// Sorts the largest coefficient first; adds up the bounds of equal ones.
void BoundedSum::merge_equal_coefficients() noexcept {
    const auto begin = terms_.begin();
    std::sort(begin, begin + count_, [](const BoundedTerm& a, const BoundedTerm& b) { return a.coefficient > b.coefficient; });
    int kept = 0;
    for (int i = 0; i < count_; ++i) {
        BoundedTerm next = term(i);
        next.bound = std::min(next.bound, target_ / next.coefficient);
        if (next.bound == 0) continue;
        BoundedTerm* const last = kept > 0 ? &terms_[static_cast<std::size_t>(kept - 1)] : nullptr;
        if (last != nullptr && last->coefficient == next.coefficient) {
            const std::int64_t most = target_ / next.coefficient;
            last->bound = next.bound >= most - last->bound ? most : last->bound + next.bound;
        } else {
            terms_[static_cast<std::size_t>(kept++)] = next;
        }
    }
    count_ = kept;
}

/// A step that is no longer than the slack + 1 leaves no hole: together they are a longer slack.
bool BoundedSum::absorb_small_terms() noexcept {
    bool absorbed = false;
    while (count_ > 0 && term(count_ - 1).coefficient - 1 <= slack_) {
        const BoundedTerm& smallest = term(--count_);
        const std::int64_t reach = smallest.coefficient * std::min(smallest.bound, target_ / smallest.coefficient);
        slack_ = reach >= target_ - slack_ ? target_ : slack_ + reach;
        absorbed = true;
    }
    return absorbed;
}

/// The terms add up to a multiple of their common factor: only the multiples in [target - slack, target] remain. A slack below 0
/// says that there is none.
bool BoundedSum::divide_by_common_factor() noexcept {
    std::int64_t factor = 0;
    for (int i = 0; i < count_; ++i) factor = std::gcd(factor, term(i).coefficient);
    if (factor == 1) return false;
    const std::int64_t lowest = ceil_div(target_ - slack_, factor);
    target_ /= factor;
    slack_ = target_ - lowest;
    for (int i = 0; i < count_; ++i) terms_[static_cast<std::size_t>(i)].coefficient /= factor;
    return true;
}

void BoundedSum::prepare_search() noexcept {
    largest_sum_[static_cast<std::size_t>(count_)] = 0;
    common_factor_[static_cast<std::size_t>(count_)] = 0;
    for (int i = count_ - 1; i >= 0; --i) {
        const auto at = static_cast<std::size_t>(i);
        BoundedTerm& here = terms_[at];
        here.bound = std::min(here.bound, target_ / here.coefficient);
        const std::int64_t reach = here.coefficient * here.bound;
        largest_sum_[at] = reach >= target_ - largest_sum_[at + 1] ? target_ : largest_sum_[at + 1] + reach;
        common_factor_[at] = std::gcd(common_factor_[at + 1], here.coefficient);
    }
}

Overlap BoundedSum::search(int level, std::int64_t target, std::int64_t& work) const noexcept {
    const BoundedTerm& here = term(level);
    const auto next = static_cast<std::size_t>(level) + 1;
    const std::int64_t after = target - largest_sum_[next];
    const std::int64_t from = after <= slack_ ? 0 : ceil_div(after - slack_, here.coefficient);
    const std::int64_t to = std::min(here.bound, target / here.coefficient);
    if (level + 1 == count_) return from <= to ? Overlap::yes : Overlap::no;
    std::int64_t x = from;
    while (x <= to) {
        x = next_candidate(here.coefficient, common_factor_[next], slack_, target, x, to);
        if (x == nothing) break;
        if (work <= 0) return Overlap::may;
        --work;
        const Overlap found = search(level + 1, target - here.coefficient * x, work);
        if (found != Overlap::no) return found;
        ++x;
    }
    return Overlap::no;
}

}  // namespace ndlease
