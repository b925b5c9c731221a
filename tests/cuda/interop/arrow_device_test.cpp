// SPDX-License-Identifier: Apache-2.0
// Arrow's device arrays both ways: order after the producer's event, order before the producer's release, and what is checked.
#include <cuda_runtime_api.h>
#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include <ndlease/access.hpp>
#include <ndlease/interop/arrow.hpp>

#include "cuda/expect_error.hpp"
#include "cuda/on_device.hpp"
#include "interop/arrow_producer.hpp"

namespace ndlease::testing {
namespace {

const Device first = Device::cuda(0);
constexpr std::size_t bytes = 1 << 12;
constexpr std::int64_t words = bytes / 4;

/// Memory of the device with work pending on it, as an Arrow producer holds it.
struct Producer {
    arrow::ArrowSchema schema = {};
    arrow::ArrowDeviceArray device_array = {};
    void* memory = nullptr;
    cudaStream_t stream = nullptr;
    cudaEvent_t event = nullptr;
    const void* buffers[2] = {nullptr, nullptr};
    std::atomic<int> released{0};

    Producer() {
        EXPECT_EQ(cudaMalloc(&memory, bytes), cudaSuccess);
        EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
        EXPECT_EQ(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), cudaSuccess);
        EXPECT_EQ(cudaMemsetAsync(memory, 3, bytes, stream), cudaSuccess);
        EXPECT_EQ(cudaEventRecord(event, stream), cudaSuccess);
        schema.format = "i";
        schema.name = "";
        schema.release = [](arrow::ArrowSchema* self) { self->release = nullptr; };
        buffers[1] = memory;
        device_array.array.length = words;
        device_array.array.n_buffers = 2;
        device_array.array.buffers = buffers;
        device_array.array.release = &release;
        device_array.array.private_data = this;
        device_array.device_type = 2;
        device_array.device_id = 0;
        device_array.sync_event = &event;
    }
    Producer(const Producer&) = delete;
    Producer& operator=(const Producer&) = delete;
    ~Producer() { EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess); }

