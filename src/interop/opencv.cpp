// SPDX-License-Identifier: Apache-2.0
#include <ndlease/interop/opencv.hpp>

#include <algorithm>
#include <limits>

namespace ndlease::opencv {
namespace {

constexpr int no_depth = -1;

int depth_of(const Format& format) {
    if (!format.is_native()) return no_depth;
    const auto bits = format.bits();
    switch (format.kind()) {
        case Kind::unsigned_integer: return bits == 8 ? 0 : bits == 16 ? 2 : no_depth;
        case Kind::integer: return bits == 8 ? 1 : bits == 16 ? 3 : bits == 32 ? 4 : no_depth;
        case Kind::floating: return bits == 32 ? 5 : bits == 64 ? 6 : bits == 16 ? 7 : no_depth;
        default: return no_depth;
    }
}

[[noreturn]] void refuse(int axis, std::int64_t stride, const std::string& why) {
    throw Error(errc::bad_layout,
                "axis " + std::to_string(axis) + " has a stride of " + std::to_string(stride) + " bytes; " + why + "; contiguous() makes a copy that will do",
                axis);
}

}  // namespace

Description describe(const View& view, Channels channels, bool read_only_too) {
    const Format& format = view.format();
    const bool of_several = format.is_subarray() && format.shape().size() == 1;
    const Format& item = of_several ? format.element() : format;
    Description d;
    d.depth = item.is_scalar() ? depth_of(item) : no_depth;
    if (d.depth == no_depth) throw Error(errc::not_expressible, "OpenCV has no items of format " + format.to_string());
    if (view.layout().is_indirect()) throw Error(errc::bad_layout, "OpenCV follows no suboffsets: " + to_string(view.layout()));
    if (view.is_read_only() && !read_only_too) throw Error(errc::read_only, "the view is read-only, and a Mat has no const elements");
    d.data = const_cast<void*>(view.data());
    if (!view.layout().is_empty() && reinterpret_cast<std::uintptr_t>(d.data) % static_cast<std::uintptr_t>(item.itemsize()) != 0) {
        throw Error(errc::bad_layout, "the view's address is no multiple of the " + std::to_string(item.itemsize()) + " bytes of an item");
    }
    std::int64_t count = of_several ? format.shape()[0] : 1;
    int axes = view.rank();
    if (channels == Channels::last_axis) {
        if (of_several || axes == 0) throw Error(errc::not_expressible, "there is no axis that could be the channels beside the format's own");
        --axes;
        count = view.shape()[axes];
        if (count > 1 && !view.layout().is_empty() && view.strides()[axes] != item.itemsize()) refuse(axes, view.strides()[axes], "channels lie side by side");
    }
    if (count < 1 || count > most_channels) throw Error(errc::not_expressible, "OpenCV has elements of 1 to 512 channels, not " + std::to_string(count));
    if (axes > most_axes) throw Error(errc::not_expressible, "OpenCV has at most 32 axes, the view has " + std::to_string(axes));
    d.channels = static_cast<int>(count);
    d.axes = std::max(axes, 2);
    const std::int64_t element = item.itemsize() * count;
    std::int64_t whole = element;  // of the axes further in
    for (int axis = d.axes - 1; axis >= 0; --axis) {
        const std::int64_t extent = axis < axes ? view.shape()[axis] : 1;
        if (extent > std::numeric_limits<int>::max())
            throw Error(errc::overflow, "axis " + std::to_string(axis) + " has extent " + std::to_string(extent) + "; a Mat counts in 31 bits", axis);
        std::int64_t step = axis == d.axes - 1 ? element : whole;
        if (axis < axes && extent > 1 && !view.layout().is_empty()) {
            const std::int64_t stride = view.strides()[axis];
            if (axis == d.axes - 1 && stride != element) refuse(axis, stride, "a Mat's last axis has no gaps: " + std::to_string(element));
            if (stride % item.itemsize() != 0) refuse(axis, stride, "a Mat's are multiples of the " + std::to_string(item.itemsize()) + " bytes of a channel");
            if (stride < whole) refuse(axis, stride, "a Mat's are at least the " + std::to_string(whole) + " bytes of the next axis");
            step = stride;
        }
        d.extents[axis] = static_cast<int>(extent);
        d.steps[axis] = static_cast<std::size_t>(step);
        if (!mul_fits(step, std::max<std::int64_t>(extent, 1), &whole)) whole = std::numeric_limits<std::int64_t>::max();
    }
    return d;
}

Format format_of_depth(int depth) {
    switch (depth) {
        case 0: return Format::number(Kind::unsigned_integer, 8);
        case 1: return Format::number(Kind::integer, 8);
        case 2: return Format::number(Kind::unsigned_integer, 16);
        case 3: return Format::number(Kind::integer, 16);
        case 4: return Format::number(Kind::integer, 32);
        case 5: return Format::number(Kind::floating, 32);
        case 6: return Format::number(Kind::floating, 64);
        case 7: return Format::number(Kind::floating, 16);
        default: throw Error(errc::not_supported, "OpenCV 4 has no depth " + std::to_string(depth));
    }
}

Layout layout_of(int axes, const std::int64_t* extents, const std::size_t* steps, int channels, std::int64_t channel_bytes) {
    Dims shape;
    Dims strides;
    for (int axis = 0; axis < axes; ++axis) {
        if (steps[axis] > static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max())) {
            throw Error(errc::overflow, "axis " + std::to_string(axis) + " has a step that does not fit in 63 bits", axis);
        }
        shape.push_back(extents[axis]);
        strides.push_back(static_cast<std::int64_t>(steps[axis]));
    }
    if (channels > 1) {
        shape.push_back(channels);
        strides.push_back(channel_bytes);
    }
    return {shape, strides};
}

void check_made(const Description& wanted, int depth, int channels) {
    if (depth == wanted.depth && channels == wanted.channels) return;
    throw Error(errc::not_supported, "this OpenCV numbers its types otherwise: asked for depth " + std::to_string(wanted.depth) + " with " +
                                         std::to_string(wanted.channels) + " channels, got " + std::to_string(depth) + " with " + std::to_string(channels));
}

}  // namespace ndlease::opencv
