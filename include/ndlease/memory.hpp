// SPDX-License-Identifier: Apache-2.0
// Where new memory comes from: the resource interface, host, device, pinned and managed memory, buffers, and a mapped file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include <ndlease/device.hpp>
#include <ndlease/export.hpp>
#include <ndlease/format.hpp>
#include <ndlease/layout.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

/// Allocates memory of one device. Thread-safe. Must outlive everything allocated from it.
class NDLEASE_API MemoryResource {
public:
    virtual ~MemoryResource();
    /// `bytes` > 0, `alignment` a power of two. Throws Error{errc::out_of_memory} with the size.
    [[nodiscard]] virtual void* allocate(std::size_t bytes, std::size_t alignment) = 0;
    /// With the same two numbers.
    virtual void deallocate(void* data, std::size_t bytes, std::size_t alignment) noexcept = 0;
    [[nodiscard]] virtual Device device() const noexcept = 0;

    /// In the order of `stream`: work enqueued on it afterwards may use the memory. A resource without stream order allocates at once, as here.
    [[nodiscard]] virtual void* allocate_on(StreamRef stream, std::size_t bytes, std::size_t alignment);
    /// Work enqueued on `stream` before may still use the memory; what other streams do with it must be ordered before. A resource
    /// without stream order waits on the host for `stream` first, as here, then deallocates. With the host as stream it does not wait.
    /// Memory whose stream cannot be waited for (it is being captured, its device fails) is kept, and counted in memory_statistics().
    virtual void deallocate_on(StreamRef stream, void* data, std::size_t bytes, std::size_t alignment) noexcept;

protected:
    MemoryResource() = default;
    MemoryResource(const MemoryResource&) = default;
    MemoryResource& operator=(const MemoryResource&) = default;
};

/// The host's heap. Never destroyed.
[[nodiscard]] NDLEASE_API MemoryResource& host_memory() noexcept;

/// Plain device memory (cudaMalloc, cudaFree). Throws Error: errc::not_supported (no CUDA backend), errc::device (no such device). Never destroyed.
[[nodiscard]] NDLEASE_API MemoryResource& device_memory(Device device);
/// Stream-ordered device memory (cudaMallocAsync) from a pool of ndlease's own, which keeps up to a release threshold of freed memory.
/// `allocate` without a stream works too, and waits. Throws as device_memory; where the device has no pools, errc::not_supported. Never destroyed.
[[nodiscard]] NDLEASE_API MemoryResource& device_pool(Device device);
/// Pinned host memory (cudaHostAlloc), reachable from every CUDA device. Throws as device_memory. Never destroyed.
[[nodiscard]] NDLEASE_API MemoryResource& pinned_memory();
/// Managed memory (cudaMallocManaged), reachable from the host and every CUDA device. Throws as device_memory. Never destroyed.
[[nodiscard]] NDLEASE_API MemoryResource& managed_memory();
/// How much freed memory the device's pool keeps for the next allocation instead of giving it back when a stream is waited for; 64 MiB at first.
/// Throws as device_pool.
NDLEASE_API void set_pool_release_threshold(Device device, std::uint64_t bytes);
/// The usual resource of a device: host_memory, device_pool (device_memory where there are no pools), pinned_memory, managed_memory.
[[nodiscard]] NDLEASE_API MemoryResource& memory_of(Device device);

/// Memory that ndlease's device, pinned and managed resources could not give back; a snapshot. Not lost silently: counted here.
struct MemoryStatistics {
    std::int64_t failed_frees = 0;       ///< CUDA refused (a lost device, a stream that is being captured, ...)
    std::int64_t failed_free_bytes = 0;  ///< their size
    std::int64_t skipped_frees = 0;      ///< no call was made: the process exits, was forked, or ndlease was shut down; the system takes the memory back
};
[[nodiscard]] NDLEASE_API MemoryStatistics memory_statistics() noexcept;

namespace detail {
// For resources outside of the library.
NDLEASE_API void count_failed_free(std::size_t bytes) noexcept;
/// false, and counted as skipped, where no device call may be made any more.
[[nodiscard]] NDLEASE_API bool may_free_on_device() noexcept;
}  // namespace detail

/// Untyped memory that remembers its resource, device and stream. Move-only; gives the memory back in its stream's order.
class NDLEASE_API Buffer {
public:
    Buffer() noexcept = default;
    /// bytes may be 0: then nothing is allocated. The resource must outlive the buffer, and the stream too. Throws what the resource throws, and
    /// Error{errc::invalid_argument} for the per-thread default stream, which is another one on every thread.
    [[nodiscard]] static Buffer make(std::size_t bytes, MemoryResource& resource, StreamRef stream, std::size_t alignment = 256);
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(Buffer&& other) noexcept;
    ~Buffer();

    [[nodiscard]] void* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] Device device() const noexcept { return resource_ == nullptr ? Device::cpu() : resource_->device(); }
    [[nodiscard]] StreamRef stream() const noexcept { return stream_; }
    /// The stream in whose order the memory will be given back. Ordering the streams is the caller's.
    /// Throws Error{errc::invalid_argument} for the per-thread default stream.
    void set_stream(StreamRef stream);
    /// Gives the memory back now, in the order of `stream`.
    void release_on(StreamRef stream) noexcept;

    /// A View on all of it, whose lease owns the buffer from now on: consumers are ordered after what is enqueued on stream() so far, and the memory
    /// goes back in stream()'s order. Throws Error{errc::out_of_bounds} when format and layout need more bytes; then the buffer is as before.
    [[nodiscard]] View lend(const Format& format, Layout layout) &&;

private:
    MemoryResource* resource_ = nullptr;
    void* data_ = nullptr;
    std::size_t bytes_ = 0;
    std::size_t alignment_ = 0;
    StreamRef stream_;
};

/// What `allocate` aligns element (0,...,0) to, in bytes: a cache line, and the widest vector.
inline constexpr std::size_t default_alignment = 64;

/// New, uninitialised memory for `shape` items without gaps, owned by the View's lease.
/// Without bytes the resource is not asked, and data() is NULL. Order::any is C order. Throws Error{errc::overflow} or Error{errc::out_of_memory}.
[[nodiscard]] NDLEASE_API View allocate(const Format& format, std::span<const std::int64_t> shape, Order order = Order::c,
                                        MemoryResource& resource = host_memory());
[[nodiscard]] NDLEASE_API View allocate(const Format& format, std::initializer_list<std::int64_t> shape, Order order = Order::c,
                                        MemoryResource& resource = host_memory());

/// The same in the order of `stream`, on which the memory also goes back when the last View is gone: the stream must live until then.
[[nodiscard]] NDLEASE_API View allocate(const Format& format, std::span<const std::int64_t> shape, Order order, MemoryResource& resource, StreamRef stream);

/// Maps a regular file into memory, read-only and privately: one dimension of unsigned bytes, unmapped when the last View goes.
/// The bytes follow later changes of the file, and reading past a file cut short meanwhile ends the process (SIGBUS), as with any
/// mapping. An empty file gives an empty View. Throws Error{errc::io} with the path and the system's reason.
[[nodiscard]] NDLEASE_API View map_file(const std::filesystem::path& path);

}  // namespace ndlease
