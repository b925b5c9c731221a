// SPDX-License-Identifier: Apache-2.0
// Views of rank <= 8 allocate nothing: operator new is replaced and counts. An executable of its own.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include <ndlease/view.hpp>

namespace {
std::atomic<long> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
    ++allocations;
    void* data = alignment > alignof(std::max_align_t) ? std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment) : std::malloc(bytes);
    if (data == nullptr) throw std::bad_alloc();
    return data;
}
}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes, 1); }
void* operator new(std::size_t bytes, std::align_val_t alignment) { return counted(bytes, static_cast<std::size_t>(alignment)); }
void operator delete(void* data) noexcept { std::free(data); }
void operator delete(void* data, std::size_t) noexcept { std::free(data); }
void operator delete(void* data, std::align_val_t) noexcept { std::free(data); }
void operator delete(void* data, std::size_t, std::align_val_t) noexcept { std::free(data); }

namespace ndlease {
namespace {

template <class F>
long allocations_in(F&& f) {
    const long before = allocations;
    f();
    return allocations - before;
}

const Format float32 = Format::number(Kind::floating, 32);
std::array<float, 256> memory{};

TEST(Allocations, the_counter_counts) {
    EXPECT_GT(allocations_in([] { (void)std::make_unique<int>(3); }), 0);
    EXPECT_GT(allocations_in([] { (void)Layout(std::vector<std::int64_t>(9, 1), std::vector<std::int64_t>(9, 4)); }), 0);
}

TEST(Allocations, lending_slicing_and_copying_a_view_of_rank_8_allocates_nothing) {
    int runs = 0;
    {
        const View warm = View::lend(memory.data(), Device::cpu(), float32, Layout({1}, {4}), {.release = [&runs](const ReleaseInfo&) { ++runs; }});
    }
    EXPECT_EQ(allocations_in([&] {
                  const View v = View::lend(memory.data(), Device::cpu(), float32, Layout::c_order({2, 2, 2, 2, 2, 2, 2, 2}, 4),
                                            {.allocation = {memory.data(), 1024}, .release = [&runs](const ReleaseInfo&) { ++runs; }});
                  const View copy = v;
                  View slice = copy.slice(0, 1, 2).index(7, 1).permute({6, 5, 4, 3, 2, 1, 0}).flip(3);
                  slice = slice.squeeze().transpose(0, 1).expand(2).broadcast_to({3, 2, 2, 1, 2, 2, 2, 2});
                  slice = v.reshape({16, 16}).diagonal().sliding_window(0, 3).reinterpret(float32).as_bytes();
                  slice = v.split(0, {2}).merge(0, 7).as_strided({4, 4}, {16, 4});
              }),
              0);
    EXPECT_EQ(runs, 2);
}

TEST(Allocations, releasing_allocates_nothing) {
    int runs = 0;
    View nested = View::lend(memory.data(), Device::cpu(), float32, Layout({1}, {4}), {.release = [&runs](const ReleaseInfo&) { ++runs; }});
    for (int k = 0; k < 100; ++k) {
        nested = View::lend(memory.data(), Device::cpu(), float32, Layout({1}, {4}),
                            {.release = [&runs, inner = std::move(nested)](const ReleaseInfo&) { ++runs; }});
    }
    EXPECT_EQ(allocations_in([&] { nested.release(); }), 0);
    EXPECT_EQ(runs, 101);
}

}  // namespace
}  // namespace ndlease
