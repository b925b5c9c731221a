// SPDX-License-Identifier: Apache-2.0
#include "bench_case.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>
#include <ndlease/layout.hpp>

#include "bench_report.hpp"
#include "command.hpp"
#include "machine.hpp"
#include "text_table.hpp"

namespace ndlease::tool {
namespace {

using Json = nlohmann::ordered_json;

/// "(2,-3)" or "2,-3"; "()" and "" are no number.
Dims numbers_of(const std::string& subject, std::string text) {
    if (!text.empty() && text.front() == '(' && text.back() == ')') text = text.substr(1, text.size() - 2);
    Dims numbers;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        const std::string number = text.substr(at, comma - at);
        std::size_t used = 0;
        std::int64_t value = 0;
        try {
            value = std::stoll(number, &used);
        } catch (const std::exception&) {
            used = 0;
        }
        if (number.empty() || used != number.size()) throw CommandError(subject, "'" + number + "' is no integer; write numbers with commas between them");
        numbers.push_back(value);
        at = comma + 1;
    }
    return numbers;
}

Format item_of(const std::string& subject, const std::string& text) {
    if (text.empty()) throw CommandError(subject, "the item is missing: item=4 for bytes, or a typestr such as item=<f4");
    if (std::isdigit(static_cast<unsigned char>(text.front())) == 0) return about(subject, [&] { return parse_typestr(text); });
    const Dims bytes = numbers_of(subject, text);
    if (bytes.size() != 1 || bytes[0] < 1) throw CommandError(subject, "item=" + text + " is no size of an item in bytes");
    switch (bytes[0]) {
        case 1: return Format::number(Kind::unsigned_integer, 8);
        case 2: return Format::number(Kind::unsigned_integer, 16);
        case 4: return Format::number(Kind::unsigned_integer, 32);
        case 8: return Format::number(Kind::unsigned_integer, 64);
        default: return about(subject, [&] { return Format::subarray(Format::number(Kind::unsigned_integer, 8), Dims{bytes[0]}); });
    }
}

/// The side whose lowest byte is the first of its buffer. Throws when it has more bytes than a size counts.
patterns::Strided side_of(const std::string& subject, const Dims& shape, const Dims& strides, std::int64_t itemsize) {
    if (strides.size() != shape.size()) {
        throw CommandError(subject, "has " + std::to_string(strides.size()) + " strides for " + std::to_string(shape.size()) + " extents");
    }
    patterns::Strided side{shape, strides, 0, itemsize};
    std::int64_t last = itemsize;
    for (int axis = 0; axis < shape.size(); ++axis) {
        const std::int64_t reach = about(subject, [&] { return checked_mul(shape[axis] - 1, strides[axis], "bytes"); });
        if (reach < 0) side.offset = about(subject, [&] { return checked_sub(side.offset, reach, "bytes"); });
        last = about(subject, [&] { return checked_add(last, std::abs(reach), "bytes"); });
    }
    return side;
}

/// Whether two elements may share a byte: then no order of writing would be right.
bool overlaps_itself(const patterns::Strided& side) {
    std::vector<std::pair<std::int64_t, std::int64_t>> axes;
    for (int axis = 0; axis < side.shape.size(); ++axis) {
        if (side.shape[axis] > 1) axes.emplace_back(std::abs(side.strides[axis]), side.shape[axis]);
    }
    std::sort(axes.begin(), axes.end());
    std::int64_t span = side.itemsize;
    for (const auto& [stride, extent] : axes) {
        if (stride < span) return true;
        span += stride * (extent - 1);
    }
    return false;
}

Json list_of(const Dims& dims) { return std::vector<std::int64_t>(dims.begin(), dims.end()); }

Json copy_json(const patterns::Copy& copy) {
    return {{"shape", list_of(copy.dst.shape)},
            {"src_offset", copy.src.offset},
            {"src_strides", list_of(copy.src.strides)},
            {"dst_offset", copy.dst.offset},
            {"dst_strides", list_of(copy.dst.strides)}};
}

}  // namespace

