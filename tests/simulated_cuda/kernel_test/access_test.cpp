// SPDX-License-Identifier: Apache-2.0
// Planted misuse of memory, each found, and what a report says.
#include "../kernel/sanitizers.hpp"
#include "device_array.hpp"

namespace simulated_cuda {
namespace {

class Access : public KernelTest {
protected:
    void SetUp() override {
        KernelTest::SetUp();
        if (kernels_run_as_threads()) {
            GTEST_SKIP() << "kernels run as threads, without checks of their accesses";
        }
    }
};

__global__ void copy_words(const unsigned* source, unsigned* destination) {
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    store(destination + i, load(source + i));
}

const std::vector<unsigned> kWords(64, 3);

TEST_F(Access, in_bounds_is_silent) {
    const DeviceArray<unsigned> source(kWords), destination(64);
    run(copy_words, dim3(2), dim3(32), source.data(), destination.data());
    EXPECT_EQ(destination.values(), kWords);
}

TEST_F(Access, one_item_too_far_is_found) {
    const DeviceArray<unsigned> source(kWords), destination(63);
    run(copy_words, dim3(2), dim3(32), source.data(), destination.data());
    const std::vector<Violation> found = take_violations();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, violation::out_of_bounds);
    EXPECT_NE(found[0].message.find("store of 4 bytes"), std::string::npos) << found[0].message;
    EXPECT_NE(found[0].message.find("byte 252 of a block of 252"), std::string::npos) << found[0].message;
    EXPECT_NE(found[0].message.find("block (1,0,0), thread (31,0,0), access_test.cpp:"), std::string::npos) << found[0].message;
}

TEST_F(Access, item_before_the_first_is_found) {
    const DeviceArray<unsigned> source(kWords), destination(64);
    run(copy_words, dim3(1), dim3(32), source.data() - 1, destination.data());
    const std::vector<Violation> found = take_violations();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, violation::out_of_bounds);
    EXPECT_NE(found[0].message.find("byte -4 of a block of 256"), std::string::npos) << found[0].message;
}

TEST_F(Access, uninitialised_source_is_found) {
    const DeviceArray<unsigned> source(64), destination(64);
    run(copy_words, dim3(1), dim3(32), source.data(), destination.data());
    EXPECT_EQ(kinds(), only(violation::uninitialised));
}

TEST_F(Access, stores_initialise) {
    const DeviceArray<unsigned> source(kWords), between(64), destination(64);
    run(copy_words, dim3(2), dim3(32), source.data(), between.data());
    run(copy_words, dim3(2), dim3(32), between.data(), destination.data());
    EXPECT_EQ(destination.values(), kWords);
}

TEST_F(Access, freed_source_is_found) {
    DeviceArray<unsigned> source(kWords);
    const DeviceArray<unsigned> destination(64);
    const unsigned* const stale = source.data();
    source.free();
    run(copy_words, dim3(1), dim3(32), stale, destination.data());
    EXPECT_EQ(kinds(), only(violation::dead_memory));
}

TEST_F(Access, memory_of_another_device_is_found) {
    ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
    {
        const DeviceArray<unsigned> source(kWords);
        ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
        const DeviceArray<unsigned> destination(64);
        run(copy_words, dim3(1), dim3(32), source.data(), destination.data());
        EXPECT_EQ(kinds(), only(violation::wrong_device));
    }
}

TEST_F(Access, host_memory_is_found) {
    const std::vector<unsigned> source(kWords);
    const DeviceArray<unsigned> destination(64);
    run(copy_words, dim3(1), dim3(32), source.data(), destination.data());
    EXPECT_EQ(kinds(), only(violation::host_memory));
}

__global__ void store_wide(unsigned char* destination) { store(reinterpret_cast<uint4*>(destination), make_uint4(1, 2, 3, 4)); }

TEST_F(Access, misaligned_store_is_found) {
    const DeviceArray<unsigned char> destination(64);
    run(store_wide, dim3(1), dim3(1), destination.data() + 8);
    EXPECT_EQ(kinds(), only(violation::misaligned));
    run(store_wide, dim3(1), dim3(1), destination.data() + 16);
}

