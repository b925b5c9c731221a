// SPDX-License-Identifier: Apache-2.0
#include "field_list.hpp"

namespace ndlease::tool {
namespace {

void append(std::vector<FieldLine>& lines, std::int64_t& leaf, const std::string& path, int depth, std::int64_t offset, const Format& format) {
    Dims shape;
    const Format element = peel(format, shape);
    const char key = element.is_record() ? ' ' : leaf_key(leaf++);
    lines.push_back({path, depth, offset, format, element, shape, key});
    std::int64_t number = 0;
    for (const Field& field : element.fields()) {
        std::string inner = path;
        if (!inner.empty()) inner += '.';
        inner += field.name().empty() ? "#" + std::to_string(number) : field.name();
        append(lines, leaf, inner, depth + 1, offset + field.offset(), field.format());
        ++number;
    }
}

}  // namespace

Format peel(Format format, Dims& shape) {
    while (format.is_subarray()) {
        for (const std::int64_t extent : format.shape()) shape.push_back(extent);
        format = Format(format.element());
    }
    return format;
}

std::vector<FieldLine> list_fields(const Format& format) {
    std::vector<FieldLine> lines;
    std::int64_t leaf = 0;
    append(lines, leaf, "", 0, 0, format);
    return lines;
}

char leaf_key(std::int64_t leaf) noexcept {
    constexpr char keys[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    return keys[leaf % 62];
}

}  // namespace ndlease::tool
