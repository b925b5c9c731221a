// SPDX-License-Identifier: Apache-2.0
// ndlease inspect: what an item is, and how a file's items lie.
#include <iostream>
#include <ndlease/abi.hpp>
#include <ndlease/format_text.hpp>
#include <ndlease/interop/npy.hpp>
#include <string>

#include "byte_drawing.hpp"
#include "command.hpp"
#include "field_list.hpp"
#include "format_json.hpp"
#include "text_table.hpp"

namespace ndlease::tool {
namespace {

void print_format_text(const Format& format) {
    std::cout << "format     " << printable(format.to_string()) << '\n'
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

int inspect_format(const InspectOptions& options, const std::string& text) {
    ParseOptions parse;
    parse.abi = about("--abi " + options.abi, [&] { return &Abi::named(options.abi); });
    parse.itemsize = options.itemsize;
    const Format format = about("--format '" + text + "'", [&] { return parse_format(text, parse); });
    if (options.json) {
        std::cout << format_json(format);
    } else {
        print_format_text(format);
    }
    return 0;
}

int inspect_file(const InspectOptions& options, const std::string& file) {
    const View view = about(file, [&] { return npy::open(file); });
    if (options.json) {
        std::cout << view_json(view);
        return 0;
    }
    std::cout << printable(file) << '\n'
              << "shape      " << to_string(view.shape()) << '\n'
              << "strides    " << to_string(view.strides()) << " bytes\n"
              << "order      " << order_of(view) << '\n'
              << "nbytes     " << view.nbytes() << '\n'
              << "readonly   " << (view.is_read_only() ? "yes" : "no") << '\n';
    print_format_text(view.format());
    return 0;
}

}  // namespace

int run_inspect(const InspectOptions& options) {
    if (options.format) return inspect_format(options, *options.format);
    if (options.file) return inspect_file(options, *options.file);
    throw CommandError("inspect", "FILE or --format is required");
}

}  // namespace ndlease::tool
