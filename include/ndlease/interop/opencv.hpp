// SPDX-License-Identifier: Apache-2.0
// Views to and from cv::Mat and cv::cuda::GpuMat. No header of OpenCV is needed: the templates go by the names of members, and check what they made.
// Source: OpenCV 4.6 (core/mat.hpp, core/cuda.hpp, core/hal/interface.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include <ndlease/device.hpp>
#include <ndlease/error.hpp>
#include <ndlease/export.hpp>
#include <ndlease/interop/elements.hpp>
#include <ndlease/interop/keep_alive.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

namespace opencv {

inline constexpr int most_axes = 32;       ///< CV_MAX_DIM
inline constexpr int most_channels = 512;  ///< CV_CN_MAX

/// What a cv::Mat is made from.
struct Description {
    int depth = 0;     ///< CV_8U ... CV_16F
    int channels = 1;  ///< 1 to 512
    int axes = 2;
    int extents[most_axes] = {};
    std::size_t steps[most_axes] = {};  ///< bytes, as Mat::step; the last is the size of an element with all its channels
    void* data = nullptr;

    /// CV_MAKETYPE of OpenCV 3 and 4.
    [[nodiscard]] int type() const noexcept { return depth + (channels - 1) * 8; }
};

enum class Channels : std::uint8_t {
    none,       ///< every axis of the View is one of the Mat's
    last_axis,  ///< the last axis of the View, which must be contiguous, is the channels
};

/// A View as Mat's numbers. A one-dimensional sub-array as format becomes channels as well. Rank 0 and 1 are a Mat of one column.
/// Throws Error: errc::not_expressible (a format that OpenCV has not; more than 512 channels or 32 axes), errc::read_only (a Mat has no const elements: pass
/// `read_only_too`, and see yourself that nobody writes), errc::overflow (extents of more than 31 bits), errc::bad_layout, index() is the axis (strides that
/// are negative, 0, or not nested: each at least the next one's whole length; a last axis with gaps; suboffsets). A copy by contiguous() will do.
[[nodiscard]] NDLEASE_API Description describe(const View& view, Channels channels, bool read_only_too);

/// The Format of a depth, throws Error{errc::not_supported} for a number that OpenCV 4 has not.
[[nodiscard]] NDLEASE_API Format format_of_depth(int depth);

/// The Layout of rows, columns and so on with these steps in bytes; with channels > 1 they are the last axis.
/// Throws Error{errc::overflow}, and what Layout throws.
[[nodiscard]] NDLEASE_API Layout layout_of(int axes, const std::int64_t* extents, const std::size_t* steps, int channels, std::int64_t channel_bytes);

/// Throws Error{errc::not_supported} where the Mat that came out has another depth or number of channels: an OpenCV with other type numbers.
NDLEASE_API void check_made(const Description& wanted, int depth, int channels);

}  // namespace opencv

/// cv::Mat and its like.
template <class M>
concept HostMat = requires(const M& m, int i) {
    m.dims;
    m.size[i];
    m.step[i];
    m.data;
    m.depth();
    m.channels();
};
/// cv::cuda::GpuMat and its like.
template <class M>
concept DeviceMat = !HostMat<M> && requires(const M& m) {
    m.rows;
    m.cols;
    static_cast<std::size_t>(m.step);
    m.data;
    m.depth();
    m.channels();
};

/// A Mat (header) on the View's memory, of (rows, columns) or more axes. It borrows: keep the View, or use keep(). Throws Error as opencv::describe, and
/// errc::device where the CPU does not reach the memory.
template <HostMat M>
[[nodiscard]] M export_mat(const View& view, opencv::Channels channels = opencv::Channels::none, bool read_only_too = false) {
    if (!view.reachable_from(Device::cpu())) throw Error(errc::device, "the CPU cannot reach memory on " + to_string(view.device()));
    const opencv::Description d = opencv::describe(view, channels, read_only_too);
    M mat(d.axes, d.extents, d.type(), d.data, d.steps);
    opencv::check_made(d, mat.depth(), mat.channels());
    return mat;
}
/// The same for a GpuMat; errc::not_expressible where more than two axes are left.
template <DeviceMat M>
[[nodiscard]] M export_mat(const View& view, opencv::Channels channels = opencv::Channels::none, bool read_only_too = false) {
    if (view.device().type == DeviceType::cpu) throw Error(errc::device, "a GpuMat cannot show memory on " + to_string(view.device()));
    const opencv::Description d = opencv::describe(view, channels, read_only_too);
    if (d.axes != 2) throw Error(errc::not_expressible, "a GpuMat has two axes, the view has " + std::to_string(d.axes) + " beside the channels");
    M mat(d.extents[0], d.extents[1], d.type(), d.data, d.steps[0]);
    opencv::check_made(d, mat.depth(), mat.channels());
    return mat;
}

/// (rows, columns, ...) with the channels as a last axis where there are several. The View holds a copy of the header, so that memory which OpenCV counts is
/// kept; memory that the Mat only borrows must outlive every View. A region of interest is a View on the region alone.
/// Throws Error: errc::not_supported (a depth), errc::overflow, and what View::lend throws.
template <HostMat M>
[[nodiscard]] View import_mat(const M& mat, LendOptions options = {}) {
    std::int64_t extents[opencv::most_axes] = {};
    std::size_t steps[opencv::most_axes] = {};
    const int axes = static_cast<int>(mat.dims);
    if (axes < 0 || axes > opencv::most_axes) throw Error(errc::not_supported, "a Mat of " + std::to_string(axes) + " axes");
    for (int i = 0; i < axes; ++i) {
        extents[i] = static_cast<std::int64_t>(mat.size[i]);
        steps[i] = static_cast<std::size_t>(mat.step[i]);
    }
    const Format format = opencv::format_of_depth(mat.depth());
    Layout layout = axes == 0 ? Layout::c_order({0, 0}, format.itemsize()) : opencv::layout_of(axes, extents, steps, mat.channels(), format.itemsize());
    Owned<M> owner{M(mat)};
    return detail::lend_with_owner(View::lend(static_cast<void*>(mat.data), Device::cpu(), format, std::move(layout)), owner, std::move(options));
}
/// The same for a GpuMat on `device`.
template <DeviceMat M>
[[nodiscard]] View import_mat(const M& mat, Device device, LendOptions options = {}) {
    const std::int64_t extents[] = {static_cast<std::int64_t>(mat.rows), static_cast<std::int64_t>(mat.cols)};
    const Format format = opencv::format_of_depth(mat.depth());
    const std::size_t steps[] = {static_cast<std::size_t>(mat.step), static_cast<std::size_t>(mat.channels()) * static_cast<std::size_t>(format.itemsize())};
    Layout layout = opencv::layout_of(2, extents, steps, mat.channels(), format.itemsize());
    Owned<M> owner{M(mat)};
    return detail::lend_with_owner(View::lend(static_cast<void*>(mat.data), device, format, std::move(layout)), owner, std::move(options));
}

}  // namespace ndlease
