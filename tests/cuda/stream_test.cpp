// SPDX-License-Identifier: Apache-2.0
// StreamRef, Stream and Event as their users see them.
#include <cuda_runtime_api.h>

#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <ndlease/access.hpp>
#include <ndlease/stream.hpp>

#include "cuda/expect_error.hpp"
#include "cuda/on_device.hpp"

namespace ndlease::testing {
namespace {

const Device first = Device::cuda(0);

class stream : public OnDevice {};

TEST_F(stream, knows_its_device_and_handle) {
    cudaStream_t native = nullptr;
    ASSERT_EQ(cudaStreamCreate(&native), cudaSuccess);
    const StreamRef ref(native);
    EXPECT_EQ(ref.device(), first);
    EXPECT_EQ(ref.cuda(), native);
    EXPECT_EQ(ref, StreamRef::cuda(native, first));
    EXPECT_FALSE(ref.is_host() || ref.is_legacy_default() || ref.is_per_thread_default());
    EXPECT_THAT(to_string(ref), ::testing::HasSubstr("cuda:0 stream 0x"));
    ASSERT_EQ(cudaStreamDestroy(native), cudaSuccess);
}

TEST_F(stream, is_not_made_from_null_or_for_another_kind_of_device) {
    cudaStream_t null = nullptr;
    expect_error(errc::invalid_argument, "NULL", [&] { static_cast<void>(StreamRef(null)); });
    expect_error(errc::invalid_argument, "NULL", [&] { static_cast<void>(StreamRef::cuda(null, first)); });
    for (const Device device : {Device::cpu(), Device::cuda_host(), Device::cuda_managed()}) {
        expect_error(errc::invalid_argument, to_string(device), [&] { static_cast<void>(StreamRef::legacy_default(device)); });
        expect_error(errc::invalid_argument, to_string(device), [&] { static_cast<void>(StreamRef::per_thread_default(device)); });
        expect_error(errc::invalid_argument, to_string(device), [&] { static_cast<void>(Stream::make(device)); });
    }
    expect_error(errc::device, "cuda:-1", [] { static_cast<void>(StreamRef::legacy_default(Device::cuda(-1))); });
    expect_error(errc::device, "cuda:-1", [] { static_cast<void>(StreamRef::from_integer(64, Device::cuda(-1))); });
    for (const int ordinal : {-1, 99, INT32_MAX}) {
        expect_error(errc::device, std::to_string(ordinal), [&] { static_cast<void>(Stream::make(Device::cuda(ordinal))); });
    }
}

TEST_F(stream, reads_and_writes_the_integers_of_protocols) {
    EXPECT_TRUE(StreamRef::from_integer(std::nullopt, first)->is_legacy_default()) << "Python's None";
    EXPECT_TRUE(StreamRef::from_integer(1, first)->is_legacy_default());
    EXPECT_TRUE(StreamRef::from_integer(2, first)->is_per_thread_default());
    EXPECT_FALSE(StreamRef::from_integer(-1, first).has_value()) << "no order is wanted";
    expect_error(errc::invalid_argument, "ambiguous", [] { static_cast<void>(StreamRef::from_integer(0, first)); });
    for (const std::int64_t number : {std::int64_t{-2}, INT64_MIN}) {
        expect_error(errc::invalid_argument, std::to_string(number), [&] { static_cast<void>(StreamRef::from_integer(number, first)); });
    }
    const Stream own = Stream::make(first);
    const std::int64_t number = own.ref().to_integer();
    EXPECT_EQ(number, static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(own.ref().cuda())));
    for (const std::int64_t n : {std::int64_t{1}, std::int64_t{2}, number}) EXPECT_EQ(StreamRef::from_integer(n, first)->to_integer(), n);
    EXPECT_EQ(*StreamRef::from_integer(number, first), own.ref());
}

TEST_F(stream, has_an_id_that_none_had_before) {
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < 20; ++i) {
        const Stream own = Stream::make(first);
        EXPECT_EQ(own.ref().id(), own.ref().id());
        for (const std::uint64_t id : ids) EXPECT_NE(own.ref().id(), id);
        ids.push_back(own.ref().id());
    }
    const StreamRef per_thread = StreamRef::per_thread_default(first);
    std::uint64_t other = 0;
    std::thread([&] { other = per_thread.id(); }).join();
    EXPECT_NE(per_thread.id(), other) << "another stream on every thread";
}

