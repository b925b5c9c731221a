// SPDX-License-Identifier: Apache-2.0
// Order across the C ABI on device memory: the consumer comes after the producer's pending work, and the memory goes back after the consumer's, with no wait on
// the host. The producer is now this library, now one that does not know it.
#include <cuda_runtime_api.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "capi/foreign_owner.hpp"
#include "cuda/on_device.hpp"

#include <ndlease/ndlease.h>
#include <ndlease/access.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/arrow.hpp>
#include <ndlease/interop/c_abi.hpp>

namespace ndlease::testing {
namespace {

constexpr std::size_t bytes = 4096;

cudaStream_t native(const ndl_stream& stream) { return reinterpret_cast<cudaStream_t>(static_cast<std::uintptr_t>(stream.handle)); }

/// Work that runs only when something waits for it finds waits that are missing.
void run_lazily() {
#if defined(NDLEASE_SIMULATED_CUDA)
    simulated_cuda::set_scheduler(simulated_cuda::Scheduler::lazy);
#endif
}

std::uint64_t waits_on_host() {
#if defined(NDLEASE_SIMULATED_CUDA)
    return simulated_cuda::statistics().waits_on_host;
#else
    return 0;
#endif
}

class CAbiOnDevice : public OnDevice {
protected:
    void SetUp() override {
        OnDevice::SetUp();
        if (IsSkipped()) return;
        run_lazily();
        producer_.emplace(Stream::make(Device::cuda(0)));
        consumer_.emplace(Stream::make(Device::cuda(0)));
        on_producer_ = c_abi::export_stream(*producer_);
        on_consumer_ = c_abi::export_stream(*consumer_);
        format_ = c_abi::export_format(Format());
        ASSERT_EQ(cudaHostAlloc(&seen_, bytes, 0), cudaSuccess);
        std::memset(seen_, 0, bytes);
    }
    void TearDown() override {
        if (!IsSkipped()) {
            consumer_->synchronize();
            producer_->synchronize();
            EXPECT_EQ(cudaFreeHost(seen_), cudaSuccess);
            producer_.reset();
            consumer_.reset();
        }
        OnDevice::TearDown();
    }

    /// Bytes on device 0, all 1 when what is enqueued on the producer's stream has run.
    ndl_view describe() {
        void* memory = nullptr;
        EXPECT_EQ(cudaMallocAsync(&memory, bytes, native(on_producer_)), cudaSuccess);
        EXPECT_EQ(cudaMemsetAsync(memory, 1, bytes, native(on_producer_)), cudaSuccess);
        ndl_view view = {};
        view.struct_size = sizeof view;
        view.abi_version = NDL_ABI_VERSION;
        view.data = view.allocation = memory;
        view.allocation_bytes = bytes;
        view.device = {NDL_CUDA, 0};
        view.format = format_.get();
        view.rank = 1;
        view.shape = shape_.data();
        return view;
    }
    void read_on_consumer(const void* memory) { EXPECT_EQ(cudaMemcpyAsync(seen_, memory, bytes, cudaMemcpyDeviceToHost, native(on_consumer_)), cudaSuccess); }
    void expect_seen() {
        consumer_->synchronize();
        const std::vector<unsigned char> ones(bytes, 1);
        EXPECT_EQ(std::memcmp(seen_, ones.data(), bytes), 0) << "the consumer came before the producer";
    }

    std::optional<Stream> producer_, consumer_;
    ndl_stream on_producer_{}, on_consumer_{};
    c_abi::OwnedFormat format_;
    std::array<std::int64_t, 1> shape_{bytes};
    void* seen_ = nullptr;
    ndl_error error_ = {};
};

/// An owner that knows CUDA and not this library: it orders by events of its own, and frees on its stream.
class DeviceProducer : public ForeignOwner {
public:
    DeviceProducer(cudaStream_t stream, void* memory) : stream_(stream) {
        EXPECT_EQ(cudaEventCreateWithFlags(&ready_, cudaEventDisableTiming), cudaSuccess);
        EXPECT_EQ(cudaEventRecord(ready_, stream_), cudaSuccess);
        on_acquire = [this](const ndl_stream* consumer, std::uint32_t) {
            calls += "acquire ";
            ASSERT_NE(consumer, nullptr);
            ASSERT_EQ(consumer->device.type, NDL_CUDA);
            EXPECT_EQ(cudaStreamWaitEvent(native(*consumer), ready_, 0), cudaSuccess);
        };
        on_use = [this](const ndl_stream* consumer, std::uint32_t) {
            calls += "used ";
            cudaEvent_t event = nullptr;
            EXPECT_EQ(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), cudaSuccess);
            EXPECT_EQ(cudaEventRecord(event, native(*consumer)), cudaSuccess);
            EXPECT_EQ(cudaStreamWaitEvent(stream_, event, 0), cudaSuccess);
            EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
        };
        on_last_release = [this, memory] {
            calls += "release";
            EXPECT_EQ(cudaFreeAsync(memory, stream_), cudaSuccess);  // strict checks say when something still uses it
        };
    }
    ~DeviceProducer() { EXPECT_EQ(cudaEventDestroy(ready_), cudaSuccess); }
    DeviceProducer(const DeviceProducer&) = delete;
    DeviceProducer& operator=(const DeviceProducer&) = delete;

