// SPDX-License-Identifier: Apache-2.0
// Many threads export, use and release memory on simulated streams; meant to run under ThreadSanitizer as well.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include <ndlease/access.hpp>
#include <simulated_cuda/control.hpp>

namespace ndlease {
namespace {

constexpr int thread_count = 64;
constexpr int views_per_thread = 10'000;

template <class F>
void on_threads(int count, F f) {
    std::barrier start(count);
    std::vector<std::thread> threads;
    for (int t = 0; t < count; ++t) {
        threads.emplace_back([&, t] {
            start.arrive_and_wait();
            f(t);
        });
    }
    for (std::thread& t : threads) t.join();
}

ReleasePolicy policy_of(int i, StreamRef stream) {
    return i % 3 == 0 ? ReleasePolicy::wait() : i % 3 == 1 ? ReleasePolicy::in_order_of(stream) : ReleasePolicy::deferred();
}

TEST(StreamLeaseThreads, each_of_many_views_is_released_once_after_its_uses) {
    simulated_cuda::set_scheduler(simulated_cuda::Scheduler::random, 5);
    const LeaseStatistics before = lease_statistics();
    std::atomic<std::int64_t> released{0};
    std::atomic<std::int64_t> early{0};
    on_threads(thread_count, [&](int t) {
        const Stream producer = Stream::make(Device::cuda(t % 2));
        const Stream consumer = Stream::make(Device::cuda((t + 1) % 2));
        void* memory = nullptr;
        (void)cudaSetDevice(t % 2);
        if (cudaMalloc(&memory, 64) != cudaSuccess) return;
        for (int i = 0; i < views_per_thread; ++i) {
            // What the callback reads is plain memory that this thread wrote: a race unless the release is ordered after it.
            int payload = i;
            std::atomic<bool> done{false};
            View view = View::lend(memory, Device::cuda(t % 2), Format::number(Kind::floating, 32), Layout({16}, {4}),
                                   {.policy = policy_of(i, producer), .ready = producer.ref(), .release = [&](const ReleaseInfo& info) {
                                        if (info.status != ReleaseStatus::ok || payload != -1) ++early;
                                        ++released;
                                        done.store(true, std::memory_order_release);
                                    }});
            {
                const View part = view.slice(0, 0, 8);
                const Access use(part, producer);
                (void)cudaMemsetAsync(memory, 1, 32, producer.ref().cuda());
            }
            if (i % 4 == 0) view.lease().used_on(consumer);
            payload = -1;
            view = View();
            while (!done.load(std::memory_order_acquire)) std::this_thread::yield();
        }
        producer.synchronize();
        (void)cudaFree(memory);
    });
    EXPECT_EQ(released, std::int64_t{thread_count} * views_per_thread);
    EXPECT_EQ(early, 0);
    EXPECT_EQ(lease_statistics().live, before.live);
    EXPECT_EQ(simulated_cuda::violation_report(), "");
}

TEST(StreamLeaseThreads, one_view_is_used_on_many_streams_at_once) {
    constexpr int threads = 16;
    std::atomic<int> callbacks{0};
    void* memory = nullptr;
    ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
    ASSERT_EQ(cudaMalloc(&memory, 64), cudaSuccess);
    for (int round = 0; round < 50; ++round) {
        callbacks = 0;
        View shared = View::lend(memory, Device::cuda(0), Format::number(Kind::floating, 32), Layout({16}, {4}),
                                 {.policy = ReleasePolicy::deferred(), .release = [&](const ReleaseInfo&) { ++callbacks; }});
        std::vector<View> shares(threads, shared);
        shared = View();
        on_threads(threads, [&](int t) {
            const Stream stream = Stream::make(Device::cuda(0));
            View own = std::move(shares[static_cast<std::size_t>(t)]);
            for (int i = 0; i < 20; ++i) {
                const Access use(own, stream, i % 5 == 0 ? Use::write : Use::read);
                (void)cudaMemsetAsync(memory, t, 64, stream.ref().cuda());
            }
        });
        while (callbacks == 0) std::this_thread::yield();
        EXPECT_EQ(callbacks, 1);
    }
    EXPECT_EQ(simulated_cuda::violation_report(), "");
}

}  // namespace
}  // namespace ndlease
