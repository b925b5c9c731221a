// SPDX-License-Identifier: Apache-2.0
// Names and values of scalars, for messages.
#include <charconv>
#include <cstring>

#include "copy/conversion_scalar.hpp"
#include "cpu/convert_value.hpp"

namespace ndlease::detail {
namespace {

constexpr std::size_t longest_name = 160;

std::string digits_of(cpu::uint128 value) {
    std::string text;
    do {
        text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
        value /= 10;
    } while (value != 0);
    return text;
}

template <class F>
std::string float_text(F value) {
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, value);
    return {text, end.ptr};
}

/// One host value of type T, converted from a part at `item`.
template <cpu::NumberType T>
cpu::Value<T> read_as(const NumberShape& from, const std::byte* item) {
    NumberShape to;
    to.type = T;
    to.part_bytes = cpu::number_bytes(T);
    const ConversionPipeline pipeline = number_pipeline(to, from);
    alignas(16) std::byte buffers[ConversionPipeline::max_kernels][16] = {};
    const std::byte* at = item;
    for (int k = 0; k < pipeline.size; ++k) {
        pipeline.kernels[static_cast<std::size_t>(k)](buffers[k], 16, at, 16, 1);
        at = buffers[k];
    }
    return cpu::load<T>(at);
}

std::string part_text(const NumberShape& from, const std::byte* item) {
    using cpu::NumberType;
    switch (from.type) {
        case NumberType::boolean: return read_as<NumberType::boolean>(from, item) ? "true" : "false";
        case NumberType::binary16:
        case NumberType::bfloat16:
        case NumberType::binary32: return float_text(read_as<NumberType::binary32>(from, item));
        case NumberType::x87:
        case NumberType::binary128:
            if constexpr (cpu::has_x87) return float_text(static_cast<long double>(read_as<NumberType::x87>(from, item)));
            [[fallthrough]];
        case NumberType::binary64:
        case NumberType::binary64_odd: return float_text(read_as<NumberType::binary64>(from, item));
        case NumberType::uint64:
        case NumberType::uint128: return digits_of(read_as<NumberType::uint128>(from, item));
        default: {
            const cpu::int128 value = read_as<NumberType::int128>(from, item);
            return value < 0 ? '-' + digits_of(cpu::uint128{0} - static_cast<cpu::uint128>(value)) : digits_of(static_cast<cpu::uint128>(value));
        }
    }
}

}  // namespace

std::string name_of(const Format& format) {
    const NumberShape shape = number_shape(format);
    std::string name;
    if (format.kind() == Kind::boolean) {
        name = "bool";
    } else if (shape.float8 >= 0) {
        name = to_string(format.kind());
    } else if (format.is_number()) {
        switch (format.kind()) {
            case Kind::integer: name = "int"; break;
            case Kind::unsigned_integer: name = "uint"; break;
            case Kind::floating: name = "float"; break;
            case Kind::bfloat: name = "bfloat"; break;
            case Kind::complex: name = "complex"; break;
            default: name = to_string(format.kind());
        }
        if (name != to_string(format.kind()) || format.kind() == Kind::complex) name += std::to_string(format.bits());
    } else {
        name = format.to_string();
    }
    if (shape.known && shape.swapped) name += format.byte_order() == ByteOrder::big ? " (big-endian)" : " (little-endian)";
    if (name.size() > longest_name) name = name.substr(0, longest_name - 3) + "...";
    return name;
}

std::string value_text(const Format& number, const std::byte* item) {
    const NumberShape shape = number_shape(number);
    if (!shape.complex) return part_text(shape, item);
    const std::string imaginary = part_text(shape, item + shape.part_bytes);
    return '(' + part_text(shape, item) + (imaginary[0] == '-' ? "" : "+") + imaginary + "j)";
}

}  // namespace ndlease::detail
