// SPDX-License-Identifier: Apache-2.0
// What the functions of ndlease.h have in common: arguments are looked at, a result is handed out at the very end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <ndlease/ndlease.h>
#include <ndlease/copy_plan.hpp>
#include <ndlease/error.hpp>
#include <ndlease/interop/c_abi.hpp>
#include <ndlease/layout.hpp>

#include "interop/c_abi_guard.hpp"
#include "interop/c_abi_owner.hpp"

namespace ndlease::capi {

using c_abi::borrow;
using c_abi::Borrowed;
using c_abi::guarded;

/// Throws Error{errc::invalid_argument} where `pointer` is NULL.
template <class T>
T& need(T* pointer, const char* name) {
    if (pointer == nullptr) throw Error(errc::invalid_argument, std::string(name) + " is NULL");
    return *pointer;
}
inline const char* need_text(const char* text, const char* name) { return &need(text, name); }

/// `count` numbers; NULL will do for none. Throws Error: errc::invalid_argument, errc::out_of_range.
template <class T>
std::span<const T> need_span(const T* numbers, std::int32_t count, const char* name) {
    if (count < 0 || count > max_rank) {
        throw Error(errc::out_of_range, "the number of " + std::string(name) + " is " + std::to_string(count) + "; it is 0 to " + std::to_string(max_rank));
    }
    if (numbers == nullptr && count > 0) throw Error(errc::invalid_argument, std::string(name) + " is NULL with " + std::to_string(count) + " of them");
    return {numbers, static_cast<std::size_t>(count)};
}

/// An enumerator by its number, 0 to `last`. Throws Error{errc::invalid_argument}.
template <class Enum>
Enum need_enum(std::int32_t number, Enum last, const char* name) {
    if (number < 0 || number > static_cast<std::int32_t>(last)) {
        throw Error(errc::invalid_argument,
                    std::string(name) + " " + std::to_string(number) + " is none; the last one is " + std::to_string(static_cast<std::int32_t>(last)));
    }
    return static_cast<Enum>(number);
}
[[nodiscard]] inline Order need_order(std::int32_t order) { return need_enum(order, Order::any, "order"); }

[[nodiscard]] inline bool is_contiguous(const View& view, Order order) {
    if (order == Order::any) return view.is_contiguous(Order::c) || view.is_contiguous(Order::f);
    return view.is_contiguous(order);
}

/// Options that may be absent: zeroes then. Throws Error{errc::invalid_argument} for a struct_size that is too small.
template <class Options>
Options options_or_none(const Options* options, const char* name) {
    if (options == nullptr) return {};
    if (options->struct_size < sizeof(Options)) {
        throw Error(errc::invalid_argument, "the struct_size of " + std::string(name) + " is " + std::to_string(options->struct_size) + "; it is " +
                                                std::to_string(sizeof(Options)) + " or more");
    }
    return *options;
}

/// A stream that must be one: "no order" (-1) is refused.
[[nodiscard]] inline StreamRef need_stream(const ndl_stream* stream) {
    if (const auto found = c_abi::import_stream(stream)) return *found;
    throw Error(errc::invalid_argument, "stream -1 says that no order is wanted; work needs a stream");
}

/// What functions that write text do with it.
inline void write_text(std::string_view text, char* buffer, std::size_t capacity, std::size_t* length) {
    if (length != nullptr) *length = text.size();
    if (buffer == nullptr) return;
    if (text.size() >= capacity) {
        throw Error(errc::out_of_range,
                    "the text has " + std::to_string(text.size()) + " bytes and a NUL; the buffer has room for " + std::to_string(capacity));
    }
    std::memcpy(buffer, text.data(), text.size());
    buffer[text.size()] = '\0';
}

/// *out = what `make` makes: last of all.
template <class T, class Make>
int make_into(T* out, ndl_error* error, Make&& make) noexcept {
    return guarded(error, [&] {
        T& target = need(out, "out");
        target = make();
    });
}

/// *out becomes what `operation` makes of the view, on the same owner.
template <class Operation>
int derive(const ndl_view* view, ndl_view* out, ndl_error* error, Operation&& operation) noexcept {
    return make_into(out, error, [&] {
        const Borrowed borrowed = borrow(need(view, "view"));
        return borrowed.share(operation(borrowed.view));
    });
}

}  // namespace ndlease::capi
