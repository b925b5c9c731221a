// SPDX-License-Identifier: Apache-2.0
// Lease: the shared ownership behind Views. The exporter's callback runs exactly once, when the last holder is gone and every stream
// that used the memory is done with it.
#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include <ndlease/device.hpp>
#include <ndlease/export.hpp>
#include <ndlease/stream.hpp>

namespace ndlease {

enum class ReleaseStatus : std::uint8_t {
    ok,           ///< every use is over, or ordered before `stream`; the memory is the exporter's again
    device_lost,  ///< the device has a sticky error: nothing runs any more and nothing can be freed for real; finish the bookkeeping
    exiting,      ///< the process exits, or ndlease was shut down: make no device call
    forked,       ///< this is a forked child: the memory is the parent's; make no device call
};
[[nodiscard]] NDLEASE_API const char* to_string(ReleaseStatus status) noexcept;

/// What the exporter is told; take it by const reference, it may grow.
struct ReleaseInfo {
    ReleaseStatus status = ReleaseStatus::ok;
    /// The policy's stream, in whose order the memory may be freed or reused; the host where every use is over already.
    StreamRef stream = {};
};

namespace detail {
struct ControlBlock;
}

/// A move-only owner of a callable `void(const ReleaseInfo&)`; unlike std::function it takes move-only captures.
/// A NULL pointer to a function is no callback. Up to three words of captures allocate nothing. A callable whose destructor throws is contained as well.
class ReleaseCallback {
public:
    ReleaseCallback() noexcept = default;
    ReleaseCallback(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor): "no callback"
    template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, ReleaseCallback> && std::invocable<std::remove_cvref_t<F>&, const ReleaseInfo&>)
        ReleaseCallback(F&& function) {  // NOLINT(google-explicit-constructor,bugprone-forwarding-reference-overload): a lambda; not itself
        using Callable = std::remove_cvref_t<F>;
        if constexpr (std::is_pointer_v<Callable>) {
            if (function == nullptr) return;
        }
        using Storage = std::conditional_t<fits_inline<Callable>, Inline<Callable>, OnHeap<Callable>>;
        Storage::make(storage_, std::forward<F>(function));
        operations_ = &operations_of<Storage>;
    }
    ReleaseCallback(ReleaseCallback&& other) noexcept { take(other); }
    ReleaseCallback& operator=(ReleaseCallback&& other) noexcept {
        if (this != &other) {
            discard();
            take(other);
        }
        return *this;
    }
    ~ReleaseCallback() { discard(); }

