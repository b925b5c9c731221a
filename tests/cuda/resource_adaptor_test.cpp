// SPDX-License-Identifier: Apache-2.0
// Resources of other libraries: three shapes of the interface, each over the runtime's own calls.
#include <cuda_runtime_api.h>

#include <cstddef>
#include <new>
#include <stdexcept>

#include "cuda/expect_error.hpp"
#include "cuda/on_device.hpp"

#include <ndlease/gpu/memory.hpp>
#include <ndlease/gpu/stream.hpp>
#include <ndlease/memory.hpp>

namespace ndlease::testing {
namespace {

/// As the stream types of RMM and libcu++: made from a cudaStream_t without being asked.
struct AnyStream {
    AnyStream(cudaStream_t s) : stream(s) {}  // NOLINT(google-explicit-constructor)
    cudaStream_t stream;
};

struct Calls {
    int live = 0;
    cudaStream_t last_stream = nullptr;
    int last_device = -1;
    bool fail = false;

    void* make(std::size_t bytes, AnyStream stream) {
        if (fail) throw std::bad_alloc();
        void* data = nullptr;
        if (cudaMallocAsync(&data, bytes, stream.stream) != cudaSuccess) throw std::bad_alloc();
        note(stream);
        ++live;
        return data;
    }
    void drop(void* data, AnyStream stream) {
        if (fail) throw std::runtime_error("refused");
        EXPECT_EQ(cudaFreeAsync(data, stream.stream), cudaSuccess);
        note(stream);
        --live;
    }
    void note(AnyStream stream) {
        last_stream = stream.stream;
        EXPECT_EQ(cudaGetDevice(&last_device), cudaSuccess);
    }
};

struct StreamLast : Calls {
    void* allocate(std::size_t bytes, AnyStream stream) { return make(bytes, stream); }
    void deallocate(void* data, std::size_t /*bytes*/, AnyStream stream) { drop(data, stream); }
};
struct StreamLastAligned : Calls {
    void* allocate(std::size_t bytes, std::size_t /*alignment*/, AnyStream stream) { return make(bytes, stream); }
    void deallocate(void* data, std::size_t /*bytes*/, std::size_t /*alignment*/, AnyStream stream) { drop(data, stream); }
};
struct StreamFirst : Calls {
    void* allocate(AnyStream stream, std::size_t bytes, std::size_t /*alignment*/) { return make(bytes, stream); }
    void deallocate(AnyStream stream, void* data, std::size_t /*bytes*/, std::size_t /*alignment*/) { drop(data, stream); }
};
struct NoStream {
    void* allocate(std::size_t bytes);
    void deallocate(void* data, std::size_t bytes);
};
static_assert(gpu::StreamResource<StreamLast> && gpu::StreamResource<StreamLastAligned> && gpu::StreamResource<StreamFirst> && !gpu::StreamResource<NoStream>);

template <class R>
class resource_adaptor : public OnDevice {};
using Shapes = ::testing::Types<StreamLast, StreamLastAligned, StreamFirst>;
TYPED_TEST_SUITE(resource_adaptor, Shapes);

TYPED_TEST(resource_adaptor, passes_stream_and_device_on) {
    TypeParam resource;
    const int last = cuda_device_count() - 1;
    const Stream own = Stream::make(Device::cuda(last));
    const Stream stream = Stream::make(Device::cuda(last));
    gpu::StreamResourceAdaptor adaptor(resource, Device::cuda(last), own);
    EXPECT_EQ(adaptor.device(), Device::cuda(last));
    {
        const Buffer buffer = Buffer::make(1000, adaptor, stream);
        EXPECT_EQ(resource.last_stream, stream.ref().cuda());
        EXPECT_EQ(resource.last_device, last);
        EXPECT_EQ(resource.live, 1);
        EXPECT_EQ(pointer_properties(buffer.data()).device, Device::cuda(last));
    }
    EXPECT_EQ(resource.live, 0);
    EXPECT_EQ(resource.last_stream, stream.ref().cuda());
    void* const data = adaptor.allocate(64, 64);
    EXPECT_EQ(resource.last_stream, own.ref().cuda());
    EXPECT_TRUE(own.ref().is_idle());
    adaptor.deallocate(data, 64, 64);
    EXPECT_EQ(resource.live, 0);
}

TYPED_TEST(resource_adaptor, failures_are_ours) {
    TypeParam resource;
    const Stream own = Stream::make(Device::cuda(0));
    gpu::StreamResourceAdaptor adaptor(resource, Device::cuda(0), own);
    void* const data = adaptor.allocate(64, 64);
    resource.fail = true;
    expect_error(errc::out_of_memory, "64 bytes of cuda:0 memory", [&] { static_cast<void>(adaptor.allocate(64, 64)); });
    const std::int64_t before = memory_statistics().failed_frees;
    adaptor.deallocate(data, 64, 64);
    EXPECT_EQ(memory_statistics().failed_frees, before + 1);
    resource.fail = false;
    adaptor.deallocate(data, 64, 64);
    EXPECT_EQ(resource.live, 0);
}

class resource_adaptor_stream : public OnDevice {};

TEST_F(resource_adaptor_stream, must_be_one_of_its_own) {
    StreamLast resource;
    expect_error(errc::invalid_argument, "not host", [&] { gpu::StreamResourceAdaptor adaptor(resource, Device::cuda(0), StreamRef::host()); });
    expect_error(errc::invalid_argument, "per-thread",
                 [&] { gpu::StreamResourceAdaptor adaptor(resource, Device::cuda(0), StreamRef::per_thread_default(Device::cuda(0))); });
}

}  // namespace
}  // namespace ndlease::testing
