// SPDX-License-Identifier: Apache-2.0
// DLPack with memory and streams of a device: who waits for whom, at import, at export and at both releases.
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "cuda/on_device.hpp"
#include "interop/dlpack_tensor.hpp"

#include <ndlease/access.hpp>
#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

constexpr std::size_t bytes = 4096;
constexpr auto length = static_cast<std::int64_t>(bytes);

template <class Done>
bool soon(Done done) {
    for (int i = 0; i < 5000 && !done(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return done();
}

class dlpack_device : public OnDevice {
protected:
    void SetUp() override {
        OnDevice::SetUp();
        if (IsSkipped()) return;
        set_quarantine_handler([](Device, const char*) {});
        ASSERT_EQ(cudaMalloc(&memory, bytes), cudaSuccess);
    }
    void TearDown() override {
        set_quarantine_handler(nullptr);
        OnDevice::TearDown();
    }
    /// A producer on a device, whose deleter frees the memory: before the end of the consumer's work that is a violation.
    Versioned& produce(Versioned& tensor) {
        tensor.at(memory).shaped({length}, {1}).dtype({1, 8, 1}).on(2, 0);
        tensor.managed.deleter = [](dlpack::ManagedTensorVersioned* self) {
            auto& me = *static_cast<Versioned*>(self->manager_ctx);
            cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
            EXPECT_EQ(cudaThreadExchangeStreamCaptureMode(&mode), cudaSuccess);
            EXPECT_EQ(cudaFree(me.tensor().data), cudaSuccess);
            EXPECT_EQ(cudaThreadExchangeStreamCaptureMode(&mode), cudaSuccess);
            ++me.deleted;
        };
        return tensor;
    }
    View lend(PendingWork ready = {}) {
        return View::lend(memory, Device::cuda(0), Format::of<std::uint8_t>(), Layout({length}, {1}),
                          {.ready = std::move(ready), .release = [this, p = memory](const ReleaseInfo&) {
                               EXPECT_EQ(cudaFree(p), cudaSuccess);
                               ++freed;
                           }});
    }
    void* memory = nullptr;
    std::atomic<int> freed{0};
};

TEST_F(dlpack_device, E13_the_consumers_stream_waits_for_the_pending_work_and_the_memory_for_the_consumer) {
    const Stream producer = Stream::make(Device::cuda(0));
    const Stream consumer = Stream::make(Device::cuda(0));
    ASSERT_EQ(cudaMemsetAsync(memory, 7, bytes, producer.ref().cuda()), cudaSuccess);
    View view = lend(producer.ref());
    auto* const tensor = dlpack::export_view(view, {.consumer = consumer.ref()});
    EXPECT_EQ(tensor->dl_tensor.device.device_type, 2);
    view = {};
    unsigned char seen = 0;
    ASSERT_EQ(cudaMemcpyAsync(&seen, tensor->dl_tensor.data, 1, cudaMemcpyDeviceToHost, consumer.ref().cuda()), cudaSuccess);
    std::thread([&] { dlpack::discard(tensor); }).join();
    EXPECT_EQ(freed, 1);
    EXPECT_EQ(seen, 7);
}

TEST_F(dlpack_device, a_consumers_integer_is_its_stream) {
    const Stream consumer = Stream::make(Device::cuda(0));
    const auto options = dlpack::options_for(consumer.ref().to_integer(), Device::cuda(0));
    EXPECT_EQ(options.consumer, consumer.ref());
    EXPECT_TRUE(dlpack::options_for(std::nullopt, Device::cuda(0)).consumer->is_legacy_default());
    EXPECT_TRUE(dlpack::options_for(1, Device::cuda(0)).consumer->is_legacy_default());
    EXPECT_TRUE(dlpack::options_for(2, Device::cuda(0)).consumer->is_per_thread_default());
    EXPECT_FALSE(dlpack::options_for(-1, Device::cuda(0)).ordered);
    ASSERT_EQ(cudaFree(memory), cudaSuccess);
}

TEST_F(dlpack_device, I14_the_deleter_waits_for_the_device) {
    Versioned tensor;
    const Stream stream = Stream::make(Device::cuda(0));
    {
        const View view = produce(tensor).import();
        const Access use(view, stream);
        ASSERT_EQ(cudaMemsetAsync(view.mutable_data(), 1, bytes, stream.ref().cuda()), cudaSuccess);
    }
    EXPECT_TRUE(soon([&] { return tensor.deleted == 1; }));
}

TEST_F(dlpack_device, the_releasing_thread_waits_where_that_was_asked) {
    Versioned tensor;
    const Stream stream = Stream::make(Device::cuda(0));
    {
        const View view = produce(tensor).import({.policy = ReleasePolicy::wait()});
        const Access use(view, stream);
        ASSERT_EQ(cudaMemsetAsync(view.mutable_data(), 1, bytes, stream.ref().cuda()), cudaSuccess);
    }
    EXPECT_EQ(tensor.deleted, 1);
}

TEST_F(dlpack_device, streams_are_ordered_after_the_producers_pending_work) {
    Versioned tensor;
    const Stream producer = Stream::make(Device::cuda(0));
    const Stream consumer = Stream::make(Device::cuda(0));
    unsigned char seen = 0;
    {
        ASSERT_EQ(cudaMemsetAsync(memory, 9, bytes, producer.ref().cuda()), cudaSuccess);
        const View view = produce(tensor).import({.ready = producer.ref()});
        const Access use(view, consumer, Use::read);
        ASSERT_EQ(cudaMemcpyAsync(&seen, static_cast<const unsigned char*>(view.data()) + bytes - 1, 1, cudaMemcpyDeviceToHost, consumer.ref().cuda()),
                  cudaSuccess);
        consumer.synchronize();
    }
    EXPECT_EQ(seen, 9);
    EXPECT_TRUE(soon([&] { return tensor.deleted == 1; }));
}

TEST_F(dlpack_device, I15_a_wrong_device_tag_is_refused_both_ways) {
    Versioned tensor;
    for (const auto& [type, id] : {std::pair{2, 1}, std::pair{3, 0}}) {
        tensor.at(memory).shaped({length}, {1}).dtype({1, 8, 1}).on(type, id);
        EXPECT_EQ(tensor.refusal(), errc::device) << type << ' ' << id;
        EXPECT_EQ(tensor.import({.check_device = false}).data(), memory);
    }
    EXPECT_TRUE(soon([&] { return tensor.deleted == 2; }));
    int on_host = 0;
    EXPECT_EQ(tensor.at(&on_host).shaped({1}, {1}).on(2, 0).refusal(), errc::device);
    const View wrong = View::lend(memory, Device::cuda(1), Format::of<std::uint8_t>(), Layout({length}, {1}));
    EXPECT_THROW(dlpack::discard(dlpack::export_view(wrong)), Error);
    ASSERT_EQ(cudaFree(memory), cudaSuccess);
}

TEST_F(dlpack_device, C5_pinned_and_managed_memory_is_reachable_from_both_sides) {
    void* pinned = nullptr;
    void* managed = nullptr;
    ASSERT_EQ(cudaMallocHost(&pinned, bytes), cudaSuccess);
    ASSERT_EQ(cudaMallocManaged(&managed, bytes), cudaSuccess);
    for (const auto& [type, data] : {std::pair{3, pinned}, std::pair{13, managed}}) {
        Versioned tensor;
        const View view = tensor.at(data).shaped({length}, {1}).dtype({1, 8, 1}).on(type).import({.policy = ReleasePolicy::wait()});
        EXPECT_TRUE(view.reachable_from(Device::cpu()));
        EXPECT_TRUE(view.reachable_from(Device::cuda(0)));
        const Taken again(dlpack::export_view(view, {.consumer = StreamRef::host()}));
        EXPECT_EQ(again.tensor().device.device_type, type);
    }
    ASSERT_EQ(cudaFreeHost(pinned), cudaSuccess);
    ASSERT_EQ(cudaFree(managed), cudaSuccess);
    ASSERT_EQ(cudaFree(memory), cudaSuccess);
}

cudaStream_t current = nullptr;

TEST_F(dlpack_device, an_objects_pending_work_is_on_its_frameworks_current_stream) {
    const Stream producer = Stream::make(Device::cuda(0));
    const Stream consumer = Stream::make(Device::cuda(0));
    dlpack::ExchangeApi api{};
    api.header.version = dlpack::version;
    api.managed_tensor_from_py_object_no_sync = [](void* object, dlpack::ManagedTensorVersioned** out) {
        *out = &static_cast<Versioned*>(object)->managed;
        return 0;
    };
    api.current_work_stream = [](std::int32_t type, std::int32_t id, void** out) {
        EXPECT_EQ(type, 2);
        EXPECT_EQ(id, 0);
        *out = current;
        return 0;
    };
    for (const cudaStream_t stream : {producer.ref().cuda(), cudaStream_t{nullptr}}) {
        current = stream;
        Versioned tensor;
        void* own = nullptr;
        ASSERT_EQ(cudaMalloc(&own, bytes), cudaSuccess);
        ASSERT_EQ(cudaMemsetAsync(own, 5, bytes, stream), cudaSuccess);
        unsigned char seen = 0;
        {
            const View view = dlpack::import_object(api, &produce(tensor).at(own));
            const Access use(view, consumer, Use::read);
            ASSERT_EQ(cudaMemcpyAsync(&seen, view.data(), 1, cudaMemcpyDeviceToHost, consumer.ref().cuda()), cudaSuccess);
            consumer.synchronize();
        }
        EXPECT_EQ(seen, 5);
        EXPECT_TRUE(soon([&] { return tensor.deleted == 1; }));
    }
    ASSERT_EQ(cudaFree(memory), cudaSuccess);
}

TEST_F(dlpack_device, the_allocator_makes_memory_of_each_kind) {
    for (const int type : {2, 3, 13}) {
        Versioned prototype;
        prototype.shaped({length}).dtype({1, 8, 1}).on(type);
        dlpack::ManagedTensorVersioned* made = nullptr;
        ASSERT_EQ(dlpack::allocate_tensor(&prototype.tensor(), &made, nullptr, nullptr), 0);
        EXPECT_EQ(made->dl_tensor.device.device_type, type);
        EXPECT_EQ(cudaMemset(made->dl_tensor.data, 1, bytes), cudaSuccess);
        dlpack::discard(made);
    }
    (void)retry_quarantined();  // the consumer named no stream
    ASSERT_EQ(cudaFree(memory), cudaSuccess);
}

}  // namespace
}  // namespace ndlease::testing
