// SPDX-License-Identifier: Apache-2.0
#include "interop/replacing_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <string>
#include <system_error>

#include <ndlease/error.hpp>

namespace ndlease {
namespace {

namespace fs = std::filesystem;

/// Also through a link to a file that is still to be made.
fs::path follow_links(const fs::path& target) {
    constexpr int most_links = 40;  // as Linux follows
    std::error_code error;
    fs::path at = target;
    for (int links = 0; fs::is_symlink(fs::symlink_status(at, error)); ++links) {
        const fs::path next = fs::read_symlink(at, error);
        if (links == most_links) error = std::make_error_code(std::errc::too_many_symbolic_link_levels);
        if (error) throw Error(errc::io, target.string() + ": cannot follow the link: " + error.message());
        at = at.parent_path() / next;
    }
    return at;
}

std::string name_of_descriptor(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

/// A file without a name, which a killed process cannot leave behind; -1 where the system has none.
int open_nameless(const fs::path& folder) {
#ifdef O_TMPFILE
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (descriptor >= 0 && ::access(name_of_descriptor(descriptor).c_str(), F_OK) == 0) return descriptor;
    if (descriptor >= 0) ::close(descriptor);
#else
    static_cast<void>(folder);
#endif
    return -1;
}

fs::path name_beside(const fs::path& target) {
    std::random_device random;
    // The name is cut so that the whole stays below 255 bytes.
    return target.parent_path() / ('.' + target.filename().string().substr(0, 200) + '.' + std::to_string(random()) + ".tmp");
}

}  // namespace

ReplacingFile::ReplacingFile(const fs::path& target) : target_(follow_links(target)) {
    if (target.empty()) throw Error(errc::io, "the name of the file to write is empty");
    std::error_code error;
    const fs::file_status status = fs::status(target_, error);
    if (fs::exists(status) && !fs::is_regular_file(status)) throw Error(errc::io, target.string() + ": is no regular file");
    if (fs::exists(status) && ::access(target_.c_str(), W_OK) != 0) fail("cannot be replaced");
    descriptor_ = open_nameless(target_.parent_path());
    for (int attempt = 0; descriptor_ < 0; ++attempt) {
        temporary_ = name_beside(target_);
        descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor_ < 0 && (errno != EEXIST || attempt == 100)) fail("cannot be created");
    }
    if (struct ::stat old{}; fs::exists(status) && ::stat(target_.c_str(), &old) == 0) ::fchmod(descriptor_, old.st_mode & 0777U);
}

ReplacingFile::~ReplacingFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void ReplacingFile::write(const void* data, std::size_t bytes) {
    const auto* at = static_cast<const std::byte*>(data);
    while (bytes > 0) {
        const ::ssize_t written = ::write(descriptor_, at, std::min(bytes, std::size_t{1} << 30));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("cannot be written");
        at += written;
        bytes -= static_cast<std::size_t>(written);
    }
}

void ReplacingFile::commit() {
    for (int attempt = 0; temporary_.empty(); ++attempt) {
        const fs::path name = name_beside(target_);
        if (::linkat(AT_FDCWD, name_of_descriptor(descriptor_).c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
            temporary_ = name;
        } else if (errno != EEXIST || attempt == 100) {
            fail("cannot be replaced");
        }
    }
    const int descriptor = descriptor_;
    descriptor_ = -1;
    if (::close(descriptor) != 0) fail("cannot be written");
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail("cannot be replaced");
    temporary_.clear();
}

void ReplacingFile::fail(const char* what) const {
    const int reason = errno;
    throw Error(errc::io, target_.string() + ": " + what + ": " + std::generic_category().message(reason));
}

}  // namespace ndlease