    [[nodiscard]] explicit operator bool() const noexcept { return operations_ != nullptr; }
    /// Does nothing when there is no callable.
    void operator()(const ReleaseInfo& info) {
        if (operations_ != nullptr) operations_->run(storage_, info);
    }
    /// Destroys the callable without calling it. false when its destructor threw.
    bool discard() noexcept {
        try {
            if (const Operations* old = std::exchange(operations_, nullptr); old != nullptr && old->destroy != nullptr) old->destroy(storage_);
            return true;
        } catch (...) {
            return false;
        }
    }

private:
    struct Operations {
        void (*run)(void* storage, const ReleaseInfo& info);
        void (*move)(void* to, void* from) noexcept;  // leaves nothing to destroy in `from`; NULL: the bytes are the callable
        void (*destroy)(void* storage);               // NULL: nothing to do
    };
    static constexpr std::size_t capacity = 3 * sizeof(void*);
    template <class F>
    static constexpr bool fits_inline = sizeof(F) <= capacity &&
                                        alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>&& std::is_nothrow_destructible_v<F>;
    template <class F>
    struct Inline {
        static F& in(void* storage) noexcept { return *std::launder(static_cast<F*>(storage)); }
        template <class G>
        static void make(void* storage, G&& function) {
            ::new (storage) F(std::forward<G>(function));
        }
        static void run(void* storage, const ReleaseInfo& info) { in(storage)(info); }
        static void move(void* to, void* from) noexcept {
            ::new (to) F(std::move(in(from)));
            in(from).~F();
        }
        static void destroy(void* storage) { in(storage).~F(); }
        static constexpr bool moves_as_bytes = std::is_trivially_copyable_v<F>;
        static constexpr bool needs_no_end = std::is_trivially_destructible_v<F>;
    };
    template <class F>
    struct OnHeap {
        static F*& in(void* storage) noexcept { return *std::launder(static_cast<F**>(storage)); }
        template <class G>
        static void make(void* storage, G&& function) {
            ::new (storage) F*(new F(std::forward<G>(function)));
        }
        static void run(void* storage, const ReleaseInfo& info) { (*in(storage))(info); }
        static void destroy(void* storage) { delete in(storage); }
        static constexpr bool moves_as_bytes = true;  // a pointer
        static constexpr bool needs_no_end = false;
    };
    template <class Storage>
    static constexpr auto move_of() noexcept -> void (*)(void*, void*) noexcept {
        if constexpr (Storage::moves_as_bytes) {
            return nullptr;
        } else {
            return &Storage::move;
        }
    }
    template <class Storage>
    static constexpr Operations operations_of = {&Storage::run, move_of<Storage>(), Storage::needs_no_end ? nullptr : &Storage::destroy};
    /// For one that holds nothing.
    void take(ReleaseCallback& other) noexcept {
        operations_ = std::exchange(other.operations_, nullptr);
        if (operations_ == nullptr) return;
        if (operations_->move == nullptr) {
            // Word by word: captures were stored as words just now, and a wider load would wait until those have left the processor's store buffer.
            for (std::size_t at = 0; at < capacity; at += sizeof(void*)) {
                std::uintptr_t word;
                std::memcpy(&word, other.storage_ + at, sizeof(word));
#if defined(__GNUC__)
                asm("" : "+r"(word));  // so that no two words are joined
#endif
                std::memcpy(storage_ + at, &word, sizeof(word));
            }
        } else {
            operations_->move(storage_, other.storage_);
        }
    }

    const Operations* operations_ = nullptr;
    alignas(void*) std::byte storage_[capacity];
};

/// When the callback runs once the last holder is gone.
class ReleasePolicy {
public:
    /// The releasing thread waits for every recorded use (host memory has none), then runs the callback. The default.
    [[nodiscard]] static constexpr ReleasePolicy wait() noexcept { return {}; }
    /// A thread of ndlease's waits for every recorded use, then runs the callback there. The releasing thread never blocks.
    [[nodiscard]] static constexpr ReleasePolicy deferred() noexcept { return ReleasePolicy(Kind::deferred, {}); }
    /// `stream` waits for every recorded use, and the callback runs at once with it: nobody waits on the host. `stream` must live until the
    /// callback has run. Throws Error{errc::invalid_argument} for the per-thread default stream, which is another one on the releasing
    /// thread. The host as stream is wait().
    [[nodiscard]] NDLEASE_API static ReleasePolicy in_order_of(StreamRef stream);

    [[nodiscard]] constexpr bool is_deferred() const noexcept { return kind_ == Kind::deferred; }
    [[nodiscard]] constexpr bool is_stream_ordered() const noexcept { return kind_ == Kind::stream_ordered; }
    [[nodiscard]] constexpr StreamRef stream() const noexcept { return stream_; }
    constexpr ReleasePolicy() noexcept = default;
    friend constexpr bool operator==(const ReleasePolicy&, const ReleasePolicy&) noexcept = default;

private:
    enum class Kind : std::uint8_t { wait, deferred, stream_ordered };
    constexpr ReleasePolicy(Kind kind, StreamRef stream) noexcept : kind_(kind), stream_(stream) {}
    Kind kind_ = Kind::wait;
    StreamRef stream_;
};

/// The work that must be done before a consumer may touch the memory: all that is enqueued on a stream at the moment of lending, or what an
/// event marks. Nothing: the memory is ready.
class PendingWork {
public:
    PendingWork() noexcept = default;
    PendingWork(StreamRef stream) noexcept : stream_(stream) {}        // NOLINT(google-explicit-constructor): "ready when this stream is"
    PendingWork(Event&& event) noexcept : event_(std::move(event)) {}  // NOLINT(google-explicit-constructor)
    [[nodiscard]] bool is_none() const noexcept { return stream_.is_host() && event_.cuda() == nullptr; }
    [[nodiscard]] StreamRef stream() const noexcept { return stream_; }
    /// The event; where a stream was given, one recorded on it now. Throws what Event::record throws.
    [[nodiscard]] NDLEASE_API Event take_event() &&;

private:
    StreamRef stream_;
    Event event_;
};

