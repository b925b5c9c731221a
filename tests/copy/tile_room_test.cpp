// SPDX-License-Identifier: Apache-2.0
// The memory that tiles pass through: how much, how often, and what happens where there is none.
#include <gtest/gtest.h>

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>
#include <vector>

#include <ndlease/copy.hpp>
#include <ndlease/format_types.hpp>

namespace {

std::atomic<bool> refuses{false};
std::atomic<int> taken{0};  // blocks of the kind that a thread takes for its tiles
std::atomic<int> refused{0};
std::atomic<int> given_back{0};
std::size_t last_bytes = 0;  // of the block taken last
std::atomic<bool> keeps{false};
unsigned char* kept = nullptr;  // one that was given back, filled
constexpr unsigned char filling = 0xDD;

}  // namespace

void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t& /*unused*/) noexcept {
    if (refuses) {
        ++refused;
        return nullptr;
    }
    ++taken;
    const auto unit = static_cast<std::size_t>(alignment);
    last_bytes = bytes;
    return std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit);
}
void operator delete(void* memory, std::align_val_t /*unused*/) noexcept {
    if (memory == nullptr) return;
    ++given_back;
    if (keeps.exchange(false)) {
        kept = static_cast<unsigned char*>(memory);
        std::memset(kept, filling, last_bytes);
        return;
    }
    std::free(memory);
}

namespace ndlease::testing {
namespace {

/// Whether (m,n) items are transposed as loops do it. No assertions: it runs on other threads.
bool transposes(std::int64_t m, std::int64_t n, std::int64_t item) {
    std::vector<std::uint8_t> src(static_cast<std::size_t>(m * n * item));
    for (std::size_t i = 0; i < src.size(); ++i) src[i] = static_cast<std::uint8_t>(i * 2654435761U >> 13U);
    std::vector<std::uint8_t> expected(src.size());
    std::vector<std::uint8_t> dst(src.size());
    for (std::int64_t i = 0; i < m; ++i) {
        for (std::int64_t j = 0; j < n; ++j)
            std::memcpy(&expected[static_cast<std::size_t>((i * n + j) * item)], &src[static_cast<std::size_t>((j * m + i) * item)],
                        static_cast<std::size_t>(item));
    }
    const Format format = Format::opaque(item);
    const View to = View::lend(static_cast<void*>(dst.data()), Device::cpu(), format, Layout({m, n}, {n * item, item}), {});
    const View from = View::lend(static_cast<void*>(src.data()), Device::cpu(), format, Layout({m, n}, {item, m * item}), {});
    CopyPlan::make(to, from, {.max_threads = 1}).run();
    return dst == expected;
}

/// Whether (m,n) numbers are transposed and converted as loops do it.
template <class To, class From>
bool converts(std::int64_t m, std::int64_t n) {
    std::vector<From> src(static_cast<std::size_t>(m * n));
    for (std::size_t i = 0; i < src.size(); ++i) src[i] = static_cast<From>(i % 120);
    std::vector<To> expected(src.size());
    std::vector<To> dst(src.size());
    for (std::int64_t i = 0; i < m; ++i) {
        for (std::int64_t j = 0; j < n; ++j) expected[static_cast<std::size_t>(i * n + j)] = static_cast<To>(src[static_cast<std::size_t>(j * m + i)]);
    }
    constexpr std::int64_t to_item = sizeof(To);
    constexpr std::int64_t from_item = sizeof(From);
    const View to = View::lend(static_cast<void*>(dst.data()), Device::cpu(), Format::of<To>(), Layout({m, n}, {n * to_item, to_item}), {});
    const View from = View::lend(static_cast<void*>(src.data()), Device::cpu(), Format::of<From>(), Layout({m, n}, {from_item, m * from_item}), {});
    CopyPlan::make(to, from, {.conversion = Conversion::cpp, .max_threads = 1}).run();
    return dst == expected;
}

template <class To, class From>
bool converts_all() {
    return converts<To, From>(9, 11) && converts<To, From>(70, 67) && converts<To, From>(517, 263);
}

/// Small and large, around the caches too, of every way that items are moved.
bool transposes_all() {
    bool good = true;
    for (const std::int64_t item : {1, 2, 3, 4, 8, 12, 16, 24, 63, 1000}) {
        good = transposes(13, 7, item) && good;
        good = transposes(129, 67, item) && good;
    }
    good = transposes(2051, 1031, 4) && good;  // from 8 MiB on
    good = transposes(1031, 1027, 12) && good;
    good = converts_all<double, std::int16_t>() && converts_all<std::int8_t, double>() && converts_all<float, std::uint8_t>() && good;
    good = converts<float, double>(1031, 2053) && good;
    return good;
}

// src: (m,n):(1,m) items  dst: (m,n):(n,1)
TEST(TileRoom, is_taken_once_a_thread_and_given_back_at_its_end) {
    const int before = given_back;
    bool good = false;
    int after_small = 0;
    int after_one = 0;
    int after_all = 0;
    std::thread([&] {
        const int start = taken;
        good = transposes(16, 8, 4);
        after_small = taken - start;
        good = transposes(129, 67, 4) && good;
        after_one = taken - start;
        good = transposes_all() && good;
        after_all = taken - start;
    }).join();
    EXPECT_TRUE(good);
    EXPECT_EQ(after_small, 0);
    EXPECT_EQ(after_one, 1);
    EXPECT_EQ(after_all, 1);
    EXPECT_EQ(given_back - before, 1);
}

TEST(TileRoom, without_memory_the_copy_is_made_all_the_same) {
    const int before = refused;
    bool good = false;
    refuses = true;
    std::thread([&] { good = transposes_all(); }).join();
    refuses = false;
    EXPECT_TRUE(good);
    EXPECT_GT(refused, before);
}

TEST(TileRoom, a_small_stack_is_enough) {
    pthread_attr_t attributes;
    ASSERT_EQ(pthread_attr_init(&attributes), 0);
    ASSERT_EQ(pthread_attr_setstacksize(&attributes, 64 << 10), 0);
    bool good = false;
    pthread_t thread;
    ASSERT_EQ(pthread_create(
                  &thread, &attributes,
                  [](void* result) -> void* {
                      *static_cast<bool*>(result) = transposes_all();
                      return nullptr;
                  },
                  &good),
              0);
    ASSERT_EQ(pthread_join(thread, nullptr), 0);
    pthread_attr_destroy(&attributes);
    EXPECT_TRUE(good);
}

bool* last_result = nullptr;
struct LastCopy {
    ~LastCopy() { *last_result = transposes(129, 67, 4); }
};

// A copy in the destructor of an object of the thread, made before the tiles' memory was, and so ending after it.
TEST(TileRoom, a_copy_at_the_end_of_a_thread_works_without_it) {
    bool good = false;
    last_result = &good;
    keeps = true;
    std::thread([] {
        thread_local LastCopy last;
        static_cast<void>(&last);
        static_cast<void>(transposes(129, 67, 4));
    }).join();
    EXPECT_TRUE(good);
    ASSERT_NE(kept, nullptr);
    EXPECT_TRUE(std::all_of(kept, kept + last_bytes, [](unsigned char byte) { return byte == filling; })) << "written after it was given back";
    std::free(kept);
}

}  // namespace
}  // namespace ndlease::testing
