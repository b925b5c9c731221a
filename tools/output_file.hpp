// SPDX-License-Identifier: Apache-2.0
// Result files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace ndlease::tool {

/// Where writing to `path` ends up: symbolic links are followed.
/// Throws CommandError when the path is empty, a directory, a device or a file that may not be written, or lies in no directory that files can be made in.
[[nodiscard]] std::filesystem::path checked_output(const std::filesystem::path& path);

/// Writes a temporary file beside `path` and renames it. Throws CommandError; then what was there before is still there.
void write_whole_file(const std::filesystem::path& path, std::string_view content);

}  // namespace ndlease::tool
