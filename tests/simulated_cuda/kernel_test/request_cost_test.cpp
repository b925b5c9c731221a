// SPDX-License-Identifier: Apache-2.0
// Random requests against a count with sets, straight from the definitions.
#include <map>
#include <random>
#include <set>

#include "device_array.hpp"

namespace simulated_cuda {
namespace {

constexpr unsigned kItems = 1024;

/// Thread i loads item places[i] of global memory and of shared memory; a place of kItems takes no part.
template <class T>
__global__ void gather(const T* source, const unsigned* places, unsigned* sink) {
    auto* const words = static_cast<T*>(dynamic_shared());
    for (unsigned i = threadIdx.x; i < kItems; i += blockDim.x) {
        shared_store(words + i, T{});
    }
    __syncthreads();
    const unsigned place = places[threadIdx.x];  // raw: not counted
    if (place < kItems) {
        const T global = load(source + place);
        const T local = shared_load(words + place);
        store(sink + threadIdx.x, std::memcmp(&global, &local, sizeof(T)) == 0 ? 1U : 0U);
    }
}

template <class T>
class RequestCost : public KernelTest {
protected:
    static std::uint64_t waves(const std::vector<unsigned>& places, std::size_t first, std::size_t last) {
        std::map<std::size_t, std::set<std::size_t>> words_of_bank;
        std::size_t most = 0;
        for (std::size_t i = first; i < last; ++i) {
            for (std::size_t byte = 0; places[i] < kItems && byte < sizeof(T); ++byte) {
                const std::size_t word = (places[i] * sizeof(T) + byte) / 4;
                words_of_bank[word % 32].insert(word);
                most = std::max(most, words_of_bank[word % 32].size());
            }
        }
        return most;
    }
};
using Sizes = testing::Types<unsigned char, unsigned short, unsigned, uint2, uint4>;
TYPED_TEST_SUITE(RequestCost, Sizes);

TYPED_TEST(RequestCost, agrees_with_sets) {
    SKIP_WITHOUT_CHECKS();
    using T = TypeParam;
    std::mt19937 random(11);
    const DeviceArray<T> source{std::vector<T>(kItems)};
    for (int round = 0; round < 60; ++round) {
        const unsigned spread = 1U << (random() % 11);
        const bool ascending = random() % 2 == 0;
        std::vector<unsigned> places(32);
        for (unsigned i = 0; i < 32; ++i) {
            const unsigned place = ascending ? i * spread / 8 % kItems : static_cast<unsigned>(random()) % spread;
            places[i] = random() % 8 == 0 ? kItems : place;
        }
        std::set<std::size_t> sectors, bytes;
        for (const unsigned place : places) {
            for (std::size_t byte = 0; place < kItems && byte < sizeof(T); ++byte) {
                bytes.insert(place * sizeof(T) + byte);
                sectors.insert((place * sizeof(T) + byte) / 32);
            }
        }
        std::uint64_t waves = 0;
        const std::size_t together = sizeof(T) <= 4 ? 32 : 128 / sizeof(T);
        for (std::size_t first = 0; first < 32; first += together) {
            waves += TestFixture::waves(places, first, first + together);
        }
        const DeviceArray<unsigned> device_places(places), sink(32);
        ASSERT_EQ(launch(gather<T>, "gather", dim3(1), dim3(32), kItems * sizeof(T), cudaStreamPerThread, source.data(), device_places.data(), sink.data()),
                  cudaSuccess);
        ASSERT_EQ(cudaStreamSynchronize(cudaStreamPerThread), cudaSuccess);
        const MemoryRequests total = last_counters().total;
        ASSERT_EQ(total.loads.sectors, sectors.size()) << "seed 11, round " << round;
        ASSERT_EQ(total.loads.bytes, bytes.size()) << "seed 11, round " << round;
        ASSERT_EQ(total.loads.ideal_sectors, (bytes.size() + 31) / 32);
        ASSERT_EQ(total.shared_loads.waves, waves) << "seed 11, round " << round;
    }
}

}  // namespace
}  // namespace simulated_cuda
