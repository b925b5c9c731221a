// SPDX-License-Identifier: Apache-2.0
#include "byte_drawing.hpp"

#include <algorithm>
#include <cstdio>

#include "field_list.hpp"

namespace ndlease::tool {
namespace {

constexpr std::int64_t row_bytes = 16;
constexpr std::int64_t longest_drawing = 65536;  // bytes looked at; folding may fit them into few rows
constexpr int most_rows = 48;

void paint_leaf(std::string& bytes, std::int64_t offset, std::int64_t size, char key) {
    const auto limit = static_cast<std::int64_t>(bytes.size());
    for (std::int64_t i = offset; i < std::min(limit, offset + size); ++i) {
        char& byte = bytes[static_cast<std::size_t>(i)];
        byte = byte != '.' ? '*' : i == offset ? key : '-';
    }
}

/// Returns the number of leaves in one such item.
std::int64_t paint(std::string& bytes, const Format& format, std::int64_t offset, std::int64_t first_leaf) {
    if (format.is_record()) {
        std::int64_t leaves = 0;
        for (const Field& field : format.fields()) leaves += paint(bytes, field.format(), offset + field.offset(), first_leaf + leaves);
        return leaves;
    }
    const Format& element = format.element();
    const bool in_whole_bytes = format.is_subarray() && element.itemsize() > 0 && element.bits() % 8 == 0;
    if (!in_whole_bytes) {
        paint_leaf(bytes, offset, format.itemsize(), leaf_key(first_leaf));
        return 1;
    }
    const std::int64_t end = std::min(offset + format.itemsize(), static_cast<std::int64_t>(bytes.size()));
    std::int64_t leaves = 0;
    std::int64_t at = offset;
    do {  // once also for an empty sub-array, whose fields have keys all the same
        leaves = paint(bytes, element, at < end ? at : longest_drawing, first_leaf);
        at += element.itemsize();
    } while (at < end);
    return leaves;
}

}  // namespace

std::string draw_bytes(const Format& format) {
    const std::int64_t shown = std::min(format.itemsize(), longest_drawing);
    if (shown == 0) return "  (no bytes)\n";
    std::string bytes(static_cast<std::size_t>(shown), '.');
    paint(bytes, format, 0, 0);

    std::string drawing = "        ";
    char text[32];
    for (std::int64_t i = 0; i < std::min(shown, row_bytes); ++i) {
        std::snprintf(text, sizeof text, " %2lld", static_cast<long long>(i));
        drawing += text;
    }
    drawing += '\n';
    std::string previous;
    bool folding = false;
    int rows = 0;
    std::int64_t at = 0;
    for (; at < shown && rows < most_rows; at += row_bytes) {
        const std::string row = bytes.substr(static_cast<std::size_t>(at), row_bytes);
        if (row == previous && at + row_bytes < shown) {
            if (!folding) drawing += "       ...\n";
            folding = true;
            continue;
        }
        folding = false;
        previous = row;
        std::snprintf(text, sizeof text, "%8lld", static_cast<long long>(at));
        drawing += text;
        for (const char byte : row) (drawing += "  ") += byte;
        drawing += '\n';
        ++rows;
    }
    const std::int64_t left = format.itemsize() - std::min(at, shown);
    if (left > 0) drawing += "       ... " + std::to_string(left) + " more bytes\n";
    return drawing;
}

}  // namespace ndlease::tool
