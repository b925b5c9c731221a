// SPDX-License-Identifier: Apache-2.0
// The CUDA array interface with memory and streams of a device: whose a pointer is, what `stream` orders, and what the end of an export and of an import waits
// for.
#include <ndlease/access.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/array_interface.hpp>
#include <ndlease/interop/buffer_request.hpp>
#include <ndlease/interop/cuda_array_interface.hpp>
#include <ndlease/memory.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "cuda/expect_error.hpp"
#include "cuda/on_device.hpp"

namespace ndlease {
namespace {

using namespace cuda_array_interface;
using testing::expect_error;

constexpr std::int64_t count = 1 << 14;
constexpr Device first = Device::cuda(0);

CudaArrayInterface bytes_at(const void* data) {
    CudaArrayInterface dict;
    dict.shape = {count};
    dict.typestr = "|u1";
    dict.data = reinterpret_cast<std::uintptr_t>(data);
    return dict;
}

class CudaArrayInterfaceOnDevice : public testing::OnDevice {
protected:
    void SetUp() override {
        OnDevice::SetUp();
        set_quarantine_handler([](Device, const char*) {});
#if defined(NDLEASE_SIMULATED_CUDA)
        simulated_cuda::set_scheduler(simulated_cuda::Scheduler::lazy);  // work runs when it is waited for: a wait that is missing shows
#endif
    }
    void TearDown() override {
        set_quarantine_handler(nullptr);
        OnDevice::TearDown();
#if defined(NDLEASE_SIMULATED_CUDA)
        simulated_cuda::set_scheduler(simulated_cuda::Scheduler::eager);
#endif
    }
    [[nodiscard]] static bool soon(const std::atomic<int>& flag) {
        for (int i = 0; i < 5000 && flag == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return flag == 1;
    }
    static void fill(void* data, int value, StreamRef stream) { ASSERT_EQ(cudaMemsetAsync(data, value, count, stream.cuda()), cudaSuccess); }
    /// The last byte, as a consumer on `stream` sees it that asks for it now.
    static int last_byte_on(const View& view, StreamRef stream) {
        unsigned char value = 0;
        const auto* const last = static_cast<const unsigned char*>(view.data()) + count - 1;
        {
            const Access use(view, stream, Use::read);
            EXPECT_EQ(cudaMemcpyAsync(&value, last, 1, cudaMemcpyDeviceToHost, stream.cuda()), cudaSuccess);
        }
        stream.synchronize();
        return value;
    }
};
using CudaArrayInterfaceOnTwoDevices = testing::OnTwoDevices;

TEST_F(CudaArrayInterfaceOnDevice, the_pointer_says_where_the_memory_is) {
    for (MemoryResource* const resource : {&device_memory(first), &pinned_memory(), &managed_memory()}) {
        Buffer buffer = Buffer::make(count, *resource, StreamRef::host());
        const View view = import_interface(bytes_at(buffer.data()));
        EXPECT_EQ(view.device(), resource->device());
        EXPECT_EQ(view.data(), buffer.data());
        expect_error(errc::device, "not of cuda:7", [&] { static_cast<void>(import_interface(bytes_at(buffer.data()), {}, {.device = Device::cuda(7)})); });
    }
    std::vector<unsigned char> host(count);
    expect_error(errc::device, "does not know", [&] { static_cast<void>(import_interface(bytes_at(host.data()))); });
    expect_error(errc::device, "no CUDA device can reach", [&] { static_cast<void>(import_interface(bytes_at(host.data()), {}, {.device = Device::cpu()})); });
    expect_error(errc::invalid_argument, "device must be given",
                 [&] { static_cast<void>(import_interface(bytes_at(host.data()), {}, {.check_device = false})); });
}

TEST_F(CudaArrayInterfaceOnTwoDevices, the_ordinal_is_the_memorys_and_not_the_threads) {
    Buffer buffer = Buffer::make(count, device_memory(Device::cuda(1)), StreamRef::host());
    EXPECT_EQ(import_interface(bytes_at(buffer.data())).device(), Device::cuda(1));
}

TEST_F(CudaArrayInterfaceOnDevice, without_elements_the_pointer_is_0_and_means_nothing) {
    CudaArrayInterface dict = bytes_at(nullptr);
    dict.shape = {0, 3};
    EXPECT_EQ(import_interface(dict).device(), first);
    dict.data = 12345;  // as versions 0 and 1 have it
    dict.version = 1;
    EXPECT_EQ(import_interface(dict, {}, {.device = first}).size(), 0);
    const View empty = allocate(Format::of<float>(), {0, 3}, Order::c, device_memory(first));
    EXPECT_EQ(export_interface(empty).dict().data, 0U);
    EXPECT_EQ(export_interface(empty).dict().stream, std::nullopt);
    static_cast<void>(retry_quarantined());
}

TEST_F(CudaArrayInterfaceOnDevice, consumers_come_after_the_producers_stream) {
    const Stream producer = Stream::make(first);
    const Stream consumer = Stream::make(first);
    Buffer buffer = Buffer::make(count, device_memory(first), StreamRef::host());
    const auto handle = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(producer.ref().handle()));
    fill(buffer.data(), 0, producer);
    producer.synchronize();
    for (const std::int64_t number : {handle, std::int64_t{1}, std::int64_t{2}}) {
        const StreamRef named = number == handle ? producer.ref() : number == 1 ? StreamRef::legacy_default(first) : StreamRef::per_thread_default(first);
        const int value = static_cast<int>(number % 100) + 1;
        fill(buffer.data(), value, named);
        CudaArrayInterface dict = bytes_at(buffer.data());
        dict.stream = number;
        const View view = import_interface(dict);
        EXPECT_EQ(last_byte_on(view, consumer), value) << "stream " << number;
        named.synchronize();
    }
}

TEST_F(CudaArrayInterfaceOnDevice, stream_0_is_refused_and_takes_nothing) {
    Buffer buffer = Buffer::make(count, device_memory(first), StreamRef::host());
    CudaArrayInterface dict = bytes_at(buffer.data());
    int released = 0;
    for (const std::int64_t number : {std::int64_t{0}, std::int64_t{-1}}) {
        dict.stream = number;
        expect_error(errc::invalid_argument, "stream " + std::to_string(number),
                     [&] { static_cast<void>(import_interface(dict, [&](const ReleaseInfo&) { ++released; })); });
    }
    EXPECT_EQ(released, 0);
}

TEST_F(CudaArrayInterfaceOnDevice, the_producer_gets_its_object_back_after_the_consumers_work) {
    const Stream consumer = Stream::make(first);
    Buffer buffer = Buffer::make(count, device_memory(first), StreamRef::host());
    std::atomic<int> released{0};
    std::atomic<bool> idle{false};
    {
        const View view = import_interface(bytes_at(buffer.data()), [&](const ReleaseInfo& info) {
            EXPECT_EQ(info.status, ReleaseStatus::ok);
            idle = consumer.ref().is_idle();
            ++released;
        });
        const Access use(view, consumer);
        for (int i = 0; i < 20; ++i) fill(buffer.data(), i, consumer);
    }
    EXPECT_TRUE(soon(released));
    EXPECT_TRUE(idle);
}

TEST_F(CudaArrayInterfaceOnDevice, an_export_names_its_stream_which_comes_after_pending_work) {
    const Stream producer = Stream::make(first);
    const Stream consumer = Stream::make(first);
    Buffer buffer = Buffer::make(count, device_memory(first), StreamRef::host());
    fill(buffer.data(), 9, producer);
    int released = 0;
    View view = View::lend(buffer.data(), first, Format::of<std::uint8_t>(), Layout({count}, {1}),
                           {.ready = producer.ref(), .release = [&](const ReleaseInfo&) {
                                EXPECT_TRUE(consumer.ref().is_idle()) << "given back under the consumer's work";
                                ++released;
                            }});
    {
        const Exported exported = export_interface(view, {.stream = consumer.ref()});
        EXPECT_EQ(exported.dict().stream, consumer.ref().to_integer());
        EXPECT_EQ(exported.dict().version, 3);
        unsigned char seen = 0;
        ASSERT_EQ(cudaMemcpyAsync(&seen, static_cast<unsigned char*>(buffer.data()) + count - 1, 1, cudaMemcpyDeviceToHost, consumer.ref().cuda()),
                  cudaSuccess);
        consumer.synchronize();
        EXPECT_EQ(seen, 9);
        view = {};
        for (int i = 0; i < 20; ++i) fill(buffer.data(), i, consumer);
        EXPECT_EQ(released, 0);
    }
    EXPECT_EQ(released, 1);
}

TEST_F(CudaArrayInterfaceOnDevice, an_export_without_a_stream_is_ready_and_its_end_asks_the_device) {
    const Stream producer = Stream::make(first);
    const Stream nobody_knows = Stream::make(first);
    Buffer buffer = Buffer::make(count, device_memory(first), StreamRef::host());
    for (int i = 0; i < 20; ++i) fill(buffer.data(), i, producer);
    int released = 0;
    View view =
        View::lend(buffer.data(), first, Format::of<std::uint8_t>(), Layout({count}, {1}), {.ready = producer.ref(), .release = [&](const ReleaseInfo&) {
                                                                                                EXPECT_TRUE(nobody_knows.ref().is_idle());
                                                                                                ++released;
                                                                                            }});
    for (const int version : {0, 1, 2, 3}) {
        const Exported exported = export_interface(view, {.version = version});
        EXPECT_TRUE(producer.ref().is_idle()) << "no stream says that the memory is ready";
        EXPECT_EQ(exported.dict().stream, std::nullopt);
    }
    {
        const Exported exported = export_interface(view);
        view = {};
        for (int i = 0; i < 20; ++i) fill(buffer.data(), i, nobody_knows);
    }
    EXPECT_EQ(released, 0);
    static_cast<void>(retry_quarantined());
    EXPECT_EQ(released, 1);
}

TEST_F(CudaArrayInterfaceOnDevice, older_versions_cannot_say_a_stream) {
    const Stream stream = Stream::make(first);
    const View view = allocate(Format::of<float>(), {4}, Order::c, device_memory(first));
    for (const int version : {0, 1, 2}) {
        expect_error(errc::not_expressible, "cannot say a stream",
                     [&] { static_cast<void>(export_interface(view, {.version = version, .stream = stream.ref()})); });
    }
    expect_error(errc::invalid_argument, "version 4", [&] { static_cast<void>(export_interface(view, {.version = 4})); });
    expect_error(errc::not_expressible, "host has no stream", [&] { static_cast<void>(export_interface(view, {.stream = StreamRef::host()})); });
    expect_error(errc::device, "no CUDA device can reach", [&] { static_cast<void>(export_interface(allocate(Format::of<float>(), {4}))); });
}

TEST_F(CudaArrayInterfaceOnDevice, a_round_trip_keeps_everything) {
    const Stream stream = Stream::make(first);
    View view = allocate(Format::of<std::int32_t>(), {6, 7}, Order::f, device_memory(first)).slice(0, {}, {}, -2).read_only();
    const std::int64_t holders = view.lease().holders();
    {
        auto exported = std::make_shared<Exported>(export_interface(view, {.stream = stream.ref()}));
        const CudaArrayInterface dict = from_json(to_json(exported->dict()));
        const View again = import_interface(dict, [keep = std::move(exported)](const ReleaseInfo&) {}, {.policy = ReleasePolicy::wait()});
        EXPECT_EQ(again.data(), view.data());
        EXPECT_EQ(again.layout(), view.layout());
        EXPECT_EQ(again.format(), view.format());
        EXPECT_EQ(again.device(), first);
        EXPECT_TRUE(again.is_read_only());
        EXPECT_EQ(view.lease().holders(), holders + 1);
    }
    EXPECT_EQ(view.lease().holders(), holders);
}

TEST_F(CudaArrayInterfaceOnDevice, the_hosts_protocols_take_and_show_no_device_memory) {
    const View view = allocate(Format::of<float>(), {4}, Order::c, device_memory(first));
    expect_error(errc::device, "cannot reach", [&] { static_cast<void>(array_interface::export_interface(view)); });
    expect_error(errc::device, "cannot reach", [&] { static_cast<void>(array_interface::export_struct(view)); });
    expect_error(errc::device, "cannot reach", [&] { static_cast<void>(py_buffer::BufferExport(view)); });
    array_interface::ArrayInterface dict;
    dict.shape = {4};
    dict.typestr = "<f4";
    dict.data = reinterpret_cast<std::uintptr_t>(view.data());
    expect_error(errc::device, "memory of cuda:0", [&] { static_cast<void>(import_interface(dict)); });
    py_buffer::BufferFields fields;
    fields.buf = const_cast<void*>(view.data());
    fields.len = 16;
    expect_error(errc::device, "memory of cuda:0", [&] { static_cast<void>(import_fields(fields)); });
}

TEST_F(CudaArrayInterfaceOnDevice, the_hosts_protocols_know_pinned_and_managed_memory_and_wait_for_it) {
    const Stream producer = Stream::make(first);
    for (MemoryResource* const resource : {&pinned_memory(), &managed_memory()}) {
        Buffer buffer = Buffer::make(count, *resource, StreamRef::host());
        fill(buffer.data(), 5, producer);
        const View view = View::lend(buffer.data(), resource->device(), Format::of<std::uint8_t>(), Layout({count}, {1}),
                                     {.ready = producer.ref(), .release = [](const ReleaseInfo&) {}});
        const array_interface::ArrayInterface dict = array_interface::export_interface(view);
        EXPECT_TRUE(producer.ref().is_idle());
        EXPECT_EQ(static_cast<const unsigned char*>(view.data())[count - 1], 5);
        EXPECT_EQ(import_interface(dict).device(), resource->device());
        fill(buffer.data(), 6, producer);
        const View more = View::lend(buffer.data(), resource->device(), Format::of<std::uint8_t>(), Layout({count}, {1}),
                                     {.ready = producer.ref(), .release = [](const ReleaseInfo&) {}});
        const py_buffer::BufferExport shown(more);
        shown.wait_until_ready();
        EXPECT_TRUE(producer.ref().is_idle());
        EXPECT_EQ(py_buffer::import_fields(shown.answer(py_buffer::full)).device(), resource->device());
    }
}

}  // namespace
}  // namespace ndlease
