// SPDX-License-Identifier: Apache-2.0
// Runs a test with each of the instruction sets that the machine has and the kernels are compiled for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#ifdef NDLEASE_WITH_SIMD
#include "cpu/simd/targets.hpp"
//
#include <hwy/targets.h>
#endif

namespace ndlease::testing {

/// Those to run with; 0 stands for the portable kernels.
inline std::vector<std::int64_t> instruction_sets() {
    std::vector<std::int64_t> sets;
#ifdef NDLEASE_WITH_SIMD
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) sets.push_back(target);
#endif
    if (sets.empty()) sets.push_back(0);
    return sets;
}

inline std::string instruction_set_name(std::int64_t target) {
#ifdef NDLEASE_WITH_SIMD
    if (target != 0) return hwy::TargetName(target);
#endif
    return target == 0 ? "portable" : "unknown";
}

/// Only this one is used as long as the object lives.
class InstructionSet {
public:
    explicit InstructionSet(std::int64_t target) { choose(target); }
    InstructionSet(const InstructionSet&) = delete;
    InstructionSet& operator=(const InstructionSet&) = delete;
    ~InstructionSet() { choose(0); }

private:
    static void choose(std::int64_t target) {
#ifdef NDLEASE_WITH_SIMD
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
#else
        static_cast<void>(target);
#endif
    }
};

}  // namespace ndlease::testing
