// SPDX-License-Identifier: Apache-2.0
#include "address_window.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define SIMULATED_CUDA_ASAN 1
#include <sanitizer/asan_interface.h>
#endif

namespace simulated_cuda {
namespace {
constexpr std::size_t kStep = std::size_t{4} << 20, kKept = std::size_t{64} << 20;

std::uintptr_t map(int file, int protection) {
    void* const at = mmap(nullptr, AddressWindow::kReserved, protection, MAP_SHARED | MAP_NORESERVE, file, 0);
    if (at == MAP_FAILED) {
        std::perror("simulated CUDA: mmap");
        std::abort();
    }
    return reinterpret_cast<std::uintptr_t>(at);
}
}  // namespace

AddressWindow::AddressWindow(bool guarded) : guarded_(guarded), file_(memfd_create("simulated_cuda", MFD_CLOEXEC)) {
    if (file_ < 0) {
        std::perror("simulated CUDA: memfd_create");
        std::abort();
    }
    begin_ = map(file_, guarded ? PROT_NONE : PROT_READ | PROT_WRITE);
    alias_ = map(file_, PROT_READ | PROT_WRITE);
}

bool AddressWindow::grow(std::uintptr_t end) {
    const std::size_t needed = end - begin_;
    if (needed <= grown_) {
        return true;
    }
    const std::size_t size = std::min(kReserved, (needed + kStep - 1) / kStep * kStep);
    if (needed > kReserved || ftruncate(file_, static_cast<off_t>(size)) != 0) {
        return false;
    }
    poison(begin_ + grown_, size - grown_);
    grown_ = size;
    return true;
}

void AddressWindow::open() {
    if (guarded_ && grown_ != 0 && mprotect(reinterpret_cast<void*>(begin_), grown_, PROT_READ | PROT_WRITE) != 0) {
        std::perror("simulated CUDA: mprotect");
        std::abort();
    }
}

void AddressWindow::close() {
    if (guarded_ && grown_ != 0 && mprotect(reinterpret_cast<void*>(begin_), grown_, PROT_NONE) != 0) {
        std::perror("simulated CUDA: mprotect");
        std::abort();
    }
}

void AddressWindow::unpoison([[maybe_unused]] std::uintptr_t address, [[maybe_unused]] std::size_t bytes) {
#ifdef SIMULATED_CUDA_ASAN
    ASAN_UNPOISON_MEMORY_REGION(reinterpret_cast<void*>(address), bytes);
#endif
}

void AddressWindow::poison([[maybe_unused]] std::uintptr_t address, [[maybe_unused]] std::size_t bytes) {
#ifdef SIMULATED_CUDA_ASAN
    ASAN_POISON_MEMORY_REGION(reinterpret_cast<void*>(address), bytes);
#endif
}

void AddressWindow::trim() {
    if (grown_ > kKept && ftruncate(file_, static_cast<off_t>(kKept)) == 0) {
        grown_ = kKept;
    }
}

}  // namespace simulated_cuda
