// SPDX-License-Identifier: Apache-2.0
// Typed element access for kernels.
#pragma once

#include <ndlease/stream.hpp>
#include <ndlease/typed_view.hpp>

namespace ndlease::gpu {

/// As View::typed, for code that runs on `stream`: takes memory that the stream's device reaches (its own, pinned, managed). It orders nothing: hold an
/// Access on the same stream. Throws Error as View::typed does, errc::device where the device does not reach the memory.
///
///     Access use(view, stream);
///     kernel<<<grid, block, 0, stream.cuda()>>>(gpu::typed<float, 2>(view, stream));
template <class T, int N>
[[nodiscard]] TypedView<T, N> typed(const View& view, StreamRef stream) {
    detail::check_typed(view, Format::of<std::remove_const_t<T>>(), N, !std::is_const_v<T>, static_cast<std::int64_t>(alignof(T)), stream.device());
    // check_typed has seen to it that nobody writes through this when the view is read-only.
    return {static_cast<T*>(const_cast<void*>(view.data())), view.shape().data(), view.strides().data()};
}

}  // namespace ndlease::gpu
