// SPDX-License-Identifier: Apache-2.0
// Random programs on shared memory: races are found exactly where a comparison of all pairs of accesses finds one.
#include <array>
#include <random>

#include "device_array.hpp"

namespace simulated_cuda {
namespace {

constexpr unsigned kThreads = 64, kSteps = 3;

enum class Step : unsigned char { nothing, load, store };
struct Program {
    std::array<std::array<Step, kThreads>, kSteps> steps{};
    std::array<std::array<unsigned char, kThreads>, kSteps> places{};
    std::array<int, kSteps> barrier_after{};  ///< 0 none, 1 warp, 2 block
};

__global__ void interpret(const Program* program) {
    using Bytes = unsigned char[kThreads];
    Bytes& bytes = shared<Bytes>(__COUNTER__);
    shared_store(&bytes[threadIdx.x], 0);
    __syncthreads();
    for (unsigned step = 0; step < kSteps; ++step) {
        unsigned char* const place = &bytes[program->places[step][threadIdx.x]];
        switch (program->steps[step][threadIdx.x]) {
            case Step::nothing: break;
            case Step::load: (void)shared_load(place); break;
            case Step::store: shared_store(place, 1); break;
        }
        if (program->barrier_after[step] == 1) {
            __syncwarp();
        } else if (program->barrier_after[step] == 2) {
            __syncthreads();
        }
    }
}

/// Two accesses of one byte, one of them a store, by two threads, with no barrier of both between.
bool races(const Program& program) {
    for (unsigned a = 0; a < kThreads; ++a) {
        for (unsigned b = a + 1; b < kThreads; ++b) {
            for (unsigned first = 0; first < kSteps; ++first) {
                for (unsigned second = 0; second < kSteps; ++second) {
                    const Step one = program.steps[first][a], other = program.steps[second][b];
                    bool conflict = one != Step::nothing && other != Step::nothing && (one == Step::store || other == Step::store) &&
                                    program.places[first][a] == program.places[second][b];
                    for (unsigned between = std::min(first, second); between < std::max(first, second); ++between) {
                        const int barrier = program.barrier_after[between];
                        conflict &= barrier == 0 || (barrier == 1 && a / 32 != b / 32);
                    }
                    if (conflict) {
                        return true;
                    }
                }
            }
        }
    }
    return false;
}

class RaceOracle : public KernelTest {};

TEST_F(RaceOracle, agrees_with_all_pairs) {
    SKIP_WITHOUT_CHECKS();
    std::mt19937 random(5);
    unsigned racing = 0;
    constexpr unsigned kRounds = 3000;
    for (unsigned round = 0; round < kRounds; ++round) {
        Program program;
        const unsigned activity = 2 + static_cast<unsigned>(random() % 60), spread = 1U << random() % 7;  // so that both answers are frequent
        for (unsigned step = 0; step < kSteps; ++step) {
            for (unsigned thread = 0; thread < kThreads; ++thread) {
                program.steps[step][thread] = random() % activity == 0 ? static_cast<Step>(1 + random() % 2) : Step::nothing;
                program.places[step][thread] = static_cast<unsigned char>(random() % spread);
            }
            program.barrier_after[step] = static_cast<int>(random() % 3);
        }
        const DeviceArray<Program> device{std::vector<Program>{program}};
        set_kernel_options({.seed = round});
        run(interpret, dim3(1), dim3(kThreads), device.data());
        const bool found = violation_count(violation::shared_race) != 0;
        take_violations();
        ASSERT_EQ(found, races(program)) << "seed 5, round " << round;
        racing += found ? 1 : 0;
    }
    EXPECT_GT(racing, kRounds / 10);
    EXPECT_LT(racing, kRounds * 9 / 10);
}

}  // namespace
}  // namespace simulated_cuda