patterns::Pattern parse_case(const std::string& text) {
    const std::string subject = "--case '" + text + "'";
    std::map<std::string, std::string> parts;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find(';', at), text.size());
        const std::string part = text.substr(at, end - at);
        const std::size_t equals = part.find('=');
        const std::string key = part.substr(0, equals);
        if (equals == std::string::npos || (key != "shape" && key != "src" && key != "dst" && key != "item")) {
            throw CommandError(subject, "'" + part + "' is none of shape=, src=, dst= and item=");
        }
        if (!parts.emplace(key, part.substr(equals + 1)).second) throw CommandError(subject, key + "= is there twice");
        at = end + 1;
    }
    if (parts.count("shape") == 0) throw CommandError(subject, "the shape is missing: shape=480,640");
    const Format format = item_of(subject, parts.count("item") != 0 ? parts["item"] : "");
    const Dims shape = numbers_of(subject + ": shape", parts["shape"]);
    std::int64_t bytes = format.itemsize();
    for (const std::int64_t extent : shape) {
        if (extent < 1) throw CommandError(subject, "an extent of " + std::to_string(extent) + " leaves nothing to copy");
        bytes = about(subject, [&] { return checked_mul(bytes, extent, "bytes"); });
    }
    const auto side = [&](const std::string& key) {
        const patterns::Strided packed = patterns::Strided::packed(shape, format.itemsize());
        const std::string about_side = subject + ": " + key;
        return side_of(about_side, shape, parts.count(key) != 0 ? numbers_of(about_side, parts[key]) : packed.strides, format.itemsize());
    };
    // The element's alignment is what the strides leave of the format's.
    const auto aligned = [&](const patterns::Strided& strided) {
        std::int64_t alignment = format.alignment();
        while (alignment > 1 && (strided.offset % alignment != 0 ||
                                 std::any_of(strided.strides.begin(), strided.strides.end(), [&](std::int64_t s) { return s % alignment != 0; }))) {
            alignment /= 2;
        }
        return alignment;
    };
    patterns::Copy copy;
    copy.src = side("src");
    copy.dst = side("dst");
    if (overlaps_itself(copy.dst)) throw CommandError(subject + ": dst", "elements would share bytes");
    const Format lowered = format.with_alignment(std::min(aligned(copy.src), aligned(copy.dst)));
    copy.src_format = copy.dst_format = lowered;
    patterns::Pattern pattern;
    pattern.name = text;
    pattern.why = "given on the command line";
    pattern.make = [copy](std::int64_t) { return copy; };
    using patterns::Direction;
    pattern.directions = {Direction::cpu, Direction::d2d, Direction::h2d, Direction::d2h};
    pattern.scale = patterns::Scale::fixed;
    return pattern;
}

std::vector<patterns::Pattern> chosen_patterns(const std::string& filter, const std::string& size, patterns::Direction direction) {
    const std::string subject = "--filter '" + filter + "'";
    const std::regex expression = about(subject, [&] { return std::regex(filter); });
    std::vector<patterns::Pattern> chosen;
    for (const patterns::Pattern& pattern : patterns::suite()) {
        if (pattern.is_for(direction) && pattern.is_in_class(size) && std::regex_search(pattern.name, expression)) chosen.push_back(pattern);
    }
    if (chosen.empty()) {
        throw CommandError(subject, "matches no pattern of size " + size + " and direction " + patterns::to_string(direction) + "; --list shows their names");
    }
    return chosen;
}

std::string item_code(const Format& format) {
    if (format.kind() == Kind::bfloat) return "bfloat16";
    try {
        return print_typestr(format);
    } catch (const Error&) {
        return "|V" + std::to_string(format.itemsize());
    }
}

void print_patterns(std::ostream& out, const std::vector<patterns::Pattern>& chosen, std::int64_t bytes) {
    using Align = TextTable::Align;
    TextTable table({{"pattern"}, {"item"}, {"shape"}, {"useful", Align::right}, {"modelled", Align::right}, {"directions"}, {"why"}});
    for (const patterns::Pattern& pattern : chosen) {
        const std::vector<patterns::Copy> copies = pattern.copies(bytes);
        const patterns::Copy& first = copies.front();
        std::string directions;
        for (const patterns::Direction direction : pattern.directions)
            directions += (directions.empty() ? "" : ",") + std::string(patterns::to_string(direction));
        table.add_row({pattern.name, first.src_format.to_string(),
                       (copies.size() > 1 ? std::to_string(copies.size()) + " x " : "") + to_string(first.dst.shape),
                       bytes_text(patterns::useful_bytes(copies)), bytes_text(patterns::modelled_bytes(copies)), directions, pattern.why});
    }
    table.print(out);
}

std::string patterns_json(const std::vector<patterns::Pattern>& chosen, const std::string& size, std::int64_t bytes) {
    Json list = Json::array();
    for (const patterns::Pattern& pattern : chosen) {
        const std::vector<patterns::Copy> copies = pattern.copies(bytes);
        const patterns::Copy& first = copies.front();
        Json geometry = Json::array();
        for (const patterns::Copy& copy : copies) geometry.push_back(copy_json(copy));
        Json directions = Json::array();
        for (const patterns::Direction direction : pattern.directions) directions.push_back(patterns::to_string(direction));
        list.push_back({{"name", pattern.name},
                        {"family", pattern.family},
                        {"why", pattern.why},
                        {"directions", directions},
                        {"src_item", item_code(first.src_format)},
                        {"dst_item", item_code(first.dst_format)},
                        {"src_itemsize", first.src.itemsize},
                        {"dst_itemsize", first.dst.itemsize},
                        {"change", patterns::to_string(first.change)},
                        {"src_bytes", patterns::src_buffer_bytes(copies)},
                        {"dst_bytes", patterns::dst_buffer_bytes(copies)},
                        {"useful_bytes", patterns::useful_bytes(copies)},
                        {"modelled_bytes", patterns::modelled_bytes(copies)},
                        {"copies", geometry}});
    }
    return Json{{"size", size}, {"scale_bytes", bytes}, {"cache_bytes", last_cache_bytes()}, {"patterns", list}}.dump(1) + '\n';
}

}  // namespace ndlease::tool
