// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace simulated_cuda {

/// A reserved range of addresses for one kind of memory, backed by an anonymous file that grows as needed and is mapped twice: at the addresses
/// given out, which the host may be kept from touching, and at an alias, through which the runtime always reaches it.
class AddressWindow {
public:
    static constexpr std::size_t kAlignment = 256, kGap = 256, kReserved = std::size_t{2} << 30;

    /// Reserves; `guarded`: the host may not touch it while closed. Ends the process when the system has no such memory.
    explicit AddressWindow(bool guarded);
    AddressWindow(const AddressWindow&) = delete;
    AddressWindow& operator=(const AddressWindow&) = delete;

    [[nodiscard]] std::uintptr_t begin() const { return begin_; }
    [[nodiscard]] bool contains(std::uintptr_t address) const { return address - begin_ < kReserved; }
    /// Where the runtime may read and write what lies at `address`.
    [[nodiscard]] std::byte* alias(std::uintptr_t address) const { return reinterpret_cast<std::byte*>(alias_ + (address - begin_)); }
    /// Backs the window up to `end` (an address in it). False: no memory.
    bool grow(std::uintptr_t end);
    /// Lets device work dereference the addresses, and stops it again. No effect on windows that are not guarded.
    void open();
    void close();
    /// Tells the address sanitizer what may be touched.
    static void unpoison(std::uintptr_t address, std::size_t bytes);
    static void poison(std::uintptr_t address, std::size_t bytes);
    /// Gives memory above 64 MiB back to the system.
    void trim();

private:
    bool guarded_;
    int file_ = -1;
    std::uintptr_t begin_ = 0, alias_ = 0;
    std::size_t grown_ = 0;
};

}  // namespace simulated_cuda