TEST_F(stream, waits_and_events_follow_its_work) {
    const Stream producer = Stream::make(first);
    const Stream consumer = Stream::make(first);
    constexpr std::size_t bytes = 1 << 16;
    void* memory = nullptr;
    ASSERT_EQ(cudaMalloc(&memory, bytes), cudaSuccess);
    std::vector<unsigned char> seen(bytes);
    ASSERT_EQ(cudaMemsetAsync(memory, 7, bytes, producer.ref().cuda()), cudaSuccess);
    const Event event = Event::record(producer);
    EXPECT_EQ(event.device(), first);
    EXPECT_EQ(event.stream_id(), producer.ref().id());
    consumer.ref().wait(event);
    ASSERT_EQ(cudaMemcpyAsync(seen.data(), memory, bytes, cudaMemcpyDeviceToHost, consumer.ref().cuda()), cudaSuccess);
    consumer.synchronize();
    EXPECT_TRUE(consumer.ref().is_idle());
    EXPECT_TRUE(event.is_done());
    EXPECT_EQ(seen, std::vector<unsigned char>(bytes, 7));
    StreamRef::host().wait(event);
    event.synchronize();
    ASSERT_EQ(cudaFree(memory), cudaSuccess);
}

TEST_F(stream, an_event_of_somebody_else_orders_consumers_and_stays_his) {
    const Stream producer = Stream::make(first);
    const Stream consumer = Stream::make(first);
    constexpr std::size_t bytes = 1 << 16;
    void* memory = nullptr;
    ASSERT_EQ(cudaMalloc(&memory, bytes), cudaSuccess);
    cudaEvent_t theirs = nullptr;
    ASSERT_EQ(cudaEventCreateWithFlags(&theirs, cudaEventDisableTiming), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(memory, 7, bytes, producer.ref().cuda()), cudaSuccess);
    ASSERT_EQ(cudaEventRecord(theirs, producer.ref().cuda()), cudaSuccess);
    int released = 0;
    View view = View::lend(memory, first, Format(), Layout::c_order({static_cast<std::int64_t>(bytes)}, 1),
                           {.ready = Event::borrow(theirs, first), .release = [&](const ReleaseInfo&) noexcept {
                                EXPECT_EQ(cudaEventDestroy(theirs), cudaSuccess) << "it is the producer's still";
                                ++released;
                            }});
    std::vector<unsigned char> seen(bytes);
    {
        const Access use(view, consumer, Use::read);
        ASSERT_EQ(cudaMemcpyAsync(seen.data(), memory, bytes, cudaMemcpyDeviceToHost, consumer.ref().cuda()), cudaSuccess);
    }
    view = {};
    EXPECT_EQ(released, 1);
    EXPECT_EQ(seen, std::vector<unsigned char>(bytes, 7));
    std::vector<Event> events;  // all at once, so that a pool must give all that it has
    for (int i = 0; i < 100; ++i) {
        events.push_back(Event::record(producer));
        EXPECT_NE(events.back().cuda(), theirs) << "a pool took it";
    }
    ASSERT_EQ(cudaFree(memory), cudaSuccess);

    expect_error(errc::invalid_argument, "NULL", [] { static_cast<void>(Event::borrow(nullptr, first)); });
    expect_error(errc::invalid_argument, "cpu", [&] { static_cast<void>(Event::borrow(theirs, Device::cpu())); });
}

TEST_F(stream, memory_whose_lease_was_given_back_takes_no_use) {
    const Stream own = Stream::make(first);
    int callbacks = 0;
    Lease lease = Lease::make([&](const ReleaseInfo&) { ++callbacks; });
    const Lease stale = Lease::adopt(Lease(lease).detach());
    (void)Lease::release_token(lease.detach());
    const LeaseToken token = Lease(stale).detach();
    (void)Lease::release_token(token);  // both shares are gone behind `stale`
    (void)Lease::release_token(token);
    EXPECT_EQ(callbacks, 1);
    expect_error(errc::released, "released", [&] { stale.used_on(own); });
    expect_error(errc::released, "released", [&] { stale.order_after(own); });
}

}  // namespace
}  // namespace ndlease::testing
