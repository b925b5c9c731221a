// SPDX-License-Identifier: Apache-2.0
// Error codes, flags and layouts mean the same as with the toolkit. Where no toolkit was found the comparison is skipped.
#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

#include "toolkit_numbers.hpp"

namespace simulated_cuda::test {
namespace {

constexpr Number kNumbers[] = {
#define NUMBER(name) {#name, static_cast<long long>(name)},
#include "numbers.inc"
#undef NUMBER
};
constexpr Number kSizes[] = {
    {"dim3", sizeof(dim3)},
    {"uint3", sizeof(uint3)},
    {"uint2 alignment", alignof(uint2)},
    {"uint4 alignment", alignof(uint4)},
    {"uchar4 alignment", alignof(uchar4)},
    {"double2 alignment", alignof(double2)},
    {"longlong2 alignment", alignof(longlong2)},
    {"cudaMemcpy3DParms", sizeof(cudaMemcpy3DParms)},
    {"cudaMemPoolProps", sizeof(cudaMemPoolProps)},
    {"cudaGraphEdgeData", sizeof(cudaGraphEdgeData)},
};

TEST(Numbers, the_list_names_every_enumerator_of_the_header) {
    std::ifstream header(SIMULATED_CUDA_DRIVER_TYPES);
    ASSERT_TRUE(header);
    std::set<std::string> listed, declared;
    for (const Number& number : kNumbers) {
        listed.insert(number.name);
    }
    // "    cudaName = number," anywhere in a line, or "#define cudaName number".
    for (std::string line; std::getline(header, line);) {
        for (std::size_t at = line.find("cuda"); at != std::string::npos; at = line.find("cuda", at + 1)) {
            const std::size_t end = std::min(line.find_first_of(" ,;)*", at), line.size());
            if (line.compare(end, 3, " = ") == 0 || (line.rfind("#define ", 0) == 0 && at == 8)) {
                declared.insert(line.substr(at, end - at));
            }
        }
    }
    declared.erase("cudaStreamLegacy");
    declared.erase("cudaStreamPerThread");
    EXPECT_GT(declared.size(), 250U);
    EXPECT_EQ(listed, declared);
}

TEST(Numbers, are_those_of_the_toolkit) {
#ifdef SIMULATED_CUDA_HAS_TOOLKIT
    const auto compare = [](std::span<const Number> ours, std::span<const Number> theirs) {
        ASSERT_EQ(ours.size(), theirs.size());
        for (std::size_t i = 0; i < ours.size(); ++i) {
            EXPECT_STREQ(ours[i].name, theirs[i].name);
            EXPECT_EQ(ours[i].value, theirs[i].value) << ours[i].name;
        }
    };
    compare(kNumbers, toolkit_numbers());
    compare(kSizes, toolkit_sizes());
#else
    GTEST_SKIP() << "no CUDA 13 toolkit found";
#endif
}

}  // namespace
}  // namespace simulated_cuda::test
