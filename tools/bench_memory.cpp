// SPDX-License-Identifier: Apache-2.0
#include "bench_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <fstream>
#include <new>
#include <string>

namespace ndlease::tool {
namespace {

constexpr std::int64_t huge_page = 2 << 20;  // bytes

}  // namespace

Pages::~Pages() { release(); }

void Pages::release() noexcept {
    if (data_ != nullptr) munmap(data_, static_cast<std::size_t>(bytes_));
    data_ = nullptr;
    bytes_ = 0;
}

bool Pages::reserve(std::int64_t bytes, int threads) {
    if (bytes <= bytes_) return false;
    release();
    bytes = (bytes + huge_page - 1) / huge_page * huge_page;
    void* const mapped = mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    madvise(mapped, static_cast<std::size_t>(bytes), MADV_HUGEPAGE);  // refused: small pages then
#endif
    data_ = static_cast<std::byte*>(mapped);
    bytes_ = bytes;
    patterns::fill_poison(first(bytes), threads);
    return true;
}

bool has_huge_pages() {
    std::ifstream file("/sys/kernel/mm/transparent_hugepage/enabled");
    std::string text;
    return std::getline(file, text) && text.find("[never]") == std::string::npos;
}

std::span<std::byte> BenchMemory::source(std::int64_t bytes, patterns::Content content) {
    if (source_.reserve(bytes, threads_) || content != content_) filled_ = 0;
    if (filled_ < bytes) patterns::fill_random(source_.first(bytes), content, seed, threads_);
    filled_ = std::max(filled_, bytes);
    content_ = content;
    return source_.first(bytes);
}

std::span<std::byte> BenchMemory::destination(std::int64_t bytes) {
    destination_.reserve(bytes, threads_);
    return destination_.first(bytes);
}

void BenchMemory::sweep(std::int64_t cache_bytes) const {
    constexpr std::int64_t line = 64;  // bytes
    const Pages& longer = source_.bytes() > destination_.bytes() ? source_ : destination_;
    unsigned sum = 0;
    for (std::int64_t at = 0; at < std::min(4 * cache_bytes, longer.bytes()); at += line) sum += std::to_integer<unsigned>(longer.data()[at]);
    [[maybe_unused]] volatile unsigned kept = sum;  // or nothing would be read
}

bool BenchMemory::source_is_unchanged(std::int64_t bytes) {
    if (patterns::is_random(source_.first(bytes), content_, seed, threads_)) return true;
    filled_ = 0;
    return false;
}

}  // namespace ndlease::tool
