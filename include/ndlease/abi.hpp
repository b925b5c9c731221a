// SPDX-License-Identifier: Apache-2.0
// Sizes and alignments of C's types on a platform: what the native codes of a format string mean there.
#pragma once

#include <cstdint>
#include <string_view>

#include <ndlease/export.hpp>

namespace ndlease {

/// One C type: both in bytes.
struct SizeAlign {
    std::uint8_t size;
    std::uint8_t align;
    friend constexpr bool operator==(SizeAlign, SizeAlign) noexcept = default;
};

/// What a platform's `long double` is.
enum class LongDouble : std::uint8_t { x87, binary64, binary128 };

struct Abi {
    std::string_view name;
    SizeAlign short_, int_, long_, long_long_, size_, pointer_, float_, double_, long_double_, wchar_;
    LongDouble long_double_kind;
    bool little_endian;

    [[nodiscard]] NDLEASE_API static const Abi& lp64() noexcept;        ///< Linux and BSD on x86-64
    [[nodiscard]] NDLEASE_API static const Abi& lp64_arm() noexcept;    ///< Linux on AArch64: long double is binary128
    [[nodiscard]] NDLEASE_API static const Abi& lp64_macos() noexcept;  ///< macOS on AArch64: long double is double
    [[nodiscard]] NDLEASE_API static const Abi& llp64() noexcept;       ///< 64-bit Windows
    [[nodiscard]] NDLEASE_API static const Abi& i386() noexcept;        ///< 32-bit x86 System V: 8-byte types align to 4
    [[nodiscard]] NDLEASE_API static const Abi& host() noexcept;        ///< the platform this library was built for
    /// By name: "lp64", "lp64-arm", "lp64-macos", "llp64", "i386", "host". Throws Error{errc::invalid_argument} that lists them.
    [[nodiscard]] NDLEASE_API static const Abi& named(std::string_view name);
};

}  // namespace ndlease