    // Frees at once, as producers do: the simulation reports work that still uses the memory.
    static void release(arrow::ArrowArray* self) {
        auto& producer = *static_cast<Producer*>(self->private_data);
        EXPECT_EQ(cudaEventDestroy(producer.event), cudaSuccess);
        EXPECT_EQ(cudaFree(producer.memory), cudaSuccess);
        self->release = nullptr;
        ++producer.released;
    }
    [[nodiscard]] bool is_released_soon() const {
        for (int i = 0; i < 5000 && released == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return released == 1;
    }
};

class arrow_device : public OnDevice {
protected:
    void SetUp() override {
        OnDevice::SetUp();
#if defined(NDLEASE_SIMULATED_CUDA)
        simulated_cuda::set_scheduler(simulated_cuda::Scheduler::lazy);
#endif
    }
    void TearDown() override {
#if defined(NDLEASE_SIMULATED_CUDA)
        simulated_cuda::set_scheduler(simulated_cuda::Scheduler::eager);
#endif
        OnDevice::TearDown();
    }
};

std::vector<unsigned char> read_on(const View& view, StreamRef stream) {
    std::vector<unsigned char> seen(bytes);
    const Access use(view, stream, Use::read);
    EXPECT_EQ(cudaMemcpyAsync(seen.data(), view.data(), bytes, cudaMemcpyDeviceToHost, stream.cuda()), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(stream.cuda()), cudaSuccess);
    return seen;
}

TEST_F(arrow_device, a_consumer_waits_for_the_producers_event_and_the_producer_for_the_consumer) {
    Producer producer;
    View view = arrow::import_array(producer.schema, producer.device_array);
    EXPECT_EQ(producer.device_array.array.release, nullptr);
    EXPECT_EQ(view.device(), first);
    const Stream consumer = Stream::make(first);
    EXPECT_EQ(read_on(view, consumer), std::vector<unsigned char>(bytes, 3));
    void* sink = nullptr;
    ASSERT_EQ(cudaMalloc(&sink, bytes), cudaSuccess);
    {
        const Access use(view, consumer, Use::read);
        ASSERT_EQ(cudaMemcpyAsync(sink, view.data(), bytes, cudaMemcpyDeviceToDevice, consumer.ref().cuda()), cudaSuccess);
    }
    view = {};
    EXPECT_TRUE(producer.is_released_soon());
    consumer.synchronize();
    ASSERT_EQ(cudaFree(sink), cudaSuccess);
}

TEST_F(arrow_device, an_import_that_nobody_used_waits_for_the_producers_work_all_the_same) {
    Producer producer;
    View view = arrow::import_array(producer.schema, producer.device_array, {.policy = ReleasePolicy::wait()});
    view = {};
    EXPECT_EQ(producer.released, 1) << "the waiting policy is over when the View is gone";
}

TEST_F(arrow_device, pointers_that_contradict_the_device_are_refused) {
    Producer producer;
    std::array<std::int32_t, words> host = {};
    const void* buffers[2] = {nullptr, host.data()};
    arrow::ArrowDeviceArray wrong = producer.device_array;
    wrong.array.buffers = buffers;
    expect_error(errc::device, "cuda:0", [&] { (void)arrow::import_array(producer.schema, wrong); });
    arrow::ArrowArray untagged = producer.device_array.array;
    expect_error(errc::device, "cpu", [&] { (void)arrow::import_array(producer.schema, untagged); });
    EXPECT_NE(wrong.array.release, nullptr);
    EXPECT_NE(untagged.release, nullptr);
    EXPECT_EQ(producer.released, 0);
    View trusted = arrow::import_array(producer.schema, producer.device_array, {.policy = ReleasePolicy::wait(), .check_device = false});
    trusted = {};
    EXPECT_EQ(producer.released, 1);
}

TEST_F(arrow_device, nulls_in_memory_of_a_device_are_not_counted) {
    Producer producer;
    producer.buffers[0] = producer.memory;
    producer.device_array.array.null_count = -1;
    expect_error(errc::not_supported, "cuda:0", [&] { (void)arrow::import_array(producer.schema, producer.device_array); });
    producer.device_array.array.null_count = 0;
    View view = arrow::import_array(producer.schema, producer.device_array, {.policy = ReleasePolicy::wait()});
    EXPECT_EQ(view.size(), words);
}

TEST_F(arrow_device, managed_memory_has_its_event_waited_for_before_anything_is_read) {
    void* memory = nullptr;
    ASSERT_EQ(cudaMallocManaged(&memory, bytes), cudaSuccess);
    Producer producer;
    const void* buffers[2] = {memory, memory};
    arrow::ArrowDeviceArray managed = producer.device_array;
    managed.array.buffers = buffers;
    managed.array.null_count = -1;
    managed.device_type = 13;
    expect_error(errc::not_supported, "cuda_managed", [&] { (void)arrow::import_array(producer.schema, managed); });
    managed.array.null_count = 0;
    const View view = arrow::import_array(producer.schema, managed, {.policy = ReleasePolicy::wait()});
    EXPECT_EQ(view.device(), Device::cuda_managed());
    ASSERT_EQ(cudaStreamSynchronize(producer.stream), cudaSuccess);
    ASSERT_EQ(cudaFree(memory), cudaSuccess);
}

/// Memory that ndlease lends, with work pending on a stream of its owner.
struct Owner {
    Stream stream = Stream::make(first);
    void* memory = nullptr;
    std::atomic<int> released{0};

