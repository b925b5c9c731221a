// SPDX-License-Identifier: Apache-2.0
// The JSON form of the array interfaces' dicts. nlohmann-json is used here alone, while the library is built; who uses the library needs none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <ndlease/dims.hpp>

namespace ndlease::detail {

/// The longest text in bytes, and the deepest nesting, that are read.
inline constexpr std::size_t max_json_bytes = std::size_t{1} << 20;
inline constexpr int max_json_depth = 200;

/// The keys of both dicts.
struct DictEntries {
    Dims shape;
    std::string typestr;
    std::string descr;                   ///< as a Python literal; empty: absent
    std::optional<std::uintptr_t> data;  ///< no value: absent or null
    bool read_only = false;
    std::optional<Dims> strides;
    std::optional<std::int64_t> offset;
    std::optional<std::int64_t> stream;
    std::int64_t version = 0;
};

/// A key that one of the two dicts alone has.
enum class OwnKey { offset, stream };

/// Throws Error as the two from_json say.
[[nodiscard]] DictEntries read_json_dict(std::string_view json, OwnKey own_key, const char* protocol);
/// The own key is written where it has a value; typestr and descr must be UTF-8. Throws Error as the two to_json say.
[[nodiscard]] std::string write_json_dict(const DictEntries& entries, OwnKey own_key, const char* protocol);

}  // namespace ndlease::detail
