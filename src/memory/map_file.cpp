// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease {
namespace {

[[noreturn]] void throw_refused(const std::filesystem::path& path, const std::string& reason) { throw Error(errc::io, path.string() + ": " + reason); }

[[noreturn]] void throw_errno(const std::filesystem::path& path, const char* doing, int error) {
    throw_refused(path, std::string(doing) + ": " + std::generic_category().message(error));
}

class FileDescriptor {
public:
    explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const noexcept { return fd_; }

private:
    int fd_;
};

/// Unmaps when released, or when it is dropped before it was lent.
class Mapping {
public:
    Mapping(void* data, std::size_t bytes) noexcept : data_(data), bytes_(bytes) {}
    Mapping(Mapping&& other) noexcept : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_) {}
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    Mapping& operator=(Mapping&&) = delete;
    ~Mapping() {
        if (data_ != nullptr) ::munmap(data_, bytes_);
    }
    void operator()(const ReleaseInfo&) noexcept { ::munmap(std::exchange(data_, nullptr), bytes_); }

private:
    void* data_;
    std::size_t bytes_;
};

}  // namespace

View map_file(const std::filesystem::path& path) {
    // O_NONBLOCK: opening a FIFO must not wait for a writer; it is refused below.
    int opened = -1;
    do {
        opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    } while (opened < 0 && errno == EINTR);
    const FileDescriptor file(opened);
    if (file.get() < 0) throw_errno(path, "cannot be opened", errno);
    struct stat status = {};
    if (::fstat(file.get(), &status) != 0) throw_errno(path, "cannot be examined", errno);
    if (S_ISDIR(status.st_mode)) throw_errno(path, "cannot be mapped", EISDIR);
    if (!S_ISREG(status.st_mode)) throw_refused(path, "cannot be mapped: it is no regular file");

    const std::int64_t bytes = status.st_size;
    if (bytes == 0) return View().read_only();
    if (static_cast<std::uint64_t>(bytes) > std::numeric_limits<std::size_t>::max()) throw_errno(path, "cannot be mapped", EFBIG);
    void* const data = ::mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (data == MAP_FAILED) {
        const int error = errno;
        throw_errno(path, ("cannot be mapped (" + std::to_string(bytes) + " bytes)").c_str(), error);
    }
    Mapping mapping(data, static_cast<std::size_t>(bytes));
    LendOptions options;
    options.allocation = {data, bytes};
    options.release = std::move(mapping);
    return View::lend(static_cast<const void*>(data), Device::cpu(), Format(), Layout({bytes}, {1}), std::move(options));
}

}  // namespace ndlease
