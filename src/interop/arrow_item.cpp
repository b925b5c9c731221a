// SPDX-License-Identifier: Apache-2.0
#include "interop/arrow_item.hpp"

#include <charconv>
#include <optional>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>
#include <ndlease/format_text.hpp>

#include "format/refusal.hpp"

namespace ndlease::arrow {
namespace {

/// "d:19,10" and "d:19,10,256": the width in bits.
std::optional<int> decimal_bits(std::string_view format) {
    if (!format.starts_with("d:")) return std::nullopt;
    int numbers[3] = {0, 0, 128};
    const char* at = format.data() + 2;
    const char* const end = format.data() + format.size();
    for (int i = 0; i < 3; ++i) {
        const auto [next, error] = std::from_chars(at, end, numbers[i]);
        if (error != std::errc()) return std::nullopt;
        if (next == end) {
            if (i == 0) return std::nullopt;
            break;
        }
        if (i == 2 || *next != ',') return std::nullopt;
        at = next + 1;
    }
    const int bits = numbers[2];
    return bits == 32 || bits == 64 || bits == 128 || bits == 256 ? std::optional<int>(bits) : std::nullopt;
}

/// What lies in memory where the type itself has no Format.
std::optional<Format> storage_of(std::string_view format) {
    struct Storage {
        std::string_view format;
        int integer_bits;  // 0: opaque
        int bytes;
    };
    static constexpr Storage storages[] = {{"tdD", 32, 4}, {"tdm", 64, 8}, {"tts", 32, 4}, {"ttm", 32, 4}, {"ttu", 64, 8},
                                           {"ttn", 64, 8}, {"tiM", 32, 4}, {"tiD", 0, 8},  {"tin", 0, 16}};
    for (const Storage& storage : storages) {
        if (format != storage.format) continue;
        return storage.integer_bits == 0 ? Format::opaque(storage.bytes) : Format::number(Kind::integer, storage.integer_bits);
    }
    const bool zoned = format.size() > 4 && format.starts_with("ts") && format[3] == ':' && std::string_view("smun").find(format[2]) != std::string_view::npos;
    if (zoned) return Format::number(Kind::integer, 64);
    if (const std::optional<int> bits = decimal_bits(format)) return Format::opaque(*bits / 8);
    return std::nullopt;
}

/// The Format that an exporter put beside opaque bytes.
Format read_format_key(std::string_view text, std::int64_t itemsize) {
    Format format;
    try {
        format = parse_format(text, {.itemsize = itemsize});
    } catch (const Error& error) {
        throw Error(error.code(), "Arrow metadata '" + std::string(format_key) + "': " + error.what(), error.index());
    }
    if (format.itemsize() != itemsize || format.has_addresses()) {
        throw Error(errc::bad_format, "Arrow metadata '" + std::string(format_key) + "': " + format.to_string() + " is no item of " + std::to_string(itemsize) +
                                          " bytes without addresses");
    }
    return format;
}

}  // namespace

Format read_item(std::string_view format, const KnownMetadata& metadata, bool as_storage) {
    if (metadata.extension_name == tensor_extension) {
        throw Error(errc::bad_format, "Arrow format '" + std::string(format) + "': an arrow.fixed_shape_tensor is stored as a fixed-size list");
    }
    if (as_storage) {
        if (const std::optional<Format> storage = storage_of(format)) return *storage;
    }
    Format item = parse_arrow_format(format);
    if (metadata.extension_name == bool8_extension) {
        if (format != "c") throw Error(errc::bad_format, "Arrow format '" + std::string(format) + "': an arrow.bool8 is stored as int8, 'c'");
        return Format::number(Kind::boolean, 8);
    }
    if (metadata.format && item.kind() == Kind::opaque) return read_format_key(*metadata.format, item.itemsize());
    return item;
}

namespace {

ItemType as_opaque(const Format& item) {
    constexpr const char* target = "Arrow";
    if (item.has_addresses()) ndlease::detail::refuse(item, target, "addresses mean nothing elsewhere");
    if (item.itemsize() > 0x7fffffff) ndlease::detail::refuse(item, target, "its width is above 2147483647 bytes");
    const std::string text = print_format(item);
    bool reads_back = false;
    try {
        reads_back = parse_format(text, {.itemsize = item.itemsize()}) == item;
    } catch (const Error&) {
    }
    if (!reads_back) ndlease::detail::refuse(item, target, "its PEP 3118 string '" + text + "' does not say it all");
    return {"w:" + std::to_string(item.itemsize()), {{std::string(format_key), text}}};
}

}  // namespace

ItemType write_item(const Format& item, bool opaque_items) {
    constexpr const char* target = "Arrow";
    switch (item.kind()) {
        case Kind::boolean: return {"c", {{std::string(extension_name_key), std::string(bool8_extension)}, {std::string(extension_metadata_key), ""}}};
        case Kind::bytes:
        case Kind::character: return as_opaque(item);
        case Kind::subarray: ndlease::detail::refuse(item, target, "expand_subarray() makes axes of its dimensions");
        case Kind::bit_field: ndlease::detail::refuse(item, target, "its booleans lie bit by bit without gaps; these items are whole bytes");
        default: break;
    }
    if (!opaque_items) return {print_arrow_format(item), {}};
    try {
        return {print_arrow_format(item), {}};
    } catch (const Error& error) {
        if (error.code() != errc::not_expressible) throw;
        return as_opaque(item);
    }
}

}  // namespace ndlease::arrow
