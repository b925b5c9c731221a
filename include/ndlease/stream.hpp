// SPDX-License-Identifier: Apache-2.0
// StreamRef, Stream and Event: ordered work on a device, named without CUDA's headers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <ndlease/device.hpp>
#include <ndlease/export.hpp>

struct CUstream_st;  // cudaStream_t is a pointer to it
struct CUevent_st;   // cudaEvent_t likewise

namespace ndlease {

class Event;
namespace detail {
struct StreamOperations;
class StreamUses;
}  // namespace detail

/// A stream that somebody else owns: {device, native handle}. Cheap to copy, keeps nothing alive.
/// Made without a stream it is the host: work on it is done when the call that does it returns.
class NDLEASE_API StreamRef {
public:
    constexpr StreamRef() noexcept = default;
    [[nodiscard]] static constexpr StreamRef host() noexcept { return {}; }

    /// A cudaStream_t; its device is asked of the runtime (cudaStreamGetDevice). For cudaStreamLegacy and cudaStreamPerThread it is the
    /// calling thread's current device. NULL is refused, since it means one or the other depending on how its user was compiled.
    /// Throws Error: errc::invalid_argument (NULL), errc::not_supported (this build has no CUDA backend), errc::device.
    explicit StreamRef(CUstream_st* stream);
    StreamRef(std::nullptr_t) = delete;
    StreamRef(int) = delete;  // no stream is made from 0

    /// The same with a device that is known; asks nothing. Throws as above, and errc::invalid_argument for a device that is no CUDA device.
    [[nodiscard]] static StreamRef cuda(CUstream_st* stream, Device device);
    /// The default streams, by name. The legacy one orders itself with every blocking stream of the device, and with no other.
    [[nodiscard]] static StreamRef legacy_default(Device device);
    /// Another stream on every thread: use it on the thread that enqueues.
    [[nodiscard]] static StreamRef per_thread_default(Device device);
    /// The integers of DLPack and the CUDA array interface: no value (Python's None) and 1 are the legacy default stream, 2 the per-thread one, a
    /// larger number is a handle. -1 says that no ordering is wanted: then nothing is returned. 0 is refused as ambiguous, and so is
    /// what is below -1. Throws Error{errc::invalid_argument}.
    [[nodiscard]] static std::optional<StreamRef> from_integer(std::optional<std::int64_t> handle, Device device);
    /// What from_integer reads. Throws Error{errc::not_expressible} for the host.
    [[nodiscard]] std::int64_t to_integer() const;

    [[nodiscard]] constexpr bool is_host() const noexcept { return operations_ == nullptr; }
    [[nodiscard]] constexpr Device device() const noexcept { return device_; }
    [[nodiscard]] constexpr void* handle() const noexcept { return handle_; }
    /// The cudaStream_t. NULL for the host.
    [[nodiscard]] CUstream_st* cuda() const noexcept { return static_cast<CUstream_st*>(handle_); }
    [[nodiscard]] bool is_per_thread_default() const noexcept;
    [[nodiscard]] bool is_legacy_default() const noexcept;

    /// Unique among the streams of this process, also of those that are gone; the calling thread's own for the per-thread default stream. 0 for the host.
    [[nodiscard]] std::uint64_t id() const;
    /// Whether work on it is being captured into a graph.
    [[nodiscard]] bool is_capturing() const;
    /// Whether all work enqueued so far is done. Does not wait. Throws Error{errc::device}.
    [[nodiscard]] bool is_idle() const;
    /// Waits on the host for all work enqueued so far. Throws Error{errc::device}; so it does while the stream is being captured.
    void synchronize() const;
    /// Work enqueued from now on starts after what `event` marks. Does not wait on the host: except on the host's own StreamRef. Devices may differ.
    void wait(const Event& event) const;

    friend constexpr bool operator==(StreamRef a, StreamRef b) noexcept { return a.device_ == b.device_ && a.handle_ == b.handle_; }