/// How a stream uses memory, for the order among several streams: readers run side by side, a writer is alone.
enum class Use : std::uint8_t {
    read,   ///< ordered after the producer's pending work and every recorded write
    write,  ///< ordered after the producer's pending work and every recorded use
};

/// For exporters that can move or resize their memory: counts the leases that are live on it, as PEP 3118's exporters do.
/// A lease stops counting just before its callback runs, so a callback may destroy the exporter and this lock with it.
/// Else it must outlive those leases.
class ResizeLock {
public:
    [[nodiscard]] std::int64_t count() const noexcept { return count_.load(std::memory_order_acquire); }
    /// Throws Error{errc::busy} that says how many leases are live; call it before moving the memory.
    NDLEASE_API void check_unlocked() const;

private:
    friend struct detail::ControlBlock;
    std::atomic<std::int64_t> count_{0};
};

/// A name for one holder's share that plain C can keep: it never dangles, so that giving it back twice is detected.
struct LeaseToken {
    void* slot = nullptr;
    std::uint64_t generation = 0;
};

struct LeaseOptions {
    ReleasePolicy policy = {};
    ResizeLock* lock = nullptr;
    /// Where the memory is: it decides what a lost device means for it (host memory that a transfer may still touch is kept).
    Device memory = Device::cpu();
    PendingWork ready = {};
};

class NDLEASE_API Lease {
public:
    /// Nothing is owned (borrowed memory).
    Lease() noexcept = default;
    /// Takes `release` over. Throws Error{errc::out_of_memory}; then `release` has not run and is the caller's still.
    [[nodiscard]] static Lease make(ReleaseCallback&& release, ReleasePolicy policy = {}, ResizeLock* lock = nullptr);
    /// The same; records the producer's pending work (`options.ready`) now. Throws also Error{errc::device} when it cannot be recorded.
    [[nodiscard]] static Lease make(ReleaseCallback&& release, LeaseOptions&& options);

    // Order among the streams that use the memory. Access (access.hpp) calls both; the pair is here for those who keep no scope.

    /// Orders `stream` after the producer's pending work and, by `use`, after what other streams were recorded to do. The same stream costs nothing.
    /// Does not wait on the host, except when `stream` is the host. While `stream` is being captured into a graph, the graph waits for that work each
    /// time it runs, and holds a share of this lease. Nothing is recorded. Borrowed memory: nothing to do.
    /// Throws Error: errc::device (the stream refuses; then nothing was ordered), errc::not_supported (the producer's work is part of another graph capture).
    void order_after(StreamRef stream, Use use = Use::read) const;
    /// Records that work already enqueued on `stream` uses this memory, so that it is not given back before that work ends.
    /// Call it after enqueueing, on the thread that enqueued, while holding a share. Does not wait. While `stream` is being captured, the graph
    /// holds a share of the lease until it is destroyed. Any thread. Throws Error{errc::device} if neither an event can be recorded nor the stream
    /// be waited for; the use counts as recorded all the same, and the memory is kept in quarantine when its lease ends.
    void used_on(StreamRef stream, Use use = Use::write) const;

    Lease(const Lease& other) noexcept : token_(other.token_) {
        if (token_.slot != nullptr) retain();
    }
    Lease(Lease&& other) noexcept : token_(std::exchange(other.token_, {})) {}
    Lease& operator=(const Lease& other) noexcept {
        Lease copy(other);
        std::swap(token_, copy.token_);
        return *this;
    }
    Lease& operator=(Lease&& other) noexcept {
        Lease taken(std::move(other));
        std::swap(token_, taken.token_);
        return *this;
    }
    /// The last holder's goes through the release protocol on this thread. Any thread; holds no lock; what the callback throws is
    /// swallowed and counted. Callbacks that drop further leases are queued, not nested: any depth is safe.
    /// A callback must not wait for a lease that it dropped itself.
    ~Lease() {
        if (token_.slot != nullptr) release_token(token_);
    }