TEST_F(Access, word_that_begins_inside_and_ends_outside_is_found) {
    const DeviceArray<unsigned char> source(std::vector<unsigned char>(6));
    const DeviceArray<unsigned> destination(64);
    run(copy_words, dim3(1), dim3(2), reinterpret_cast<const unsigned*>(source.data()), destination.data());
    EXPECT_EQ(kinds(), only(violation::out_of_bounds));
}

TEST_F(Access, outside_of_the_view_is_found) {
    const DeviceArray<unsigned> source(kWords), destination(kWords);
    {
        const restrict_to view({{source.data(), source.data() + 64, false}, {destination.data(), destination.data() + 32, true}});
        run(copy_words, dim3(1), dim3(32), source.data(), destination.data());
        EXPECT_TRUE(kinds().empty());
        run(copy_words, dim3(2), dim3(32), source.data(), destination.data());
        EXPECT_EQ(kinds(), only(violation::outside_view));
        run(copy_words, dim3(1), dim3(32), source.data(), source.data());  // to what may only be read
        EXPECT_EQ(kinds(), only(violation::outside_view));
    }
    run(copy_words, dim3(2), dim3(32), source.data(), destination.data());
}

using Words = unsigned[16];
__global__ void shared_overrun(unsigned extra) {
    Words& words = shared<Words>(__COUNTER__);
    shared_store(&words[0] + threadIdx.x + extra, 1);
}
__global__ void shared_unwritten(unsigned* destination) {
    Words& words = shared<Words>(__COUNTER__);
    store(destination + threadIdx.x, shared_load(&words[threadIdx.x]));
}

__global__ void shared_misaligned(unsigned extra) {
    using Bytes = unsigned char[64];
    Bytes& bytes = shared<Bytes>(__COUNTER__);
    shared_store(reinterpret_cast<uint2*>(&bytes[extra]), make_uint2(1, 2));
}

TEST_F(Access, misaligned_store_to_shared_memory_is_found) {
    run(shared_misaligned, dim3(1), dim3(1), 8U);
    EXPECT_TRUE(kinds().empty());
    run(shared_misaligned, dim3(1), dim3(1), 12U);
    EXPECT_EQ(kinds(), only(violation::misaligned));
}

TEST_F(Access, shared_overrun_is_found) {
    run(shared_overrun, dim3(1), dim3(16), 0U);
    EXPECT_TRUE(kinds().empty());
    run(shared_overrun, dim3(1), dim3(16), 1U);
    EXPECT_EQ(kinds(), only(violation::shared_bounds));
}

TEST_F(Access, shared_memory_of_an_earlier_block_is_uninitialised) {
    const DeviceArray<unsigned> destination(16);
    run(shared_overrun, dim3(1), dim3(16), 0U);
    run(shared_unwritten, dim3(1), dim3(16), destination.data());
    EXPECT_EQ(kinds(), only(violation::shared_uninitialised));
    EXPECT_EQ(destination.values(), std::vector<unsigned>(16, 0xA5A5A5A5U));
}

__global__ void too_much_shared() {
    using Large = unsigned char[48 * 1024 + 1];
    (void)shared<Large>(__COUNTER__);
}

TEST_F(Access, more_than_48_KiB_of_shared_variables_fail) {
    run(too_much_shared, dim3(1), dim3(1));
    EXPECT_EQ(kinds(), only(violation::kernel_failed));
}

TEST_F(Access, checks_can_be_switched_off) {
    set_kernel_options({.checks = false});
    const DeviceArray<unsigned> source(64), destination(64);
    run(copy_words, dim3(1), dim3(32), source.data(), destination.data());
    EXPECT_TRUE(kinds().empty());
    EXPECT_EQ(last_counters().total.loads.requests, 0U);
}

#ifdef SIMULATED_CUDA_ASAN
__global__ void raw_shared_overrun() {
    Words& words = shared<Words>(__COUNTER__);
    volatile unsigned* const end = &words[0] + 16;
    *end = 1;
}

TEST_F(Access, raw_shared_overrun_dies_under_the_address_sanitizer) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");  // a forked child may make no CUDA call
    EXPECT_DEATH(run(raw_shared_overrun, dim3(1), dim3(1)), "use-after-poison");
}
#endif

}  // namespace
}  // namespace simulated_cuda
