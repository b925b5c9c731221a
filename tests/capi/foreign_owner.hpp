// SPDX-License-Identifier: Apache-2.0
// An owner that is not this library: it counts what it is asked, and refuses what it is told to.
#pragma once

#include <atomic>
#include <cstdio>
#include <cstring>
#include <functional>

#include <ndlease/ndl_view.h>

namespace ndlease::testing {

class ForeignOwner {
public:
    std::atomic<int> acquired{0}, used{0}, retained{0}, released{0};
    std::atomic<int> shares{0};  ///< given out and not given back
    int refuse_acquire = NDL_OK, refuse_retain = NDL_OK;
    std::function<void(const ndl_stream*, std::uint32_t)> on_acquire, on_use;
    std::function<void()> on_last_release;

    /// `description` with this owner: one share.
    [[nodiscard]] ndl_view lend(ndl_view description) {
        description.ops = &ops;
        description.owner = this;
        ++shares;
        return description;
    }
    [[nodiscard]] bool untouched() const { return acquired == 0 && used == 0 && retained == 0 && released == 0; }

private:
    static ForeignOwner& of(const ndl_view* view) { return *static_cast<ForeignOwner*>(view->owner); }
    static int refuse(int status, ndl_error* error) {
        if (error != nullptr) {
            error->code = status;
            error->index = 7;
            (void)std::snprintf(error->message, sizeof error->message, "the test says no");
        }
        return status;
    }
    static int acquire(const ndl_view* view, const ndl_stream* stream, std::uint32_t use, ndl_error* error) {
        ForeignOwner& owner = of(view);
        if (owner.refuse_acquire != NDL_OK) return refuse(owner.refuse_acquire, error);
        ++owner.acquired;
        if (owner.on_acquire) owner.on_acquire(stream, use);
        return NDL_OK;
    }
    static int used_on(const ndl_view* view, const ndl_stream* stream, std::uint32_t use, ndl_error*) {
        ForeignOwner& owner = of(view);
        ++owner.used;
        if (owner.on_use) owner.on_use(stream, use);
        return NDL_OK;
    }
    static int retain(const ndl_view* view, ndl_error* error) {
        ForeignOwner& owner = of(view);
        if (owner.refuse_retain != NDL_OK) return refuse(owner.refuse_retain, error);
        ++owner.retained;
        ++owner.shares;
        return NDL_OK;
    }
    static void release(ndl_view* view) {
        ForeignOwner& owner = of(view);
        std::memset(view, 0, sizeof *view);
        ++owner.released;
        if (--owner.shares == 0 && owner.on_last_release) owner.on_last_release();
    }
    static constexpr ndl_view_ops ops = {sizeof(ndl_view_ops), 0, acquire, used_on, retain, release, {}};
};

}  // namespace ndlease::testing
