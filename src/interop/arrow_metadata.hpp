// SPDX-License-Identifier: Apache-2.0
// The keys and values of an Arrow schema: read from the bytes of somebody else, and written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ndlease::arrow {

inline constexpr std::string_view extension_name_key = "ARROW:extension:name";
inline constexpr std::string_view extension_metadata_key = "ARROW:extension:metadata";
/// The Format of items that Arrow sees as fixed-size binary, as PEP 3118 writes it.
inline constexpr std::string_view format_key = "ndlease:format";

inline constexpr std::string_view tensor_extension = "arrow.fixed_shape_tensor";
inline constexpr std::string_view bool8_extension = "arrow.bool8";

/// The values of the three keys above; they point into the metadata. Of a repeated key the first counts.
struct KnownMetadata {
    std::optional<std::string_view> extension_name;
    std::optional<std::string_view> extension_metadata;
    std::optional<std::string_view> format;
};

/// The bytes have no length of their own but what they say: counts below 0, and a sum of more than 64 MiB, are refused. NULL has no keys.
/// Throws Error{errc::bad_format}; index() is the byte.
[[nodiscard]] KnownMetadata read_metadata(const char* metadata);

using KeyValues = std::vector<std::pair<std::string, std::string>>;
/// Empty when there are none. Throws Error{errc::not_expressible} where a length does not fit in 32 bits.
[[nodiscard]] std::string write_metadata(const KeyValues& pairs);

}  // namespace ndlease::arrow
