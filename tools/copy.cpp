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
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>

#include "command.hpp"
#include "device_option.hpp"
#include "output_file.hpp"

namespace ndlease::tool {
namespace {

/// A typestr such as >f4, or a descr literal such as [('x', '<f4'), ('n', '<i2')].
Format parse_dtype(const std::string& text) {
    const bool literal = !text.empty() && (text.front() == '[' || text.front() == '\'' || text.front() == '"');
    return about("--dtype " + text, [&] { return literal ? parse_descr(text) : parse_typestr(text); });
}

Order order_of(const CopyRequest& options) { return options.order == "F" ? Order::f : Order::c; }

/// No field covers the padding, and OUT must not tell what was in that memory before.
bool may_have_gaps(const Format& to, const Format& from) { return to.element().is_record() && to != from; }

void clear(const View& view) {
    if (view.nbytes() > 0) std::memset(view.mutable_data(), 0, static_cast<std::size_t>(view.nbytes()));
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

/// The result, on the host, of copying on the host.
View copy_here(const View& opened, const CopyRequest& options, const CopyOptions& how) {
    const View selected = select(opened, options);
    const Format format = options.dtype ? parse_dtype(*options.dtype) : selected.format();
    return about(options.dtype ? "--dtype " + *options.dtype : "copy", [&] {
        View copied = allocate(format, selected.shape(), order_of(options));
        if (may_have_gaps(format, selected.format())) clear(copied);
        copy(copied, selected, how);
        if (options.explain) std::cout << CopyPlan::make(copied, selected, how).describe() << '\n';
        return copied;
    });
}

/// The same by way of a device: the array is brought there whole, copied there, and brought back.
View copy_there(const View& opened, const CopyRequest& options, const CopyOptions& how, Device device) {
    const std::string subject = "--device " + options.device;
    const Stream stream = about(subject, [&] { return Stream::make(device); });
    const View there = about(subject, [&] { return to(opened, device, stream); });
    const View selected = select(there, options);
    const Format format = options.dtype ? parse_dtype(*options.dtype) : selected.format();
    return about(options.dtype ? "--dtype " + *options.dtype : "copy", [&] {
        View copied = allocate(format, selected.shape(), order_of(options), memory_of(device), stream);
        if (may_have_gaps(format, selected.format())) {
            const View zeros = allocate(format, selected.shape(), order_of(options));
            clear(zeros);
            copy(copied, zeros, stream);
        }
        copy(copied, selected, stream, how);
        if (options.explain) {
            const DeviceProperties properties = device_properties(device);
            std::cout << CopyPlan::make(copied, selected, how).describe() << "ran on:       " << to_string(device) << ", " << properties.name
                      << (properties.is_simulated ? " (simulated CUDA)" : "") << "\n\n";
        }
        return to(copied, Device::cpu(), stream);
    });
}

}  // namespace

int run_copy(const CopyRequest& options) {
    const Device device = checked_device(options.device);
    const View opened = about(options.in, [&] { return npy::open(options.in); });
    CopyOptions how;
    how.conversion = options.checked ? Conversion::checked : Conversion::cpp;
    how.max_threads = options.threads;
    const std::filesystem::path out = checked_output(options.out);
    const View result = device == Device::cpu() ? copy_here(opened, options, how) : copy_there(opened, options, how, device);
    if (!std::cout.flush()) throw CommandError("standard output", "cannot be written");  // while OUT is as it was
    about(options.out, [&] { npy::write(out, result); });
    return 0;
}

}  // namespace ndlease::tool
