// SPDX-License-Identifier: Apache-2.0
// ndlease copy: one array from one file to another, sliced, permuted, taken apart, laid out and converted on the way.
#include <algorithm>
#include <charconv>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include <ndlease/copy.hpp>
#include <ndlease/copy_plan.hpp>
#include <ndlease/device.hpp>
#include <ndlease/format_codes.hpp>
#include <ndlease/interop/npy.hpp>

#include "command.hpp"
#include "output_file.hpp"

namespace ndlease::tool {
namespace {

void check_device(const std::string& name) {
    const Device device = about("--device " + name, [&] { return parse_device(name); });
    if (device == Device::cpu()) return;
    const bool cuda = device.type == DeviceType::cuda || device.type == DeviceType::cuda_host || device.type == DeviceType::cuda_managed;
    throw CommandError("--device " + name, cuda ? "this build has no CUDA; only cpu is available" : "only cpu is available");
}

/// A typestr such as >f4, or a descr literal such as [('x', '<f4'), ('n', '<i2')].
Format parse_dtype(const std::string& text) {
    const bool literal = !text.empty() && (text.front() == '[' || text.front() == '\'' || text.front() == '"');
    return about("--dtype " + text, [&] { return literal ? parse_descr(text) : parse_typestr(text); });
}

/// "2, 0,-1"; nothing is an empty list.
std::vector<int> parse_axes(const std::string& text) {
    std::vector<int> axes;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        int axis = 0;
        at = std::find_if(at, end, [](char c) { return c != ' '; });
        const auto [number_end, error] = std::from_chars(at, end, axis);
        const char* const next = std::find_if(number_end, end, [](char c) { return c != ' '; });
        if (error != std::errc() || (next != end && (*next != ',' || next + 1 == end))) {
            throw CommandError("--permute " + text, "is not a list of axes such as 2,0,1");
        }
        axes.push_back(axis);
        at = next == end ? end : next + 1;
    }
    return axes;
}

/// The part of `view` that the options select, without a copy.
View select(View view, const CopyRequest& options) {
    if (options.index) {
        view = about("--index '" + *options.index + "'", [&] { return view.at(*options.index); });
    }
    if (options.permute) {
        view = about("--permute " + *options.permute, [&] { return view.permute(parse_axes(*options.permute)); });
    }
    if (options.field) {
        view = about("--field " + *options.field, [&] { return view.field(*options.field); });
    }
    return view;
}

}  // namespace

int run_copy(const CopyRequest& options) {
    check_device(options.device);
    const View selected = select(about(options.in, [&] { return npy::open(options.in); }), options);
    const Format format = options.dtype ? parse_dtype(*options.dtype) : selected.format();
    const std::filesystem::path out = checked_output(options.out);

    CopyOptions how;
    how.conversion = options.checked ? Conversion::checked : Conversion::cpp;
    how.max_threads = options.threads;
    const View result = about(options.dtype ? "--dtype " + *options.dtype : "copy", [&] {
        View copied = allocate(format, selected.shape(), options.order == "F" ? Order::f : Order::c);
        // No field covers the padding, and OUT must not tell what was in that memory before.
        const bool may_have_gaps = format.element().is_record() && format != selected.format();
        if (may_have_gaps && copied.nbytes() > 0) std::memset(copied.mutable_data(), 0, static_cast<std::size_t>(copied.nbytes()));
        copy(copied, selected, how);
        if (options.explain) std::cout << CopyPlan::make(copied, selected, how).describe() << '\n';
        return copied;
    });
    if (!std::cout.flush()) throw CommandError("standard output", "cannot be written");  // while OUT is as it was
    about(options.out, [&] { npy::write(out, result); });
    return 0;
}

}  // namespace ndlease::tool
