// SPDX-License-Identifier: Apache-2.0
// Where new memory comes from: the resource interface, aligned host memory, and a mapped file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include <ndlease/device.hpp>
#include <ndlease/export.hpp>
#include <ndlease/format.hpp>
#include <ndlease/layout.hpp>
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

protected:
    MemoryResource() = default;
    MemoryResource(const MemoryResource&) = default;
    MemoryResource& operator=(const MemoryResource&) = default;
};

/// The host's heap. Never destroyed.
[[nodiscard]] NDLEASE_API MemoryResource& host_memory() noexcept;

/// What `allocate` aligns element (0,...,0) to, in bytes: a cache line, and the widest vector.
inline constexpr std::size_t default_alignment = 64;

/// New, uninitialised memory for `shape` items without gaps, owned by the View's lease.
/// Without bytes the resource is not asked, and data() is NULL. Order::any is C order. Throws Error{errc::overflow} or Error{errc::out_of_memory}.
[[nodiscard]] NDLEASE_API View allocate(const Format& format, std::span<const std::int64_t> shape, Order order = Order::c,
                                        MemoryResource& resource = host_memory());
[[nodiscard]] NDLEASE_API View allocate(const Format& format, std::initializer_list<std::int64_t> shape, Order order = Order::c,
                                        MemoryResource& resource = host_memory());

/// Maps a regular file into memory, read-only and privately: one dimension of unsigned bytes, unmapped when the last View goes.
/// The bytes follow later changes of the file, and reading past a file cut short meanwhile ends the process (SIGBUS), as with any
/// mapping. An empty file gives an empty View. Throws Error{errc::io} with the path and the system's reason.
[[nodiscard]] NDLEASE_API View map_file(const std::filesystem::path& path);

}  // namespace ndlease
