// SPDX-License-Identifier: Apache-2.0
// Who owns the memory of an ndl_view, as far as this library knows, and the owner that this library makes.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include <ndlease/ndl_view.h>
#include <ndlease/view.hpp>

namespace ndlease::c_abi {

/// One share of a view that another owner lends, given back once.
class ForeignShare {
public:
    ForeignShare() noexcept = default;  ///< of nothing
    /// Takes the caller's share over.
    explicit ForeignShare(const ndl_view& taken) noexcept : view_(taken) {}
    /// A share more. Throws what the owner's `retain` reports.
    [[nodiscard]] static ForeignShare retain(const ndl_view& view);
    ForeignShare(ForeignShare&& other) noexcept : view_(std::exchange(other.view_, {})) {}
    ForeignShare& operator=(ForeignShare&& other) noexcept {
        std::swap(view_, other.view_);
        return *this;
    }
    ~ForeignShare() { ndl_view_release(&view_); }

    [[nodiscard]] explicit operator bool() const noexcept { return view_.ops != nullptr; }
    [[nodiscard]] const ndl_view& view() const noexcept { return view_; }

private:
    ndl_view view_{};
};

/// What ndl_view::owner points to where this library is the owner. Tree and arrays that the view shows live as long as it.
struct Owner {
    Owner(View&& exported, ForeignShare&& share) noexcept : view(std::move(exported)), foreign(std::move(share)) {}

    std::atomic<std::int64_t> holders{1};
    View view;             ///< with the lease, where the memory has one
    ForeignShare foreign;  ///< where another owner lends the memory: then the view has no lease
    const ndl_format* format = nullptr;
};

/// The owner behind a view that this library made; null for others. Throws Error{errc::invalid_argument} for one of ours without an owner.
[[nodiscard]] Owner* own_owner(const ndl_view& view);

/// The owner's view as a C structure, which holds one of the owner's shares. Its arrays lie in the owner's view.
[[nodiscard]] ndl_view show(Owner& owner) noexcept;
/// `view` as a C structure, on one new Owner. Throws as export_view does; then `foreign` is as before.
[[nodiscard]] ndl_view export_with(View view, ForeignShare&& foreign);

/// A C structure that was read and checked, as a View to derive others from.
struct Borrowed {
    View view;                          ///< on its lease where this library is the owner and there is one; else without
    const ndl_view* foreign = nullptr;  ///< whose owner, where it is another, lends the memory; lives as long as the structure that was read

    /// A View that was derived from `view` as a C structure on the same owner. Throws what the owner's `retain` reports, and as export_view does.
    [[nodiscard]] ndl_view share(View derived) const;
};
/// Reads and checks every member. Throws as import_view does. Takes no share.
[[nodiscard]] Borrowed borrow(const ndl_view& view);

}  // namespace ndlease::c_abi
