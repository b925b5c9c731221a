// SPDX-License-Identifier: Apache-2.0
#include "interop/c_abi_guard.hpp"

#include <cstring>
#include <string>

namespace ndlease::c_abi {
namespace {

/// The statuses are errc's numbers, for good.
constexpr bool is(int status, errc code) { return status == static_cast<int>(code); }
static_assert(is(NDL_OK, errc::ok) && is(NDL_INVALID_ARGUMENT, errc::invalid_argument) && is(NDL_OUT_OF_RANGE, errc::out_of_range));
static_assert(is(NDL_OVERFLOW, errc::overflow) && is(NDL_BAD_FORMAT, errc::bad_format) && is(NDL_BAD_LAYOUT, errc::bad_layout));
static_assert(is(NDL_OUT_OF_BOUNDS, errc::out_of_bounds) && is(NDL_READ_ONLY, errc::read_only) && is(NDL_NOT_EXPRESSIBLE, errc::not_expressible));
static_assert(is(NDL_LOSSY, errc::lossy) && is(NDL_OVERLAP, errc::overlap) && is(NDL_RELEASED, errc::released) && is(NDL_BUSY, errc::busy));
static_assert(is(NDL_OUT_OF_MEMORY, errc::out_of_memory) && is(NDL_IO, errc::io) && is(NDL_BAD_FILE, errc::bad_file));
static_assert(is(NDL_DEVICE, errc::device) && is(NDL_NOT_SUPPORTED, errc::not_supported));

constexpr bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

int report(ndl_error* error, int status, std::string_view message, std::int64_t index) noexcept {
    if (error == nullptr) return status;
    std::size_t length = message.size();
    if (length >= sizeof error->message) {
        length = sizeof error->message - 1;
        while (length > 0 && continues_character(message[length])) --length;
    }
    error->code = status;
    error->reserved = 0;
    error->index = index;
    if (length != 0) std::memcpy(error->message, message.data(), length);
    error->message[length] = '\0';
    return status;
}

void throw_unless_ok(int status, const ndl_error& error, const char* what) {
    if (status == NDL_OK) return;
    const void* const end = std::memchr(error.message, '\0', sizeof error.message);
    const std::size_t length = end == nullptr ? sizeof error.message : static_cast<std::size_t>(static_cast<const char*>(end) - error.message);
    const bool known = status > NDL_OK && status <= NDL_NOT_SUPPORTED;
    const bool has_message = error.code == status && length != 0;
    throw Error(known ? static_cast<errc>(status) : errc::device,
                std::string(what) + " is refused by the view's owner" + (known ? "" : " (status " + std::to_string(status) + ")") +
                    (has_message ? ": " + std::string(error.message, length) : ""),
                has_message ? error.index : -1);
}

}  // namespace ndlease::c_abi
