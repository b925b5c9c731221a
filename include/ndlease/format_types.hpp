// SPDX-License-Identifier: Apache-2.0
// Format::of<T>(): the Format of a C++ type, and the description of a struct's members that it needs.
//
//     struct Point { float x, y; std::int32_t tag[2]; };
//     template <>
//     struct ndlease::members<Point> {
//         static constexpr auto list = ndlease::describe(ndlease::member("x", &Point::x), ndlease::member("y", &Point::y), ndlease::member("tag",
//         &Point::tag));
//     };
//     ndlease::Format::of<Point>();   // a record of sizeof(Point) bytes with the compiler's own offsets
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include <ndlease/export.hpp>
#include <ndlease/float16.hpp>
#include <ndlease/format.hpp>

namespace ndlease {

/// One data member of a class: its name in the record, and where it is.
template <class Class, class Value>
struct Member {
    std::string_view name;
    Value Class::*pointer;
};

/// `name` must outlive the program: a string literal.
template <class Class, class Value>
requires std::is_object_v<Value>
[[nodiscard]] constexpr Member<Class, Value> member(std::string_view name, Value Class::*pointer) noexcept { return {name, pointer}; }

template <class... Members>
[[nodiscard]] constexpr std::tuple<Members...> describe(Members... list) noexcept {
    return {list...};
}

/// Specialise it for your struct with `static constexpr auto list = describe(member("name", &T::name), ...)`. Members that are left out
/// become gaps; those of a base class may be listed; those of a union overlap. T must be trivially copyable.
template <class T>
struct members;

/// Whether members<T> is specialised.
template <class T>
concept Described = requires {
    members<std::remove_cv_t<T>>::list;
};

namespace detail {

template <class T>
inline constexpr bool no_format_for = false;

template <class T>
struct StdArray : std::false_type {};
template <class T, std::size_t N>
struct StdArray<std::array<T, N>> : std::true_type {
    using Element = T;
    static constexpr std::size_t extent = N;
};

template <class T>
struct StdComplex : std::false_type {};
template <class T>
struct StdComplex<std::complex<T>> : std::is_floating_point<T> {
    using Part = T;
};

template <class T>
inline constexpr bool is_int128 = false;
#ifdef __SIZEOF_INT128__
__extension__ using Int128 = __int128;
__extension__ using UnsignedInt128 = unsigned __int128;
template <>
inline constexpr bool is_int128<Int128> = true;
template <>
inline constexpr bool is_int128<UnsignedInt128> = true;
#endif

/// The kind of text of which T is one unit; opaque for std::byte; record when T is none of these.
template <class T>
[[nodiscard]] constexpr Kind text_kind() noexcept {
    if constexpr (std::is_same_v<T, char> || std::is_same_v<T, char8_t>) return Kind::bytes;
    if constexpr (std::is_same_v<T, char16_t> || (std::is_same_v<T, wchar_t> && sizeof(wchar_t) == 2)) return Kind::ucs2;
    if constexpr (std::is_same_v<T, char32_t> || (std::is_same_v<T, wchar_t> && sizeof(wchar_t) == 4)) return Kind::ucs4;
    if constexpr (std::is_same_v<T, std::byte>) return Kind::opaque;
    return Kind::record;
}

template <class T>
[[nodiscard]] Format floating_format(bool pair) {
    constexpr int digits = std::numeric_limits<T>::digits;
    static_assert(digits == 24 || digits == 53 || digits == 64 || digits == 113, "ndlease: this floating-point type is no IEEE 754 type and not x87");
    const int parts = pair ? 2 : 1;
    if constexpr (digits == 64) {
        return Format::number(pair ? Kind::complex_x87 : Kind::x87, 80 * parts);
    } else {
        return Format::number(pair ? Kind::complex : Kind::floating, (digits == 24 ? 32 : digits == 53 ? 64 : 128) * parts);
    }
}

/// Bytes from the start of a T to the member.
template <class T, class Class, class Value>
[[nodiscard]] std::int64_t offset_of_member(Value Class::*pointer) noexcept {
    // An array of bytes implicitly holds a T (trivially copyable), so that naming its member is defined though nothing is ever read.
    alignas(T) static std::byte storage[sizeof(T)];
    const T* const object = reinterpret_cast<const T*>(storage);
    const auto& at_member = reinterpret_cast<const volatile char&>(object->*pointer);
    return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(&at_member) - reinterpret_cast<std::uintptr_t>(storage));
}

/// The same format, promising no more than addresses at multiples of `limit` bytes, inside too.
[[nodiscard]] NDLEASE_API Format limit_alignment(const Format& format, std::int64_t limit);

/// What lies `offset` bytes into a class of this alignment; a packed class holds members at less than their own alignment.
[[nodiscard]] inline FieldSpec field_at(std::string_view name, const Format& format, std::int64_t offset, std::int64_t class_alignment) {
    const std::int64_t of_offset = offset & -offset;
    const std::int64_t limit = of_offset != 0 && of_offset < class_alignment ? of_offset : class_alignment;
    return {std::string(name), limit_alignment(format, limit), offset};
}

// `Outer` are the classes around T, innermost first: a pointer back to one of them is a pointer without a target, so that linked nodes end.
template <class T, class... Outer>
[[nodiscard]] Format format_of();

template <class Element, class... Outer>
[[nodiscard]] Format array_format(std::size_t extent) {
    constexpr Kind text = text_kind<std::remove_cv_t<Element>>();
    if constexpr (text != Kind::record) {
        return Format::text(text, static_cast<std::int64_t>(extent));
    } else {
        const Format element = format_of<Element, Outer...>();
        std::vector<std::int64_t> shape{static_cast<std::int64_t>(extent)};
        shape.insert(shape.end(), element.shape().begin(), element.shape().end());
        return Format::subarray(element.element(), shape);
    }
}

template <class T, class... Outer>
[[nodiscard]] Format record_format() {
    static_assert(std::is_trivially_copyable_v<T>, "ndlease: only trivially copyable types can be shared as bytes");
    return std::apply(
        []<class... Class, class... Value>(const ndlease::Member<Class, Value>&... member) {
            constexpr auto alignment = static_cast<std::int64_t>(alignof(T));
            const std::vector<FieldSpec> fields{field_at(member.name, format_of<Value, T, Outer...>(), offset_of_member<T>(member.pointer), alignment)...};
            return Format::record(fields, static_cast<std::int64_t>(sizeof(T)), alignment);
        },
        members<T>::list);
}

template <class Target, class... Outer>
[[nodiscard]] Format pointer_format() {
    using T = std::remove_cv_t<Target>;
    if constexpr (std::is_function_v<T>) {
        return Format::function();
    } else if constexpr (!(std::is_same_v<T, Outer> || ...) && (Described<T> || std::is_arithmetic_v<T> || std::is_pointer_v<T>)) {
        return Format::pointer(format_of<T, Outer...>());
    } else {
        return Format::pointer();
    }
}

template <class Qualified, class... Outer>
Format format_of() {
    using T = std::remove_cv_t<Qualified>;
    if constexpr (std::is_same_v<T, bool>) {
        return Format::number(Kind::boolean, 8);
    } else if constexpr (text_kind<T>() == Kind::bytes) {
        return Format::text(Kind::character, 1);
    } else if constexpr (text_kind<T>() != Kind::record) {
        return Format::text(text_kind<T>(), 1);
    } else if constexpr (std::is_integral_v<T> || is_int128<T>) {
        return Format::number(static_cast<T>(-1) < static_cast<T>(0) ? Kind::integer : Kind::unsigned_integer, static_cast<int>(8 * sizeof(T)));
    } else if constexpr (std::is_floating_point_v<T>) {
        return floating_format<T>(false);
    } else if constexpr (std::is_same_v<T, float16>) {
        return Format::number(Kind::floating, 16);
    } else if constexpr (std::is_same_v<T, bfloat16>) {
        return Format::number(Kind::bfloat, 16);
    } else if constexpr (StdComplex<T>::value) {
        return floating_format<typename StdComplex<T>::Part>(true);
    } else if constexpr (std::is_enum_v<T>) {
        return format_of<std::underlying_type_t<T>, Outer...>();
    } else if constexpr (std::is_pointer_v<T>) {
        return pointer_format<std::remove_pointer_t<T>, Outer...>();
    } else if constexpr (std::is_array_v<T>) {
        static_assert(std::is_bounded_array_v<T>, "ndlease: an array of unknown bound has no Format");
        return array_format<std::remove_extent_t<T>, Outer...>(std::extent_v<T>);
    } else if constexpr (StdArray<T>::value) {
        static_assert(sizeof(T) == sizeof(typename StdArray<T>::Element) * StdArray<T>::extent, "ndlease: an empty std::array has no Format");
        return array_format<typename StdArray<T>::Element, Outer...>(StdArray<T>::extent);
    } else if constexpr (Described<T>) {
        return record_format<T, Outer...>();
    } else {
        static_assert(no_format_for<T>,
                      "ndlease: this type has no Format. Describe its members with: template <> struct ndlease::members<T> { static constexpr auto list = "
                      "ndlease::describe(ndlease::member(\"x\", &T::x)); };");
    }
}

template <class T>
[[nodiscard]] const Format& format_kept() {
    static const Format* const format = new Format(format_of<T>());  // kept for good: static destructors may ask for it
    return *format;
}

}  // namespace detail

/// Numbers, text units, float16, bfloat16, complex, enumerations (as their underlying type), pointers (to what has a Format of its own:
/// with target), arrays of known bound and std::array (char arrays are fixed-length text), and described classes. const and
/// volatile do not matter. Made once per type; after that as cheap as copying a Format. Any thread.
template <class T>
Format Format::of() {
    return detail::format_kept<std::remove_cv_t<T>>();
}

}  // namespace ndlease
