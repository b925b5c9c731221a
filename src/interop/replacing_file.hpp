// SPDX-License-Identifier: Apache-2.0
// A file that appears under its name only when it is complete: written beside it, then renamed over it.
#pragma once

#include <cstddef>
#include <filesystem>

namespace ndlease {

class ReplacingFile {
public:
    /// Makes the temporary file in the target's folder. A symbolic link is followed; a target that is no regular file is refused,
    /// since a rename would put a file in its place. Throws Error{errc::io}.
    explicit ReplacingFile(const std::filesystem::path& target);
    /// Without commit() nothing is left behind.
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
    std::filesystem::path temporary_;
    int descriptor_ = -1;
};

}  // namespace ndlease
