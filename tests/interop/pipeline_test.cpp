// SPDX-License-Identifier: Apache-2.0
// The example pipeline's Views on the CPU: stand-ins for the libraries compute by the parameters that the adaptors give, and the example's own check must pass.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/access.hpp>
#include <ndlease/element_iterator.hpp>
#include <ndlease/interop/cublas.hpp>
#include <ndlease/interop/cufft.hpp>
#include <ndlease/interop/keep_alive.hpp>

#include "pipeline/check.hpp"
#include "shown_code.hpp"

namespace ndlease {
namespace {

void gemm(const cublas::Gemm& g) {
    const auto read = [](const void* data, cublas::Op op, std::int64_t ld, std::int64_t i, std::int64_t j) {
        return static_cast<double>(static_cast<const float*>(data)[op == cublas::Op::n ? i + j * ld : j + i * ld]);
    };
    for (std::int64_t i = 0; i < g.m; ++i) {
        for (std::int64_t j = 0; j < g.n; ++j) {
            double sum = 0;
            for (std::int64_t k = 0; k < g.k; ++k) sum += read(g.a, g.op_a, g.lda, i, k) * read(g.b, g.op_b, g.ldb, k, j);
            static_cast<float*>(g.c)[i + j * g.ldc] = static_cast<float>(sum);
        }
    }
}

void transform(const cufft::PlanMany& p) {
    ASSERT_EQ(p.rank, 1);
    ASSERT_EQ(p.type, cufft::Type::r2c);
    for (long long b = 0; b < p.batch; ++b) {
        for (long long f = 0; f <= p.n[0] / 2; ++f) {
            std::complex<double> sum = 0;
            for (long long i = 0; i < p.n[0]; ++i) {
                const double turns = static_cast<double>(f * i % p.n[0]) / static_cast<double>(p.n[0]);
                sum += static_cast<double>(static_cast<const float*>(p.in)[b * p.idist + i * p.istride]) * std::polar(1.0, -2 * std::numbers::pi * turns);
            }
            static_cast<std::complex<float>*>(p.out)[b * p.odist + f * p.ostride] = std::complex<float>(sum);
        }
    }
}

TEST(Pipeline, the_same_views_through_the_adaptors_on_the_cpu) {
    int released = 0;
    std::vector<std::complex<double>> memory(static_cast<std::size_t>(pipeline::bytes) / 16 + 1);
    {
        const View buffer = View::lend(static_cast<void*>(memory.data()), Device::cpu(), Format(), Layout::c_order({pipeline::bytes}, 1),
                                       {.allocation = {memory.data(), pipeline::bytes}, .release = [&](const ReleaseInfo&) { ++released; }});
        const pipeline::Parts parts(buffer);
        std::mt19937 random(1);
        for (float& number : line<float>(parts.noise)) number = std::uniform_real_distribution<float>(0, 1)(random);
        const cublas::Gemm product = cublas::gemm(parts.product, parts.a, parts.b);
        EXPECT_TRUE(product.swapped) << "the product is stored by rows";
        gemm(product);
        const cufft::PlanMany plan = cufft::plan_many(parts.spectrum, parts.product, {0});
        EXPECT_EQ(plan.istride, pipeline::columns);
        EXPECT_EQ(plan.batch, pipeline::columns);
        transform(plan);
        EXPECT_GT(pipeline::largest_error(parts), 1e-4) << "nothing is sorted yet, and the check sees it";
        const auto column = line<float>(parts.column);
        std::sort(column.begin(), column.end());
        EXPECT_LT(pipeline::largest_error(parts), 1e-6);
        EXPECT_EQ(released, 0);
    }
    EXPECT_EQ(released, 1);
}

TEST(CudaLibrariesPage, shows_the_code_of_the_example) { testing::expect_shown_code(NDLEASE_CUDA_LIBRARIES_PAGE, NDLEASE_PIPELINE_EXAMPLE, 15); }

}  // namespace
}  // namespace ndlease
