// SPDX-License-Identifier: Apache-2.0
// Shares of one view on many threads: released once each, the owner told once, after everything.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include <ndlease/ndlease.h>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/c_abi.hpp>

#include "capi/foreign_owner.hpp"

namespace ndlease {
namespace {

constexpr int thread_count = 16;
constexpr int rounds = 100;

template <class F>
void on_threads(F f) {
    std::barrier start(thread_count);
    std::vector<std::thread> threads;
    for (int t = 0; t < thread_count; ++t) {
        threads.emplace_back([&, t] {
            start.arrive_and_wait();
            f(t);
        });
    }
    for (std::thread& thread : threads) thread.join();
}

TEST(CAbiThreads, the_last_of_many_shares_calls_back_once) {
    for (int round = 0; round < rounds; ++round) {
        // Each thread writes its own element before it releases; the callback reads them all: a race unless it comes after.
        std::vector<float> memory(thread_count);
        std::atomic<int> calls{0};
        float sum = 0;
        View lent = View::lend(memory.data(), Device::cpu(), Format::of<float>(), Layout({thread_count}, {4}), {.release = [&](const ReleaseInfo&) {
                                   ++calls;
                                   for (const float value : memory) sum += value;
                               }});
        ndl_view first = c_abi::export_view(lent);
        lent = {};
        std::vector<ndl_view> shares(thread_count);
        for (ndl_view& share : shares) ASSERT_EQ(ndl_view_share(&first, &share, nullptr), NDL_OK);
        ndl_view_release(&first);
        std::atomic<int> failures{0};
        on_threads([&](int t) {
            ndl_view& mine = shares[static_cast<std::size_t>(t)];
            ndl_view part = {};
            ndl_view more = {};
            if (ndl_view_index(&mine, 0, t, &part, nullptr) != NDL_OK) ++failures;
            if (ndl_view_share(&part, &more, nullptr) != NDL_OK) ++failures;
            ndl_view_release(&mine);
            *static_cast<float*>(part.data) = 1;
            ndl_view_release(&part);
            if (t % 2 == 0) {
                const View back = c_abi::import_view(more);
                if (back.rank() != 0) ++failures;
            } else {
                ndl_view_release(&more);
            }
        });
        ASSERT_EQ(calls, 1);
        ASSERT_EQ(sum, static_cast<float>(thread_count));
        ASSERT_EQ(failures, 0);
    }
}

TEST(CAbiThreads, another_owner_gets_every_share_back) {
    const c_abi::OwnedFormat format = c_abi::export_format(Format::of<float>());
    float number = 0;
    ndl_view description = {};
    description.struct_size = sizeof description;
    description.abi_version = NDL_ABI_VERSION;
    description.data = &number;
    description.device = {NDL_CPU, 0};
    description.format = format.get();
    for (int round = 0; round < rounds; ++round) {
        testing::ForeignOwner owner;
        std::atomic<int> ends{0};
        owner.on_last_release = [&] { ++ends; };
        ndl_view first = owner.lend(description);
        std::vector<View> imported;
        for (int t = 0; t < thread_count; ++t) {
            ndl_view share = {};
            ASSERT_EQ(ndl_view_share(&first, &share, nullptr), NDL_OK);
            imported.push_back(c_abi::import_view(share));
        }
        ndl_view_release(&first);
        on_threads([&](int t) {
            View& mine = imported[static_cast<std::size_t>(t)];
            ndl_view exported = c_abi::export_view(mine);
            mine = {};
            ndl_view_release(&exported);
        });
        ASSERT_EQ(ends, 1);
        ASSERT_EQ(owner.shares, 0);
    }
}

}  // namespace
}  // namespace ndlease