    [[nodiscard]] explicit operator bool() const noexcept { return token_.slot != nullptr; }
    /// Number of holders; a snapshot. 0 for borrowed memory, and when this share was given back behind this object's back.
    [[nodiscard]] std::int64_t holders() const noexcept;
    /// Whether two Views stand on the same lease.
    friend bool operator==(const Lease& a, const Lease& b) noexcept { return a.token_.slot == b.token_.slot && a.token_.generation == b.token_.generation; }

    // For interfaces that carry a share as plain data (the C ABI, DLPack's manager_ctx, Arrow's private_data):

    /// Gives this share away as a token; the token must come back through `adopt` or `release_token` exactly once.
    [[nodiscard]] LeaseToken detach() noexcept { return std::exchange(token_, {}); }
    [[nodiscard]] static Lease adopt(LeaseToken token) noexcept { return Lease(token); }
    /// Another share for a holder of a live token. Throws Error{errc::released} when the lease was released.
    [[nodiscard]] static LeaseToken retain_token(LeaseToken token);
    /// Gives one share back; true also for the empty token of borrowed memory.
    /// false when the lease was released already: then nothing happens but the count of double releases.
    static bool release_token(LeaseToken token) noexcept;

private:
    explicit Lease(LeaseToken token) noexcept : token_(token) {}
    void retain() const noexcept;
    LeaseToken token_;
};

/// Counters of this process; a snapshot, each exact when nothing runs.
struct LeaseStatistics {
    std::int64_t live = 0;                 ///< made, and somebody holds a share
    std::int64_t draining = 0;             ///< nobody holds a share; the callback waits for streams
    std::int64_t released = 0;             ///< callback done: who reads it here sees what the callback did
    std::int64_t quarantined = 0;          ///< kept, because nobody can tell whether a stream still uses the memory
    std::int64_t double_releases = 0;      ///< attempts refused
    std::int64_t callback_exceptions = 0;  ///< callbacks that threw, when called or when destroyed
};
[[nodiscard]] NDLEASE_API LeaseStatistics lease_statistics() noexcept;

/// Told about each lease that is quarantined, once, on the thread that found out; `reason` says what failed and is gone when the call returns.
/// Must not throw, and must not wait for leases.
using QuarantineHandler = void (*)(Device memory, const char* reason);
/// NULL is the default again: one line to stderr. Returns the handler before.
NDLEASE_API QuarantineHandler set_quarantine_handler(QuarantineHandler handler) noexcept;

/// When ndlease waits for all work of a whole device, because a consumer of another protocol got memory and named no stream.
enum class DeviceWait : std::uint8_t {
    /// When retry_quarantined() or shutdown() says so; until then the memory is in quarantine. The default: the wait ends every graph capture that is open on
    /// the device, in whatever thread, and nobody can ask whether there is one.
    on_request,
    automatic,  ///< also when the lease ends, on ndlease's thread: for processes that capture no graphs
};
/// For leases that end from now on. Returns the setting before. Any thread.
NDLEASE_API DeviceWait set_device_wait(DeviceWait how) noexcept;

/// Asks the devices about the leases in quarantine: waits on the host for all work of the devices that they name, then releases those that the
/// devices answer for. Returns what is left. Not while a stream of such a device is being captured: its capture would end. Not for use in callbacks.
NDLEASE_API LeaseStatistics retry_quarantined() noexcept;

/// Call it at the end of main: waits, at most `patience`, until every draining lease is released, retries the quarantined ones, ends
/// the thread of deferred releases, and gives pooled events back. From then on ndlease makes no device call: leases that end later run their callbacks with
/// ReleaseStatus::exiting. Returns what is left. Waits on the host; not for use in callbacks. Calling it again does nothing more.
NDLEASE_API LeaseStatistics shutdown(std::chrono::milliseconds patience = std::chrono::seconds(30)) noexcept;

}  // namespace ndlease
