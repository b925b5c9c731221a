// SPDX-License-Identifier: Apache-2.0
// ndlease inspect: what an item is, and how a file's items lie.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <ndlease/abi.hpp>
#include <ndlease/format_text.hpp>
#include <ndlease/interop/npy.hpp>
#include <optional>
#include <string>

#include "byte_drawing.hpp"
#include "command.hpp"
#include "field_list.hpp"
#include "format_json.hpp"
#include "text_table.hpp"

namespace ndlease::tool {
namespace {

struct Options {
    std::string file, format, abi = "host";
    std::int64_t itemsize = -1;
    bool json = false;
};

std::string order_of(const View& view) {
    if (view.is_contiguous(Order::c)) return "C";
    return view.is_contiguous(Order::f) ? "F" : "none";
}

void print_format_text(const Format& format) {
    std::cout << "format     " << format.to_string() << '\n'
              << "itemsize   " << format.itemsize() << (format.itemsize() == 1 ? " byte" : " bytes") << ", alignment " << format.alignment() << "\n\n";
    TextTable table({{"key"},
                     {"field"},
                     {"offset", TextTable::Align::right},
                     {"size", TextTable::Align::right},
                     {"align", TextTable::Align::right},
                     {"kind"},
                     {"shape"},
                     {"format"}});
    for (const FieldLine& line : list_fields(format)) {
        const std::string indent(static_cast<std::size_t>(2 * std::max(line.depth - 1, 0)), ' ');
        table.add_row({std::string(1, line.key), indent + (line.depth == 0 ? "(item)" : line.path), std::to_string(line.offset),
                       std::to_string(line.format.itemsize()), std::to_string(line.format.alignment()), to_string(line.element.kind()),
                       line.shape.empty() ? "" : to_string(line.shape), line.format.to_string()});
    }
    table.print(std::cout, "  ");
    std::cout << '\n' << draw_bytes(format);
}

int inspect_format(const Options& options) {
    ParseOptions parse;
    parse.abi = about("--abi " + options.abi, [&] { return &Abi::named(options.abi); });
    if (options.itemsize >= 0) parse.itemsize = options.itemsize;
    const Format format = about("--format '" + options.format + "'", [&] { return parse_format(options.format, parse); });
    if (options.json) {
        std::cout << describe_format(format).dump(2) << '\n';
    } else {
        print_format_text(format);
    }
    return 0;
}

int inspect_file(const Options& options) {
    const View view = about(options.file, [&] { return npy::open(options.file); });
    if (options.json) {
        Json json = describe_format(view.format());
        json["shape"] = std::vector<std::int64_t>(view.shape().begin(), view.shape().end());
        json["strides"] = std::vector<std::int64_t>(view.strides().begin(), view.strides().end());
        json["order"] = order_of(view);
        json["nbytes"] = view.nbytes();
        json["readonly"] = view.is_read_only();
        std::cout << json.dump(2) << '\n';
        return 0;
    }
    std::cout << options.file << '\n'
              << "shape      " << to_string(view.shape()) << '\n'
              << "strides    " << to_string(view.strides()) << " bytes\n"
              << "order      " << order_of(view) << '\n'
              << "nbytes     " << view.nbytes() << '\n'
              << "readonly   " << (view.is_read_only() ? "yes" : "no") << '\n';
    print_format_text(view.format());
    return 0;
}

}  // namespace

Subcommand add_inspect(CLI::App& app) {
    CLI::App* sub = app.add_subcommand("inspect", "Show what an item is, byte by byte, and how a file's items lie");
    const auto options = std::make_shared<Options>();
    CLI::Option* file = sub->add_option("FILE", options->file, ".npy file to look at");
    CLI::Option* format = sub->add_option("--format", options->format, "PEP 3118 format string to look at, instead of a file")->excludes(file);
    sub->add_option("--itemsize", options->itemsize, "Item size in bytes that the string's exporter states")->needs(format)->check(CLI::NonNegativeNumber);
    sub->add_option("--abi", options->abi, "Platform whose C types the string means: lp64, lp64-arm, lp64-macos, llp64, i386 or host (this one)")
        ->needs(format);
    sub->add_flag("--json", options->json, "Print JSON");
    sub->footer(
        "Examples:\n"
        "  ndlease inspect image.npy\n"
        "  ndlease inspect --format 'T{<f:x:<f:y:(3)B:rgb:}'\n"
        "  ndlease inspect --format 'bl' --abi i386 --json");
    return {sub, [options, file, format] {
                if (file->count() == 0 && format->count() == 0) throw CommandError("inspect", "FILE or --format is required");
                return format->count() > 0 ? inspect_format(*options) : inspect_file(*options);
            }};
}

}  // namespace ndlease::tool
