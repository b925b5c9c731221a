// SPDX-License-Identifier: Apache-2.0
// CUDA's device functions against their definitions, computed another way.
#include <random>

#include "device_array.hpp"

namespace simulated_cuda {
namespace {

TEST(Intrinsics, byte_perm_selects_bytes_and_signs) {
    EXPECT_EQ(__byte_perm(0x33221100U, 0x77665544U, 0x3210), 0x33221100U);
    EXPECT_EQ(__byte_perm(0x33221100U, 0x77665544U, 0x0123), 0x00112233U);
    EXPECT_EQ(__byte_perm(0x33221100U, 0x77665544U, 0x7531), 0x77553311U);
    EXPECT_EQ(__byte_perm(0x80221100U, 0x7F665544U, 0xFB00), 0x00FF0000U);
}

TEST(Intrinsics, high_products) {
    EXPECT_EQ(__umulhi(0xFFFFFFFFU, 0xFFFFFFFFU), 0xFFFFFFFEU);
    EXPECT_EQ(__mulhi(-1, 1), -1);
    EXPECT_EQ(__umul64hi(~0ULL, ~0ULL), ~0ULL - 1);
    std::mt19937_64 random(7);
    for (int i = 0; i < 1000; ++i) {
        const unsigned long long a = random(), b = random();
        const unsigned long long a0 = a & 0xFFFFFFFF, a1 = a >> 32, b0 = b & 0xFFFFFFFF, b1 = b >> 32;  // schoolbook
        const unsigned long long middle = a1 * b0 + (a0 * b0 >> 32);
        const unsigned long long high = a1 * b1 + (middle >> 32) + ((a0 * b1 + (middle & 0xFFFFFFFF)) >> 32);
        ASSERT_EQ(__umul64hi(a, b), high) << "seed 7, number " << i;
    }
}

TEST(Intrinsics, bits) {
    EXPECT_EQ(__popc(0xF0F0U), 8);
    EXPECT_EQ(__popcll(~0ULL), 64);
    EXPECT_EQ(__clz(0), 32);
    EXPECT_EQ(__clz(1), 31);
    EXPECT_EQ(__clzll(1), 63);
    EXPECT_EQ(__ffs(0), 0);
    EXPECT_EQ(__ffs(8), 4);
    EXPECT_EQ(__ffsll(1LL << 40), 41);
    EXPECT_EQ(::min(3, 4), 3);
    EXPECT_EQ(::max(3U, 4U), 4U);
}

class Atomics : public KernelTest {};

__global__ void exchange(unsigned long long* items, unsigned long long* seen) {
    store(seen, atomicCAS(items, 5, 6));
    store(seen + 1, atomicCAS(items, 5, 7));
    store(seen + 2, atomicExch(items, 8));
    store(seen + 3, atomicAdd(items, 2));
}

TEST_F(Atomics, return_what_was_there_before) {
    const DeviceArray<unsigned long long> items(std::vector<unsigned long long>{5}), seen(4);
    run(exchange, dim3(1), dim3(1), items.data(), seen.data());
    EXPECT_EQ(seen.values(), (std::vector<unsigned long long>{5, 6, 6, 8}));
    EXPECT_EQ(items.values()[0], 10U);
}

}  // namespace
}  // namespace simulated_cuda
