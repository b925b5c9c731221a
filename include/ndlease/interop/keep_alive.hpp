// SPDX-License-Identifier: Apache-2.0
// C++ objects as owners of the memory that a View shows, and Views as owners of what was made from them.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/lease.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

/// An object on the heap that a View will own: own(std::move(vector)). Importers take it where they would borrow an object.
template <class T>
class Owned {
public:
    explicit Owned(T&& object) : object_(std::make_unique<T>(std::move(object))) {}
    [[nodiscard]] T& operator*() const noexcept { return *object_; }

    /// A release callback that destroys the object; when the process exits, in a forked child, or after shutdown() it is left to the system, since its
    /// destructor might call a device.
    [[nodiscard]] ReleaseCallback keep_alive() && {
        return [object = std::move(object_)](const ReleaseInfo& info) mutable noexcept {
            if (info.status == ReleaseStatus::exiting || info.status == ReleaseStatus::forked) {
                static_cast<void>(object.release());
            } else {
                object.reset();
            }
        };
    }

private:
    std::unique_ptr<T> object_;
};

/// Takes the object over; only rvalues, so that it is seen where it happens.
template <class T>
requires(!std::is_lvalue_reference_v<T> && !std::is_const_v<T>) [[nodiscard]] Owned<T> own(T&& object) { return Owned<T>(std::forward<T>(object)); }

namespace detail {

/// The same memory as `borrowed` (a View without a lease, made from *owner), leased with the owner. `options` says policy, pending work and lock.
/// Throws Error{errc::invalid_argument} where options has a release of its own; then the owner is the caller's as before.
template <class T>
[[nodiscard]] View lend_with_owner(const View& borrowed, Owned<T>& owner, LendOptions options) {
    if (options.release) throw Error(errc::invalid_argument, "the owner is the release: options.release must be empty");
    options.read_only = options.read_only || borrowed.is_read_only();
    options.release = std::move(owner).keep_alive();
    return View::lend(const_cast<void*>(borrowed.data()), borrowed.device(), borrowed.format(), borrowed.layout(), std::move(options));
}

}  // namespace detail

/// What an adaptor made of a View, and the View, which keeps the memory: so the value may be kept, too.
template <class T>
struct Kept {
    T value;
    View owner;
};

/// keep(view, [](const View& v) { return export_span<float>(v); }): the result of `adapt` and the View that it was made from. Throws what adapt throws.
template <class Adapt>
[[nodiscard]] auto keep(const View& view, Adapt&& adapt) {
    return Kept<std::invoke_result_t<Adapt&, const View&>>{adapt(view), view};
}

}  // namespace ndlease
