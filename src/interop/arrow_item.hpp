// SPDX-License-Identifier: Apache-2.0
// The item of a primitive Arrow array as a Format, and back.
#pragma once

#include <string>

#include <ndlease/format.hpp>

#include "interop/arrow_metadata.hpp"

namespace ndlease::arrow {

/// `format` is no nested type; `b` gives one bit. Throws as import_array does.
[[nodiscard]] Format read_item(std::string_view format, const KnownMetadata& metadata, bool as_storage);

struct ItemType {
    std::string format;
    KeyValues metadata;  ///< what the format string leaves out
};
/// Throws as export_schema does.
[[nodiscard]] ItemType write_item(const Format& item, bool opaque_items);

}  // namespace ndlease::arrow