    // For backends and the layers that call them:
    [[nodiscard]] constexpr const detail::StreamOperations* operations() const noexcept { return operations_; }
    constexpr StreamRef(const detail::StreamOperations* operations, Device device, void* handle) noexcept
        : operations_(operations), device_(device), handle_(handle) {}

private:
    const detail::StreamOperations* operations_ = nullptr;
    Device device_ = Device::cpu();
    void* handle_ = nullptr;
};

/// A point in the order of a stream. Owned; it comes from a pool of its device and goes back there, unless it was borrowed.
class NDLEASE_API Event {
public:
    /// None: it counts as done.
    Event() noexcept = default;
    /// Marks the work enqueued on `stream` so far. Does not wait. An event of the host is done. Throws Error{errc::device}, errc::out_of_memory.
    [[nodiscard]] static Event record(StreamRef stream);
    /// An event that somebody else owns and records: a cudaEvent_t of `device`, which must live, and not be recorded anew, until this object is gone and
    /// the lease that takes it has run its callback. Asks nothing of the device. Throws Error: errc::invalid_argument (NULL; no CUDA device),
    /// errc::not_supported (this build has no CUDA backend), errc::device (a negative ordinal).
    [[nodiscard]] static Event borrow(CUevent_st* event, Device device);
    Event(Event&& other) noexcept
        : operations_(std::exchange(other.operations_, nullptr)),
          event_(std::exchange(other.event_, nullptr)),
          stream_id_(other.stream_id_),
          capture_id_(other.capture_id_),
          borrowed_(other.borrowed_),
          device_(other.device_) {}
    Event& operator=(Event&& other) noexcept {
        Event taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~Event();

    [[nodiscard]] bool is_done() const;  ///< Does not wait. Throws Error{errc::device}.
    void synchronize() const;            ///< Waits on the host. Throws Error{errc::device}.
    [[nodiscard]] Device device() const noexcept { return device_; }
    /// The cudaEvent_t; NULL when there is none. It stays this object's.
    [[nodiscard]] CUevent_st* cuda() const noexcept { return static_cast<CUevent_st*>(event_); }
    [[nodiscard]] const detail::StreamOperations* operations() const noexcept { return operations_; }
    [[nodiscard]] std::uint64_t stream_id() const noexcept { return stream_id_; }    ///< of the stream it was recorded on
    [[nodiscard]] std::uint64_t capture_id() const noexcept { return capture_id_; }  ///< of the graph capture it was recorded in; 0: none
    [[nodiscard]] bool is_borrowed() const noexcept { return borrowed_; }            ///< somebody else owns the native event
    /// Gives the native event away: to the lease that keeps it from now on.
    [[nodiscard]] void* detach() noexcept { return std::exchange(event_, nullptr); }

private:
    friend class detail::StreamUses;
    /// Takes over `event`, one of the pool of the stream's device, and marks the work with it. Throws Error{errc::device}.
    [[nodiscard]] static Event record_anew(void* event, StreamRef stream);
    void swap(Event& other) noexcept {
        std::swap(operations_, other.operations_);
        std::swap(event_, other.event_);
        std::swap(stream_id_, other.stream_id_);
        std::swap(capture_id_, other.capture_id_);
        std::swap(borrowed_, other.borrowed_);
        std::swap(device_, other.device_);
    }
    const detail::StreamOperations* operations_ = nullptr;
    void* event_ = nullptr;
    std::uint64_t stream_id_ = 0;
    std::uint64_t capture_id_ = 0;
    bool borrowed_ = false;
    Device device_ = Device::cpu();
};

/// A stream of our own: non-blocking, so that the legacy default stream orders nothing of it.
class NDLEASE_API Stream {
public:
    /// Throws Error: errc::not_supported (no CUDA backend in this build), errc::device (no such device, or the runtime refuses).
    [[nodiscard]] static Stream make(Device device, int priority = 0);
    Stream(Stream&& other) noexcept : ref_(std::exchange(other.ref_, StreamRef())) {}
    Stream& operator=(Stream&& other) noexcept {
        std::swap(ref_, other.ref_);
        return *this;
    }
    /// Work that is enqueued still runs; nobody waits.
    ~Stream();

    [[nodiscard]] StreamRef ref() const& noexcept { return ref_; }
    StreamRef ref() && = delete;                           // it would dangle
    operator StreamRef() const& noexcept { return ref_; }  // NOLINT(google-explicit-constructor): a Stream is used as one
    operator StreamRef() && = delete;
    [[nodiscard]] Device device() const noexcept { return ref_.device(); }
    void synchronize() const { ref_.synchronize(); }

private:
    explicit Stream(StreamRef ref) noexcept : ref_(ref) {}
    StreamRef ref_;
};

/// "cuda:0 stream 0x55d0c0ffee00", "cuda:1 legacy default stream", "host"; for messages and people.
[[nodiscard]] NDLEASE_API std::string to_string(StreamRef stream);

}  // namespace ndlease
