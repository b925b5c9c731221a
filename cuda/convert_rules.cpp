// SPDX-License-Identifier: Apache-2.0
#include "convert_rules.hpp"

namespace ndlease::gpu {
namespace {

using backend::DeviceNumber;

struct Number {
    enum class Class : std::uint8_t { boolean, is_signed, is_unsigned, binary16, bfloat16, binary32, binary64 };
    Class what;
    std::uint8_t bytes;
};
using Class = Number::Class;

Number number_of(DeviceNumber number) noexcept {
    switch (number) {
        case DeviceNumber::boolean: return {Class::boolean, 1};
        case DeviceNumber::int8: return {Class::is_signed, 1};
        case DeviceNumber::uint8: return {Class::is_unsigned, 1};
        case DeviceNumber::int16: return {Class::is_signed, 2};
        case DeviceNumber::uint16: return {Class::is_unsigned, 2};
        case DeviceNumber::int32: return {Class::is_signed, 4};
        case DeviceNumber::uint32: return {Class::is_unsigned, 4};
        case DeviceNumber::int64: return {Class::is_signed, 8};
        case DeviceNumber::uint64: return {Class::is_unsigned, 8};
        case DeviceNumber::binary16: return {Class::binary16, 2};
        case DeviceNumber::bfloat16: return {Class::bfloat16, 2};
        case DeviceNumber::binary32: return {Class::binary32, 4};
        case DeviceNumber::binary64: return {Class::binary64, 8};
    }
    return {};
}

/// As the number is in a register, of 4 bytes or of 8.
Decode decode_of(const Number& from, int register_bytes) noexcept {
    switch (from.what) {
        case Class::boolean: return Decode::truth;
        case Class::is_signed:
            if (from.bytes == register_bytes) return Decode::none;
            return from.bytes == 1 ? Decode::sign8 : from.bytes == 2 ? Decode::sign16 : Decode::sign32;
        case Class::binary16: return Decode::binary16;
        case Class::bfloat16: return Decode::bfloat16;
        default: return Decode::none;
    }
}

enum class Held : std::uint8_t { is_signed, is_unsigned, binary32, binary64 };

Held held_as(const Number& from) noexcept {
    switch (from.what) {
        case Class::is_signed: return Held::is_signed;
        case Class::boolean:
        case Class::is_unsigned: return Held::is_unsigned;
        case Class::binary64: return Held::binary64;
        default: return Held::binary32;
    }
}

Change by_held(Held held, Change is_signed, Change is_unsigned, Change binary32, Change binary64) noexcept {
    switch (held) {
        case Held::is_signed: return is_signed;
        case Held::is_unsigned: return is_unsigned;
        case Held::binary32: return binary32;
        case Held::binary64: return binary64;
    }
    return Change::none;
}

Change change_of(const Number& to, Held held) noexcept {
    switch (to.what) {
        case Class::boolean: return Change::truth;
        case Class::is_signed:
        case Class::is_unsigned: return by_held(held, Change::none, Change::none, Change::binary32_to_integer, Change::binary64_to_integer);
        case Class::binary16:
            return by_held(held, Change::signed_to_binary16, Change::unsigned_to_binary16, Change::binary32_to_binary16, Change::binary64_to_binary16);
        case Class::bfloat16:
            return by_held(held, Change::signed_to_bfloat16, Change::unsigned_to_bfloat16, Change::binary32_to_bfloat16, Change::binary64_to_bfloat16);
        case Class::binary32: return by_held(held, Change::signed_to_binary32, Change::unsigned_to_binary32, Change::none, Change::binary64_to_binary32);
        case Class::binary64: return by_held(held, Change::signed_to_binary64, Change::unsigned_to_binary64, Change::binary32_to_binary64, Change::none);
    }
    return Change::none;
}

double power_of_two(int exponent) noexcept {
    double result = 1;
    for (int i = 0; i < exponent; ++i) result *= 2;
    return result;
}

}  // namespace

ConvertRules convert_rules(const backend::ElementConversion& how) noexcept {
    const Number to = number_of(how.to);
    const Number from = number_of(how.from);
    const Held held = held_as(from);
    ConvertRules rules{};
    rules.dst_bytes = to.bytes;
    rules.src_bytes = from.bytes;
    rules.dst_swapped = how.dst_swapped && to.bytes > 1;
    rules.src_swapped = how.src_swapped && from.bytes > 1;
    rules.decode = decode_of(from, to.bytes == 8 || from.bytes == 8 ? 8 : 4);
    rules.change = change_of(to, held);
    rules.truth_mask = held == Held::binary32 ? 0x7fff'ffffU : held == Held::binary64 ? 0x7fff'ffff'ffff'ffffU : ~std::uint64_t{0};
    rules.to_unsigned = to.what == Class::is_unsigned;
    const int digits = 8 * to.bytes - (rules.to_unsigned ? 0 : 1);
    rules.range_end = power_of_two(digits);
    rules.range_begin = rules.to_unsigned ? 0 : -rules.range_end;
    rules.highest = digits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << digits) - 1;
    rules.lowest = rules.to_unsigned ? 0 : ~rules.highest;
    return rules;
}

}  // namespace ndlease::gpu
