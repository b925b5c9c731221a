// SPDX-License-Identifier: Apache-2.0
// Lease: the shared ownership behind Views. The exporter's callback runs exactly once, when the last holder is gone.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include <ndlease/export.hpp>

namespace ndlease {

enum class ReleaseStatus : std::uint8_t {
    ok,  ///< every use is over; the memory is the exporter's again
};

/// What the exporter is told. It will grow a stream when devices come; keep taking it by const reference.
struct ReleaseInfo {
    ReleaseStatus status = ReleaseStatus::ok;
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
    ReleaseCallback(ReleaseCallback&& other) noexcept : operations_(std::exchange(other.operations_, nullptr)) {
        if (operations_ != nullptr) operations_->move(storage_, other.storage_);
    }
    ReleaseCallback& operator=(ReleaseCallback&& other) noexcept {
        if (this != &other) {
            discard();
            operations_ = std::exchange(other.operations_, nullptr);
            if (operations_ != nullptr) operations_->move(storage_, other.storage_);
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
            if (const Operations* old = std::exchange(operations_, nullptr)) old->destroy(storage_);
            return true;
        } catch (...) {
            return false;
        }
    }

private:
    struct Operations {
        void (*run)(void* storage, const ReleaseInfo& info);
        void (*move)(void* to, void* from) noexcept;  // leaves nothing to destroy in `from`
        void (*destroy)(void* storage);
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
    };
    template <class F>
    struct OnHeap {
        static F*& in(void* storage) noexcept { return *std::launder(static_cast<F**>(storage)); }
        template <class G>
        static void make(void* storage, G&& function) {
            ::new (storage) F*(new F(std::forward<G>(function)));
        }
        static void run(void* storage, const ReleaseInfo& info) { (*in(storage))(info); }
        static void move(void* to, void* from) noexcept { ::new (to) F*(in(from)); }
        static void destroy(void* storage) { delete in(storage); }
    };
    template <class Storage>
    static constexpr Operations operations_of = {&Storage::run, &Storage::move, &Storage::destroy};

    const Operations* operations_ = nullptr;
    alignas(void*) std::byte storage_[capacity];
};

/// When the callback runs once the last holder is gone. Policies that order it in streams come with devices.
class ReleasePolicy {
public:
    /// The releasing thread waits for every recorded use (host memory has none), then runs the callback. The default.
    [[nodiscard]] static constexpr ReleasePolicy wait() noexcept { return {}; }
    friend constexpr bool operator==(ReleasePolicy, ReleasePolicy) noexcept = default;
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

class NDLEASE_API Lease {
public:
    /// Nothing is owned (borrowed memory).
    Lease() noexcept = default;
    /// Takes `release` over. Throws Error{errc::out_of_memory}; then `release` has not run and is the caller's still.
    [[nodiscard]] static Lease make(ReleaseCallback&& release, ReleasePolicy policy = {}, ResizeLock* lock = nullptr);

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
    std::int64_t live = 0;                 ///< made and not released
    std::int64_t released = 0;             ///< callback done
    std::int64_t double_releases = 0;      ///< attempts refused
    std::int64_t callback_exceptions = 0;  ///< callbacks that threw, when called or when destroyed
};
[[nodiscard]] NDLEASE_API LeaseStatistics lease_statistics() noexcept;

}  // namespace ndlease
