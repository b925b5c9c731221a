// SPDX-License-Identifier: Apache-2.0
// Copies on request for adaptors (interop/): what an adaptor refuses for its layout it takes from a contiguous copy. Adaptors themselves never copy.
#pragma once

#include <type_traits>
#include <utility>

#include <ndlease/copy.hpp>
#include <ndlease/error.hpp>
#include <ndlease/interop/keep_alive.hpp>
#include <ndlease/layout.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

/// An input for a library: adapt(view), or where that is refused with errc::bad_layout, adapt(a contiguous copy in `order`), made in the order of `stream`
/// (the host: done when this returns). The result is kept with the View that it shows: the copy, or `view` itself.
/// Throws what adapt throws for other reasons, or again for the copy, and what contiguous() throws.
///
///     const auto a = copy_for(view, Order::f, stream, [](const View& v) { return cublas::matrix(v); });
template <class Adapt>
[[nodiscard]] auto copy_for(const View& view, Order order, StreamRef stream, Adapt&& adapt) {
    using Result = Kept<std::invoke_result_t<Adapt&, const View&>>;
    try {
        return Result{adapt(view), view};
    } catch (const Error& error) {
        if (error.code() != errc::bad_layout || view.is_contiguous(order)) throw;
    }
    View copy = stream.is_host() ? contiguous(view, order) : contiguous(view, order, stream);
    return Result{adapt(std::as_const(copy)), std::move(copy)};
}

/// An output: a View that a library which knows no strides writes to, and the way back.
class Packed {
public:
    /// `view` itself where it is contiguous in `order`, else new memory of the same device. With `filled` it begins with the View's elements, in the order of
    /// `stream`. Throws Error{errc::read_only}, and what contiguous() and copy() throw.
    Packed(const View& view, Order order, StreamRef stream, bool filled);

    [[nodiscard]] const View& view() const noexcept { return packed_; }
    [[nodiscard]] bool is_copy() const noexcept { return is_copy_; }
    /// Copies what was written to the View, in the order of `stream`; nothing to do where it is no copy. Throws what copy() throws.
    void unpack(StreamRef stream) const;

private:
    View target_;
    View packed_;
    bool is_copy_;
};

inline Packed::Packed(const View& view, Order order, StreamRef stream, bool filled) : target_(view), packed_(view), is_copy_(!view.is_contiguous(order)) {
    (void)view.mutable_data();
    if (!is_copy_) return;
    packed_ = stream.is_host() ? allocate(view.format(), view.shape(), order, memory_of(view.device()))
                               : allocate(view.format(), view.shape(), order, memory_of(view.device()), stream);
    if (filled) copy(packed_, target_, stream);
}

inline void Packed::unpack(StreamRef stream) const {
    if (is_copy_) copy(target_, packed_, stream);
}

}  // namespace ndlease
