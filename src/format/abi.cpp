// SPDX-License-Identifier: Apache-2.0
#include <ndlease/abi.hpp>

#include <string>

#include <ndlease/error.hpp>

#include "format/host_abi.hpp"

namespace ndlease {
namespace {

constexpr Abi lp64_abi{
    .name = "lp64",
    .short_ = {2, 2},
    .int_ = {4, 4},
    .long_ = {8, 8},
    .long_long_ = {8, 8},
    .size_ = {8, 8},
    .pointer_ = {8, 8},
    .float_ = {4, 4},
    .double_ = {8, 8},
    .long_double_ = {16, 16},
    .wchar_ = {4, 4},
    .long_double_kind = LongDouble::x87,
    .little_endian = true,
};

constexpr Abi make_lp64_arm() {
    Abi abi = lp64_abi;
    abi.name = "lp64-arm";
    abi.long_double_kind = LongDouble::binary128;
    return abi;
}

constexpr Abi make_lp64_macos() {
    Abi abi = lp64_abi;
    abi.name = "lp64-macos";
    abi.long_double_ = {8, 8};
    abi.long_double_kind = LongDouble::binary64;
    return abi;
}

constexpr Abi make_llp64() {
    Abi abi = make_lp64_macos();
    abi.name = "llp64";
    abi.long_ = {4, 4};
    abi.wchar_ = {2, 2};
    return abi;
}

constexpr Abi make_i386() {
    Abi abi = lp64_abi;
    abi.name = "i386";
    abi.long_ = abi.size_ = abi.pointer_ = {4, 4};
    abi.long_long_ = abi.double_ = {8, 4};
    abi.long_double_ = {12, 4};
    return abi;
}

constexpr Abi lp64_arm_abi = make_lp64_arm();
constexpr Abi lp64_macos_abi = make_lp64_macos();
constexpr Abi llp64_abi = make_llp64();
constexpr Abi i386_abi = make_i386();

constexpr const Abi* all_abis[] = {&lp64_abi, &lp64_arm_abi, &lp64_macos_abi, &llp64_abi, &i386_abi, &detail::host_abi};

}  // namespace

const Abi& Abi::lp64() noexcept { return lp64_abi; }
const Abi& Abi::lp64_arm() noexcept { return lp64_arm_abi; }
const Abi& Abi::lp64_macos() noexcept { return lp64_macos_abi; }
const Abi& Abi::llp64() noexcept { return llp64_abi; }
const Abi& Abi::i386() noexcept { return i386_abi; }
const Abi& Abi::host() noexcept { return detail::host_abi; }

const Abi& Abi::named(std::string_view name) {
    std::string known;
    for (const Abi* abi : all_abis) {
        if (abi->name == name) return *abi;
        if (!known.empty()) known += ", ";
        known += abi->name;
    }
    throw Error(errc::invalid_argument, "unknown ABI '" + std::string(name) + "'; known are " + known);
}

}  // namespace ndlease
