// SPDX-License-Identifier: Apache-2.0
// A file that appears under its name only when it is complete: written without a name, or beside it, then renamed over it.
#pragma once

#include <cstddef>
#include <filesystem>

namespace ndlease {

class ReplacingFile {
public:
    /// Makes the temporary file in the target's folder. A symbolic link is followed. A target that is no regular file or may not be
    /// written is refused, since a rename would put a file in its place. Throws Error{errc::io}.
    explicit ReplacingFile(const std::filesystem::path& target);
    /// Without commit() nothing is left behind, nor by a killed process where the file system has files without a name.
    ~ReplacingFile();
    ReplacingFile(const ReplacingFile&) = delete;
    ReplacingFile& operator=(const ReplacingFile&) = delete;

    /// Throws Error{errc::io} with the path and the system's reason.
    void write(const void* data, std::size_t bytes);
    /// Puts the file in its place, with the permissions of the one that it replaces. Does not wait for the disk.
    void commit();

private:
    [[noreturn]] void fail(const char* what) const;

    std::filesystem::path target_;
    std::filesystem::path temporary_;  ///< empty while the file has no name
    int descriptor_ = -1;
};

}  // namespace ndlease
