// SPDX-License-Identifier: Apache-2.0
// What an exported object holds of a lease of device memory: its end is ordered after the consumer's work, and breaks no capture.
#include "interop/exported_share.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "cuda/on_device.hpp"

#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

using ndlease::detail::ExportedShare;
using Share = std::unique_ptr<ExportedShare>;

class exported_share : public OnDevice {
protected:
    static constexpr std::size_t bytes = 4096;
    std::atomic<int> freed{0};
    std::int64_t kept_before = lease_statistics().quarantined;

    void SetUp() override {
        OnDevice::SetUp();
        set_quarantine_handler([](Device, const char*) {});
    }
    void TearDown() override {
        set_quarantine_handler(nullptr);
        (void)set_device_wait(DeviceWait::on_request);
        OnDevice::TearDown();
    }
    /// Memory that cudaFree takes back; in the simulation a free before the end of the consumer's work is a violation.
    View lend(PendingWork ready = {}) {
        void* memory = nullptr;
        EXPECT_EQ(cudaMalloc(&memory, bytes), cudaSuccess);
        return View::lend(memory, Device::cuda(0), Format::of<std::uint8_t>(), Layout({static_cast<std::int64_t>(bytes)}, {1}),
                          {.ready = std::move(ready), .release = [this, memory](const ReleaseInfo& info) {
                               EXPECT_EQ(info.status, ReleaseStatus::ok);
                               cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
                               EXPECT_EQ(cudaThreadExchangeStreamCaptureMode(&mode), cudaSuccess);
                               EXPECT_EQ(cudaFree(memory), cudaSuccess);
                               EXPECT_EQ(cudaThreadExchangeStreamCaptureMode(&mode), cudaSuccess);
                               ++freed;
                           }});
    }
    static void work(const Share& share, const View& view, cudaStream_t stream) {
        (void)share;
        ASSERT_EQ(cudaMemsetAsync(const_cast<void*>(view.data()), 1, bytes, stream), cudaSuccess);
    }
    [[nodiscard]] bool freed_soon() const {
        for (int i = 0; i < 5000 && freed == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return freed == 1;
    }
    [[nodiscard]] std::int64_t kept() const { return lease_statistics().quarantined - kept_before; }
};

TEST_F(exported_share, the_memory_outlives_the_named_consumers_work) {
    const Stream consumer = Stream::make(Device::cuda(0));
    View view = lend();
    Share share = std::make_unique<ExportedShare>(view, consumer.ref());
    work(share, view, consumer.ref().cuda());
    view = {};
    std::thread([&] { share.reset(); }).join();
    EXPECT_EQ(freed, 1);
}

TEST_F(exported_share, the_named_consumer_waits_for_the_producer) {
    const Stream producer = Stream::make(Device::cuda(0));
    const Stream consumer = Stream::make(Device::cuda(0));
    void* memory = nullptr;
    ASSERT_EQ(cudaMalloc(&memory, bytes), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(memory, 7, bytes, producer.ref().cuda()), cudaSuccess);
    unsigned char seen = 0;
    {
        const View view = View::lend(memory, Device::cuda(0), Format::of<std::uint8_t>(), Layout({static_cast<std::int64_t>(bytes)}, {1}),
                                     {.ready = producer.ref(), .release = [](const ReleaseInfo&) {}});
        const ExportedShare share(view, consumer.ref());
        ASSERT_EQ(cudaMemcpyAsync(&seen, static_cast<unsigned char*>(memory) + bytes - 1, 1, cudaMemcpyDeviceToHost, consumer.ref().cuda()), cudaSuccess);
        consumer.synchronize();
    }
    EXPECT_EQ(seen, 7);
    ASSERT_EQ(cudaFree(memory), cudaSuccess);
}

TEST_F(exported_share, without_a_named_consumer_the_memory_waits_until_the_device_is_asked) {
    const Stream nobody_knows = Stream::make(Device::cuda(0));
    View view = lend();
    Share share = std::make_unique<ExportedShare>(view, std::nullopt);
    work(share, view, nobody_knows.ref().cuda());
    view = {};
    share.reset();
    EXPECT_EQ(freed, 0);
    EXPECT_EQ(kept(), 1);
    (void)retry_quarantined();
    EXPECT_EQ(freed, 1);
    EXPECT_EQ(kept(), 0);
}

TEST_F(exported_share, or_the_reaper_asks_where_that_was_allowed) {
    (void)set_device_wait(DeviceWait::automatic);
    const Stream nobody_knows = Stream::make(Device::cuda(0));
    View view = lend();
    Share share = std::make_unique<ExportedShare>(view, std::nullopt);
    work(share, view, nobody_knows.ref().cuda());
    view = {};
    share.reset();
    EXPECT_TRUE(freed_soon());
    EXPECT_EQ(kept(), 0);
}

TEST_F(exported_share, a_consumer_on_the_host_needs_no_device) {
    View view = lend();
    Share share = std::make_unique<ExportedShare>(view, StreamRef::host());
    view = {};
    share.reset();
    EXPECT_EQ(freed, 1);
}

TEST_F(exported_share, the_end_leaves_captures_of_other_streams_alone) {
    for (const bool named : {true, false}) {
        freed = 0;
        const Stream consumer = Stream::make(Device::cuda(0));
        const Stream captured = Stream::make(Device::cuda(0));
        View view = lend();
        Share share = std::make_unique<ExportedShare>(view, named ? std::optional<StreamRef>(consumer.ref()) : std::nullopt);
        work(share, view, consumer.ref().cuda());
        view = {};
        ASSERT_EQ(cudaStreamBeginCapture(captured.ref().cuda(), cudaStreamCaptureModeGlobal), cudaSuccess);
        std::thread([&] { share.reset(); }).join();
        cudaGraph_t graph = nullptr;
        EXPECT_EQ(cudaStreamEndCapture(captured.ref().cuda(), &graph), cudaSuccess);
        if (graph != nullptr) {
            EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
        }
        if (!named) (void)retry_quarantined();
        EXPECT_TRUE(freed_soon());
    }
}

TEST_F(exported_share, the_legacy_stream_is_left_alone_while_a_stream_that_it_waits_for_captures) {
    View view = lend();
    Share share = std::make_unique<ExportedShare>(view, StreamRef::legacy_default(Device::cuda(0)));
    work(share, view, cudaStreamLegacy);
    view = {};
    cudaStream_t blocking = nullptr;
    ASSERT_EQ(cudaStreamCreateWithFlags(&blocking, cudaStreamDefault), cudaSuccess);
    ASSERT_EQ(cudaStreamBeginCapture(blocking, cudaStreamCaptureModeRelaxed), cudaSuccess);
    std::thread([&] { share.reset(); }).join();
    cudaGraph_t graph = nullptr;
    EXPECT_EQ(cudaStreamEndCapture(blocking, &graph), cudaSuccess);
    ASSERT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    ASSERT_EQ(cudaStreamDestroy(blocking), cudaSuccess);
    EXPECT_EQ(freed, 0);
    (void)retry_quarantined();
    EXPECT_EQ(freed, 1);
}

TEST_F(exported_share, the_legacy_streams_work_is_waited_for) {
    View view = lend();
    Share share = std::make_unique<ExportedShare>(view, StreamRef::legacy_default(Device::cuda(0)));
    work(share, view, cudaStreamLegacy);
    view = {};
    share.reset();
    EXPECT_EQ(freed, 1);
    EXPECT_EQ(kept(), 0);
}

TEST_F(exported_share, a_per_thread_default_stream_is_known_on_its_own_thread_alone) {
    for (const bool same_thread : {true, false}) {
        freed = 0;
        View view = lend();
        Share share = std::make_unique<ExportedShare>(view, StreamRef::per_thread_default(Device::cuda(0)));
        work(share, view, cudaStreamPerThread);
        view = {};
        if (same_thread) {
            share.reset();
            EXPECT_EQ(freed, 1);
        } else {
            std::thread([&] { share.reset(); }).join();
            EXPECT_EQ(freed, 0) << "the other thread's stream of that name is another one";
            (void)retry_quarantined();
            EXPECT_EQ(freed, 1);
        }
    }
}

}  // namespace
}  // namespace ndlease::testing
