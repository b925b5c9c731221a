// SPDX-License-Identifier: Apache-2.0
// Strides beyond 2^31 and 2^32 bytes, in memory that exists only where it is touched. Checks of accesses are off: the memory is no simulated allocation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/mman.h>
#include <simulated_cuda/kernel.hpp>

#include <cstring>

#include "copy/loop_oracle.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t huge = (std::int64_t{1} << 33) + 64;  // 32 bits would keep 64 of it
constexpr std::int64_t large = (std::int64_t{1} << 31) + 64;

class Sparse {
public:
    explicit Sparse(std::size_t bytes)
        : bytes_(bytes), memory_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {}
    ~Sparse() {
        if (exists()) munmap(memory_, bytes_);
    }
    Sparse(const Sparse&) = delete;
    Sparse& operator=(const Sparse&) = delete;
    [[nodiscard]] bool exists() const { return memory_ != MAP_FAILED; }
    [[nodiscard]] std::byte* at(std::int64_t offset) const { return static_cast<std::byte*>(memory_) + offset; }

private:
    std::size_t bytes_;
    void* memory_;
};

std::int64_t offset_of(const Side& side, const Numbers& index) {
    std::int64_t offset = 0;
    for (std::size_t i = 0; i < index.size(); ++i) offset += index[i] * side.strides[i];
    return offset;
}

struct Case {
    const char* kernel;
    Side dst, src;
};
const Case cases[] = {
    {"words", {{2, 3}, {huge, 8}, {}, 4, 0}, {{2, 3}, {huge, 12}, {}, 4, 0}},
    {"words", {{7}, {huge}, {}, 4, 0}, {{7}, {large}, {}, 4, 0}},
    {"runs", {{3, 40000}, {huge, 1}, {}, 1, 0}, {{3, 40000}, {large, 1}, {}, 1, 0}},
    {"mirrored runs", {{3, 4000}, {huge, 4}, {}, 4, 0}, {{3, 4000}, {large, -4}, {}, 4, 16000}},
    {"repeated runs", {{2, 3, 4000}, {huge, 32000, 4}, {}, 4, 0}, {{2, 3, 4000}, {large, 0, 4}, {}, 4, 0}},
    {"tiles", {{2, 70, 80}, {huge, 320, 4}, {}, 4, 0}, {{2, 70, 80}, {large, 4, 288}, {}, 4, 0}},
    {"tiles", {{70, 66}, {large, 4}, {}, 4, 0}, {{70, 66}, {4, large}, {}, 4, 0}},  // the rows of each side are far apart
    {"tiles", {{70, 66}, {large + 4, 4}, {}, 4, 0}, {{70, 66}, {4, large + 4}, {}, 4, 0}},
    {"unit tiles", {{20, 30}, {large + 4, 12}, {}, 12, 0}, {{20, 30}, {12, large}, {}, 12, 0}},
    {"triples", {{20, 30}, {large, 12}, {}, 12, 0}, {{20, 30}, {12, large}, {}, 12, 0}},
    {"strips", {{3, 1000}, {huge, 4}, {}, 4, 0}, {{3, 1000}, {4, 12}, {}, 4, 0}},
    {"packed", {{2, 9, 9, 9, 9}, {huge, 2916, 324, 36, 4}, {}, 4, 0}, {{2, 9, 9, 9, 9}, {large, 4, 36, 324, 2916}, {}, 4, 0}},
};

TEST(huge_strides, are_followed_by_every_kernel) {
    if (simulated_cuda::kernels_run_as_threads()) GTEST_SKIP() << "address space is scarce under the thread sanitizer";
    const Sparse dst(std::size_t{1} << 38);
    const Sparse src(std::size_t{1} << 38);
    if (!dst.exists() || !src.exists()) GTEST_SKIP() << "the machine gives no address space without memory";
    const Stream stream = Stream::make(Device::cuda(0));
    simulated_cuda::KernelOptions unchecked;
    unchecked.checks = unchecked.counters = false;
    const simulated_cuda::KernelOptions before = simulated_cuda::kernel_options();
    simulated_cuda::set_kernel_options(unchecked);
    std::uint8_t seed = 1;
    for (const Case& c : cases) {
        const auto view = [](const Sparse& memory, const Side& side) {
            return View::lend(static_cast<void*>(memory.at(side.data)), Device::cuda(0), Format::opaque(side.itemsize), Layout(side.shape, side.strides), {});
        };
        Numbers index(c.dst.shape.size());
        const auto item_of = [&](std::int64_t n) { return static_cast<std::uint8_t>(n * 7 + n / 256 * 13 + seed); };
        for (std::int64_t n = 0; n < c.src.size(); ++n) {
            set_indices(c.src.shape, n, &index);
            std::memset(src.at(c.src.data + offset_of(c.src, index)), item_of(n), static_cast<std::size_t>(c.src.itemsize));
        }
        const CopyPlan plan = CopyPlan::make(view(dst, c.dst), view(src, c.src));
        EXPECT_THAT(plan.describe(), HasSubstr("kernel " + std::string(c.kernel) + ",")) << plan.describe();
        plan.run(stream);
        stream.synchronize();
        std::int64_t wrong = 0;
        for (std::int64_t n = 0; n < c.dst.size(); ++n) {
            set_indices(c.dst.shape, n, &index);
            const std::byte* item = dst.at(c.dst.data + offset_of(c.dst, index));
            const std::byte* source = src.at(c.src.data + offset_of(c.src, index));
            wrong += std::memcmp(item, source, static_cast<std::size_t>(c.dst.itemsize)) == 0 ? 0 : 1;
        }
        EXPECT_EQ(wrong, 0) << c.kernel << ' ' << c.dst.to_string() << " of " << c.src.to_string();
        seed = static_cast<std::uint8_t>(seed + 31);
    }
    simulated_cuda::set_kernel_options(before);
}

}  // namespace
}  // namespace ndlease::testing
