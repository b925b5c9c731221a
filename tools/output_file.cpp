// SPDX-License-Identifier: Apache-2.0
#include "output_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "command.hpp"

namespace ndlease::tool {
namespace {

[[noreturn]] void throw_system(const std::filesystem::path& path, const std::string& doing) {
    throw CommandError(path.string(), doing + ": " + std::generic_category().message(errno));
}

/// A new, empty, uniquely named file in the directory of `target`, removed again unless it is renamed.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::filesystem::path& target) : name_(template_beside(target)), file_(mkstemp(name_.data())) {
        if (file_ < 0) throw_system(target, "cannot make a file there");
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        if (file_ >= 0) close(file_);
        if (!name_.empty()) unlink(name_.c_str());
    }

    void write_all(std::string_view content, const std::filesystem::path& target) const {
        while (!content.empty()) {
            const ssize_t written = write(file_, content.data(), content.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) throw_system(target, "cannot write");
            content.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    void rename_to(const std::filesystem::path& target) {
        const mode_t mask = umask(0);
        umask(mask);
        const int file = file_;
        file_ = -1;
        const bool ok = fchmod(file, 0666 & ~mask) == 0;
        if (close(file) != 0 || !ok || rename(name_.c_str(), target.c_str()) != 0) throw_system(target, "cannot write");
        name_.clear();
    }

private:
    /// The name is cut so that the whole stays below 255 bytes.
    static std::string template_beside(const std::filesystem::path& target) {
        return target.parent_path() / ('.' + target.filename().string().substr(0, 200) + ".XXXXXX");
    }

    std::string name_;
    int file_;
};

}  // namespace

std::filesystem::path checked_output(const std::filesystem::path& path) {
    namespace fs = std::filesystem;
    if (path.empty()) throw CommandError("output file", "its name is empty");
    return about(path.string(), [&] {
        fs::path target = path;
        const fs::file_status status = fs::status(target);  // throws for a circle of links
        while (fs::is_symlink(fs::symlink_status(target))) target = target.parent_path() / fs::read_symlink(target);
        if (fs::is_directory(status)) throw CommandError(path.string(), "is a directory");
        if (fs::exists(status) && !fs::is_regular_file(status)) throw CommandError(path.string(), "is not a regular file");
        if (fs::exists(status) && access(target.c_str(), W_OK) != 0) throw_system(path, "cannot be replaced");
        const TemporaryFile probe(target);
        return target;
    });
}

void write_whole_file(const std::filesystem::path& path, std::string_view content) {
    TemporaryFile file(path);
    file.write_all(content, path);
    file.rename_to(path);
}

}  // namespace ndlease::tool