    std::string calls;

private:
    cudaStream_t stream_;
    cudaEvent_t ready_ = nullptr;
};

TEST_F(CAbiOnDevice, memory_that_c_lends_is_freed_in_its_streams_order) {
    struct Freed {
        void* memory = nullptr;
        ndl_stream stream = {};
        int calls = 0;
    } freed;
    const ndl_view description = describe();
    freed.memory = description.data;
    ndl_lend_options options = {};
    options.struct_size = sizeof options;
    options.policy = NDL_RELEASE_IN_ORDER;
    options.stream = options.ready = &on_producer_;
    options.context = &freed;
    options.release = [](void* context, int status, const ndl_stream* stream) {
        Freed& it = *static_cast<Freed*>(context);
        ++it.calls;
        it.stream = *stream;
        EXPECT_EQ(status, NDL_RELEASE_OK);
        EXPECT_EQ(cudaFreeAsync(it.memory, native(*stream)), cudaSuccess);
    };
    ndl_view view = {};
    ASSERT_EQ(ndl_view_lend(&description, &options, &view, &error_), NDL_OK) << error_.message;
    const std::uint64_t waits = waits_on_host();
    ASSERT_EQ(ndl_view_acquire(&view, &on_consumer_, NDL_USE_READ, &error_), NDL_OK) << error_.message;
    read_on_consumer(view.data);
    ASSERT_EQ(ndl_view_used_on(&view, &on_consumer_, NDL_USE_READ, &error_), NDL_OK) << error_.message;
    ndl_view_release(&view);
    EXPECT_EQ(freed.calls, 1);
    EXPECT_EQ(freed.stream.handle, on_producer_.handle);
    EXPECT_EQ(waits_on_host(), waits) << "somebody waited on the host";
    expect_seen();
}

TEST_F(CAbiOnDevice, memory_of_another_owner_is_ordered_both_ways_by_an_import) {
    ndl_view foreign = describe();
    DeviceProducer owner(native(on_producer_), foreign.data);
    foreign = owner.lend(foreign);
    const std::uint64_t waits = waits_on_host();
    {
        const View view = c_abi::import_view(foreign);
        EXPECT_EQ(owner.calls, "acquire ");
        const View part = view.slice(0, 0, bytes);
        const Access use(part, *consumer_);
        read_on_consumer(part.data());
    }
    EXPECT_EQ(owner.calls, "acquire used release");
    EXPECT_EQ(owner.shares, 0);
    EXPECT_EQ(waits_on_host(), waits) << "somebody waited on the host";
    expect_seen();
}

TEST_F(CAbiOnDevice, an_import_that_is_not_used_goes_back_as_well) {
    ndl_view foreign = describe();
    DeviceProducer owner(native(on_producer_), foreign.data);
    foreign = owner.lend(foreign);
    { const View view = c_abi::import_view(foreign); }
    EXPECT_EQ(owner.shares, 0);
    EXPECT_EQ(owner.released, 1);
}

TEST_F(CAbiOnDevice, parts_hand_streams_on_to_the_first_owner) {
    ndl_view foreign = describe();
    DeviceProducer owner(native(on_producer_), foreign.data);
    foreign = owner.lend(foreign);
    ndl_view part = {};
    ASSERT_EQ(ndl_view_slice(&foreign, 0, 0, NDL_NONE, 1, &part, &error_), NDL_OK) << error_.message;
    ndl_view_release(&foreign);
    ASSERT_EQ(ndl_view_acquire(&part, &on_consumer_, NDL_USE_READ, &error_), NDL_OK);
    read_on_consumer(part.data);
    ASSERT_EQ(ndl_view_used_on(&part, &on_consumer_, NDL_USE_READ, &error_), NDL_OK);
    ndl_view_release(&part);
    EXPECT_EQ(owner.calls, "acquire used release");
    expect_seen();
}

TEST_F(CAbiOnDevice, copies_order_the_stream_by_another_owner) {
    ndl_view foreign = describe();
    DeviceProducer owner(native(on_producer_), foreign.data);
    foreign = owner.lend(foreign);
    const ndl_device cpu = {NDL_CPU, 0};
    ndl_view host = {};
    ASSERT_EQ(ndl_to_device(&foreign, &cpu, NDL_ORDER_C, &on_consumer_, nullptr, &host, &error_), NDL_OK) << error_.message;
    EXPECT_EQ(owner.calls, "acquire used ");
    const std::vector<unsigned char> ones(bytes, 1);
    EXPECT_EQ(std::memcmp(host.data, ones.data(), bytes), 0);
    ndl_view_release(&foreign);
    ndl_view_release(&host);
    EXPECT_EQ(owner.calls, "acquire used release");
}

TEST_F(CAbiOnDevice, exported_views_know_the_default_streams_and_refuse_what_is_none) {
    ndl_view description = describe();
    void* const memory = description.data;
    ndl_view view = c_abi::export_view(View::lend(memory, Device::cuda(0), Format(), Layout({bytes}, {1}),
                                                  {.ready = producer_->ref(), .release = [memory](auto&&) { EXPECT_EQ(cudaFree(memory), cudaSuccess); }}));
    producer_->synchronize();
    for (const std::int64_t handle : {std::int64_t{1}, std::int64_t{2}, std::int64_t{-1}}) {
        const ndl_stream stream = {{NDL_CUDA, 0}, handle};
        EXPECT_EQ(ndl_view_acquire(&view, &stream, NDL_USE_WRITE, &error_), NDL_OK) << error_.message;
        EXPECT_EQ(ndl_view_used_on(&view, &stream, NDL_USE_WRITE, &error_), NDL_OK) << error_.message;
    }
    const ndl_stream ambiguous = {{NDL_CUDA, 0}, 0};
    EXPECT_EQ(ndl_view_acquire(&view, &ambiguous, NDL_USE_READ, &error_), NDL_INVALID_ARGUMENT);
    EXPECT_NE(std::string(error_.message).find("ambiguous"), std::string::npos) << error_.message;
    const ndl_stream elsewhere = {{NDL_CUDA, 99}, 7};
    EXPECT_NE(ndl_view_used_on(&view, &elsewhere, 5, &error_), NDL_OK);
    ndl_view_release(&view);
}

/// Out by a protocol that knows the consumer's stream, in again, and given back while the consumer still works.
class CProtocolsOnDevice : public CAbiOnDevice {
protected:
    ndl_view lend() {
        const ndl_view description = describe();
        ndl_lend_options options = {};
        options.struct_size = sizeof options;
        options.policy = NDL_RELEASE_IN_ORDER;
        options.stream = options.ready = &on_producer_;
        options.context = this;
        memory_ = description.data;
        options.release = [](void* context, int, const ndl_stream* stream) {
            auto& test = *static_cast<CProtocolsOnDevice*>(context);
            ++test.released_;
            EXPECT_EQ(cudaFreeAsync(test.memory_, native(*stream)), cudaSuccess);  // strict checks say when something still uses it
        };
        ndl_view view = {};
        EXPECT_EQ(ndl_view_lend(&description, &options, &view, &error_), NDL_OK) << error_.message;
        return view;
    }
    void expect_released_once() {
        for (int i = 0; i < 2000 && released_ == 0; ++i) {
            ndl_lease_statistics left = {};
            EXPECT_EQ(ndl_retry_quarantined(&left, nullptr), NDL_OK);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        EXPECT_EQ(released_, 1);
    }
    void* memory_ = nullptr;
    std::atomic<int> released_{0};
};

TEST_F(CProtocolsOnDevice, dlpack_for_a_declared_consumer) {
    ndl_view view = lend();
    ::DLManagedTensorVersioned* tensor = nullptr;
    ASSERT_EQ(ndl_to_dlpack_versioned(&view, &on_consumer_, &tensor, &error_), NDL_OK) << error_.message;
    ndl_view_release(&view);
    ndl_view back = {};
    ASSERT_EQ(ndl_from_dlpack_versioned(tensor, &on_consumer_, &back, &error_), NDL_OK) << error_.message;
    read_on_consumer(back.data);
    ASSERT_EQ(ndl_view_used_on(&back, &on_consumer_, NDL_USE_READ, &error_), NDL_OK);
    ndl_view_release(&back);
    expect_released_once();
    expect_seen();
}

TEST_F(CProtocolsOnDevice, arrow_for_a_declared_consumer) {
    ndl_view view = lend();
    arrow::ArrowSchema schema = {};
    arrow::ArrowDeviceArray array = {};
    auto* const peer_schema = reinterpret_cast<::ArrowSchema*>(&schema);
    auto* const peer_array = reinterpret_cast<::ArrowDeviceArray*>(&array);
    ASSERT_EQ(ndl_to_arrow_device(&view, 0, &on_consumer_, peer_schema, peer_array, &error_), NDL_OK) << error_.message;
    ndl_view_release(&view);
    EXPECT_EQ(array.device_type, NDL_CUDA);
    ndl_view back = {};
    ASSERT_EQ(ndl_from_arrow_device(peer_schema, peer_array, &back, &error_), NDL_OK) << error_.message;
    schema.release(&schema);
    ASSERT_EQ(ndl_view_acquire(&back, &on_consumer_, NDL_USE_READ, &error_), NDL_OK) << error_.message;
    read_on_consumer(back.data);
    ASSERT_EQ(ndl_view_used_on(&back, &on_consumer_, NDL_USE_READ, &error_), NDL_OK);
    ndl_view_release(&back);
    expect_released_once();
    expect_seen();
}

TEST_F(CProtocolsOnDevice, the_cuda_array_interface_for_a_declared_consumer) {
    ndl_view view = lend();
    std::array<char, 1000> json{};
    ndl_exported* exported = nullptr;
    EXPECT_EQ(ndl_to_cuda_array_interface(&view, &on_consumer_, json.data(), 10, nullptr, &exported, &error_), NDL_OUT_OF_RANGE);
    EXPECT_EQ(exported, nullptr);
    ASSERT_EQ(ndl_to_cuda_array_interface(&view, &on_consumer_, json.data(), json.size(), nullptr, &exported, &error_), NDL_OK) << error_.message;
    ndl_view_release(&view);
    const ndl_release_callback end = [](void* context, int, const ndl_stream*) { ndl_exported_end(static_cast<ndl_exported*>(context)); };
    ndl_view back = {};
    ASSERT_EQ(ndl_from_cuda_array_interface(json.data(), end, exported, &back, &error_), NDL_OK) << error_.message << json.data();
    EXPECT_EQ(back.data, memory_);
    ASSERT_EQ(ndl_view_acquire(&back, &on_consumer_, NDL_USE_READ, &error_), NDL_OK) << error_.message;
    read_on_consumer(back.data);
    ASSERT_EQ(ndl_view_used_on(&back, &on_consumer_, NDL_USE_READ, &error_), NDL_OK);
    ndl_view_release(&back);
    expect_released_once();
    expect_seen();
}

TEST_F(CAbiOnDevice, a_wrong_device_tag_is_refused) {
    std::array<std::byte, bytes> host{};
    ndl_view view = describe();
    void* const memory = view.data;
    view.allocation = nullptr;
    view.allocation_bytes = 0;
    view.device = {NDL_CPU, 0};  // device memory that claims to be the host's
    EXPECT_EQ(ndl_view_check(&view, &error_), NDL_DEVICE);
    EXPECT_NE(std::string(error_.message).find("cuda:0"), std::string::npos) << error_.message;
    ForeignOwner owner;
    ndl_view foreign = owner.lend(view);
    EXPECT_THROW(static_cast<void>(c_abi::import_view(foreign)), Error);
    EXPECT_TRUE(owner.untouched());
    { const View unchecked = c_abi::import_view(foreign, {.check_device = false}); }
    EXPECT_EQ(owner.released, 1);
    view.device = {NDL_CUDA, 0};
    view.data = host.data();  // and the reverse
    EXPECT_EQ(ndl_view_check(&view, &error_), NDL_DEVICE);
    EXPECT_EQ(cudaFreeAsync(memory, native(on_producer_)), cudaSuccess);
}

}  // namespace
}  // namespace ndlease::testing
