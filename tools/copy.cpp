// SPDX-License-Identifier: Apache-2.0
// ndlease copy: one array from one file to another, sliced, permuted, taken apart, laid out and converted on the way.
#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>
#include <memory>
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

struct Options {
    std::string in, out, index, permute, field, order, dtype, device = "cpu";
    bool permuted = false, checked = false, explain = false;
    int threads = 0;
};

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

/// "2,0,-1"; nothing is an empty list.
std::vector<int> parse_axes(const std::string& text) {
    std::vector<int> axes;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        int axis = 0;
        const auto [next, error] = std::from_chars(at, end, axis);
        if (error != std::errc() || (next != end && (*next != ',' || next + 1 == end))) {
            throw CommandError("--permute " + text, "is not a list of axes such as 2,0,1");
        }
        axes.push_back(axis);
        at = next == end ? end : next + 1;
    }
    return axes;
}

/// The part of `view` that the options select, without a copy.
View select(View view, const Options& options) {
    if (!options.index.empty()) {
        view = about("--index '" + options.index + "'", [&] { return view.at(options.index); });
    }
    if (options.permuted) {
        view = about("--permute " + options.permute, [&] { return view.permute(parse_axes(options.permute)); });
    }
    if (!options.field.empty()) {
        view = about("--field " + options.field, [&] { return view.field(options.field); });
    }
    return view;
}

int copy_file(const Options& options) {
    check_device(options.device);
    const View selected = select(about(options.in, [&] { return npy::open(options.in); }), options);
    const Format format = options.dtype.empty() ? selected.format() : parse_dtype(options.dtype);
    const std::filesystem::path out = checked_output(options.out);

    CopyOptions how;
    how.conversion = options.checked ? Conversion::checked : Conversion::cpp;
    how.max_threads = options.threads;
    const View result = about(options.dtype.empty() ? "copy" : "--dtype " + options.dtype, [&] {
        View copied = allocate(format, selected.shape(), options.order == "F" ? Order::f : Order::c);
        if (options.explain) std::cout << CopyPlan::make(copied, selected, how).describe() << '\n';
        copy(copied, selected, how);
        return copied;
    });
    about(options.out, [&] { npy::write(out, result); });
    return 0;
}

}  // namespace

Subcommand add_copy(CLI::App& app) {
    CLI::App* sub = app.add_subcommand("copy", "Copy an array to another file, selecting and converting on the way");
    const auto options = std::make_shared<Options>();
    sub->add_option("IN", options->in, ".npy file to read")->required();
    sub->add_option("OUT", options->out, ".npy file to write; may be IN")->required();
    sub->add_option("--index", options->index, "NumPy's basic indexing, e.g. '[::2, ::-1, None, ..., 3]'");
    CLI::Option* permute = sub->add_option("--permute", options->permute, "Order of the axes, e.g. 2,0,1");
    sub->add_option("--field", options->field, "One field of a record; 'a.b' is field b of field a");
    sub->add_option("--order", options->order, "Order in memory: C (default) or F")->check(CLI::IsMember({"C", "F"}));
    sub->add_option("--dtype", options->dtype, "Item to convert to: a NumPy typestr such as '>f4', or a descr literal");
    sub->add_option("--device", options->device, "Where to copy: cpu or cuda:N")->capture_default_str();
    sub->add_option("--threads", options->threads, "Most threads to use; 0: as many as there are")->check(CLI::NonNegativeNumber);
    sub->add_flag("--checked", options->checked, "Refuse a conversion that would change a value");
    sub->add_flag("--explain", options->explain, "Print how the copy is done");
    sub->footer(
        "The options are applied in the order above, from --index to --device.\n"
        "Examples:\n"
        "  ndlease copy image.npy planes.npy --index '[100:612, ::-1]' --permute 2,0,1\n"
        "  ndlease copy points.npy x.npy --field position.x\n"
        "  ndlease copy native.npy network.npy --dtype '>f4' --explain");
    return {sub, [options, permute] {
                options->permuted = permute->count() > 0;
                return copy_file(*options);
            }};
}

}  // namespace ndlease::tool