    View lend() {
        EXPECT_EQ(cudaMalloc(&memory, bytes), cudaSuccess);
        EXPECT_EQ(cudaMemsetAsync(memory, 5, bytes, stream.ref().cuda()), cudaSuccess);
        return View::lend(memory, first, Format::number(Kind::integer, 32), Layout::c_order({words}, 4),
                          {.ready = stream.ref(), .release = [this](const ReleaseInfo& info) noexcept {
                               EXPECT_EQ(info.status, ReleaseStatus::ok);
                               EXPECT_EQ(cudaFree(memory), cudaSuccess);
                               ++released;
                           }});
    }
};

TEST_F(arrow_device, export_gives_an_event_after_the_pending_work) {
    Owner owner;
    View view = owner.lend();
    const Stream consumer = Stream::make(first);
    arrow::ArrowDeviceArray device_array = arrow::export_device_array(view, {.consumer = StreamRef::host()});
    EXPECT_EQ(device_array.sync_event, nullptr) << "the host has waited";
    device_array.array.release(&device_array.array);

    View again = View::lend(owner.memory, first, Format::number(Kind::integer, 32), Layout::c_order({words}, 4), {.ready = owner.stream.ref()});
    ASSERT_EQ(cudaMemsetAsync(owner.memory, 6, bytes, owner.stream.ref().cuda()), cudaSuccess);
    again.lease().used_on(owner.stream);
    device_array = arrow::export_device_array(again, {.consumer = consumer.ref()});
    ASSERT_NE(device_array.sync_event, nullptr);
    EXPECT_EQ(device_array.device_type, 2);
    EXPECT_EQ(device_array.device_id, 0);
    const Stream third = Stream::make(first);
    ASSERT_EQ(cudaStreamWaitEvent(third.ref().cuda(), *static_cast<cudaEvent_t*>(device_array.sync_event), 0), cudaSuccess);
    std::vector<unsigned char> seen(bytes);
    ASSERT_EQ(cudaMemcpyAsync(seen.data(), device_array.array.buffers[1], bytes, cudaMemcpyDeviceToHost, third.ref().cuda()), cudaSuccess);
    third.synchronize();
    EXPECT_EQ(seen, std::vector<unsigned char>(bytes, 6));
    device_array.array.release(&device_array.array);
    again = {};
    view = {};
    EXPECT_EQ(owner.released, 1);
}

TEST_F(arrow_device, without_a_declared_consumer_the_event_orders_and_the_device_answers_for_the_end) {
    Owner owner;
    View view = owner.lend();
    arrow::ArrowDeviceArray device_array = arrow::export_device_array(view);
    ASSERT_NE(device_array.sync_event, nullptr);
    const Stream consumer = Stream::make(first);
    ASSERT_EQ(cudaStreamWaitEvent(consumer.ref().cuda(), *static_cast<cudaEvent_t*>(device_array.sync_event), 0), cudaSuccess);
    std::vector<unsigned char> seen(bytes);
    ASSERT_EQ(cudaMemcpyAsync(seen.data(), device_array.array.buffers[1], bytes, cudaMemcpyDeviceToHost, consumer.ref().cuda()), cudaSuccess);
    const QuarantineHandler old = set_quarantine_handler([](Device, const char*) {});
    view = {};
    device_array.array.release(&device_array.array);
    EXPECT_EQ(owner.released, 0) << "a stream that nobody named may still use it";
    EXPECT_EQ(retry_quarantined().quarantined, 0);
    set_quarantine_handler(old);
    EXPECT_EQ(owner.released, 1);
    consumer.synchronize();
    EXPECT_EQ(seen, std::vector<unsigned char>(bytes, 5));
}

TEST_F(arrow_device, a_declared_consumers_work_is_waited_for_at_the_end) {
    Owner owner;
    View view = owner.lend();
    const Stream consumer = Stream::make(first);
    arrow::ArrowDeviceArray device_array = arrow::export_device_array(view, {.consumer = consumer.ref()});
    void* sink = nullptr;
    ASSERT_EQ(cudaMalloc(&sink, bytes), cudaSuccess);
    ASSERT_EQ(cudaMemcpyAsync(sink, device_array.array.buffers[1], bytes, cudaMemcpyDeviceToDevice, consumer.ref().cuda()), cudaSuccess);
    view = {};
    device_array.array.release(&device_array.array);
    EXPECT_EQ(owner.released, 1) << "by the waiting policy, after the copy";
    std::vector<unsigned char> seen(bytes);
    ASSERT_EQ(cudaMemcpyAsync(seen.data(), sink, bytes, cudaMemcpyDeviceToHost, consumer.ref().cuda()), cudaSuccess);
    consumer.synchronize();
    EXPECT_EQ(seen, std::vector<unsigned char>(bytes, 5));
    ASSERT_EQ(cudaFree(sink), cudaSuccess);
}

TEST_F(arrow_device, the_round_trip_keeps_device_and_owner) {
    Owner owner;
    View view = owner.lend();
    const Stream consumer = Stream::make(first);
    arrow::ArrowSchema schema = arrow::export_schema(view);
    arrow::ArrowDeviceArray device_array = arrow::export_device_array(view, {.consumer = consumer.ref()});
    View back = arrow::import_array(schema, device_array, {.policy = ReleasePolicy::wait()});
    EXPECT_EQ(back.device(), view.device());
    EXPECT_EQ(back.data(), view.data());
    EXPECT_EQ(back.layout(), view.layout());
    view = {};
    EXPECT_EQ(read_on(back, consumer), std::vector<unsigned char>(bytes, 5));
    EXPECT_EQ(owner.released, 0);
    back = {};
    EXPECT_EQ(owner.released, 1);
    schema.release(&schema);
}

TEST_F(arrow_device, memory_of_a_device_is_no_array_of_the_host) {
    Owner owner;
    View view = owner.lend();
    expect_error(errc::device, "export_device_array", [&] { (void)arrow::export_array(view); });
    EXPECT_EQ(view.lease().holders(), 1);
    view = {};
    EXPECT_EQ(owner.released, 1);
}

}  // namespace
}  // namespace ndlease::testing
