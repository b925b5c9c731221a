// SPDX-License-Identifier: Apache-2.0
#include "copy/conversion_scalar.hpp"

#include "cpu/convert_bytes.hpp"
#include "cpu/convert_float8.hpp"

namespace ndlease::detail {
namespace {

using cpu::NumberType;

bool find_integer(std::int64_t bits, bool is_signed, NumberType* type) noexcept {
    switch (bits) {
        case 8: *type = is_signed ? NumberType::int8 : NumberType::uint8; return true;
        case 16: *type = is_signed ? NumberType::int16 : NumberType::uint16; return true;
        case 32: *type = is_signed ? NumberType::int32 : NumberType::uint32; return true;
        case 64: *type = is_signed ? NumberType::int64 : NumberType::uint64; return true;
        case 128: *type = is_signed ? NumberType::int128 : NumberType::uint128; return true;
        default: return false;
    }
}

bool find_float(std::int64_t bits, NumberType* type) noexcept {
    switch (bits) {
        case 16: *type = NumberType::binary16; return true;
        case 32: *type = NumberType::binary32; return true;
        case 64: *type = NumberType::binary64; return true;
        case 128: *type = NumberType::binary128; return true;
        default: return false;
    }
}

int find_float8(Kind kind) noexcept {
    switch (kind) {
        case Kind::float8_e3m4: return static_cast<int>(cpu::Float8::e3m4);
        case Kind::float8_e4m3: return static_cast<int>(cpu::Float8::e4m3);
        case Kind::float8_e4m3b11fnuz: return static_cast<int>(cpu::Float8::e4m3b11fnuz);
        case Kind::float8_e4m3fn: return static_cast<int>(cpu::Float8::e4m3fn);
        case Kind::float8_e4m3fnuz: return static_cast<int>(cpu::Float8::e4m3fnuz);
        case Kind::float8_e5m2: return static_cast<int>(cpu::Float8::e5m2);
        case Kind::float8_e5m2fnuz: return static_cast<int>(cpu::Float8::e5m2fnuz);
        case Kind::float8_e8m0fnu: return static_cast<int>(cpu::Float8::e8m0fnu);
        default: return -1;
    }
}

cpu::Float8Kernels float8_of(const NumberShape& shape) noexcept { return cpu::float8_kernels(static_cast<cpu::Float8>(shape.float8)); }

/// From memory to the host's number: swapped back, widened.
ConversionPipeline loading(const NumberShape& from) noexcept {
    ConversionPipeline result;
    if (from.float8 >= 0) {
        result.append(float8_of(from).to_float, 4);
    } else if (from.swapped) {
        result.append(cpu::swap_kernel(from.part_bytes), from.part_bytes);
    }
    return result;
}

}  // namespace

NumberShape number_shape(const Format& format) noexcept {
    NumberShape shape;
    shape.complex = format.is_complex();
    shape.part_bytes = shape.complex ? format.itemsize() / 2 : format.itemsize();
    shape.swapped = shape.part_bytes > 1 && format.byte_order() != ByteOrder::none && format.byte_order() != ByteOrder::native;
    switch (format.kind()) {
        case Kind::boolean: shape.known = format.itemsize() == 1; break;
        case Kind::integer: shape.known = find_integer(format.bits(), true, &shape.type); break;
        case Kind::unsigned_integer: shape.known = find_integer(format.bits(), false, &shape.type); break;
        case Kind::floating: shape.known = find_float(format.bits(), &shape.type); break;
        case Kind::complex: shape.known = find_float(format.bits() / 2, &shape.type); break;
        case Kind::bfloat:
        case Kind::complex_bfloat:
            shape.type = NumberType::bfloat16;
            shape.known = true;
            break;
        case Kind::x87:
        case Kind::complex_x87:
            shape.type = NumberType::x87;
            shape.known = true;
            break;
        default:
            shape.float8 = find_float8(format.kind());
            shape.type = NumberType::binary32;
            shape.known = shape.float8 >= 0;
    }
    shape.known = shape.known && cpu::has_number(shape.type);
    return shape;
}

ConversionPipeline number_pipeline(const NumberShape& to, const NumberShape& from) noexcept {
    ConversionPipeline result = loading(from);
    if (to.float8 >= 0) {
        if (from.type != NumberType::binary64) result.append(cpu::number_kernels(NumberType::binary64_odd, from.type).convert, 8);
        result.append(float8_of(to).from_double, 1);
        return result;
    }
    result.append(cpu::number_kernels(to.type, from.type).convert, cpu::number_bytes(to.type));
    if (to.swapped) result.append(cpu::swap_kernel(to.part_bytes), to.part_bytes);
    if (result.size == 1) result.vectors = cpu::vector_kernel(to.type, from.type);
    result.clear_first = to.swapped && to.type == NumberType::x87;
    return result;
}

LossPipeline loss_pipeline(const NumberShape& to, const NumberShape& from) noexcept {
    LossPipeline result{loading(from), nullptr};
    if (to.float8 >= 0) {
        if (from.float8 == to.float8) return {};
        if (from.type != NumberType::binary64) result.before.append(cpu::number_kernels(NumberType::binary64_odd, from.type).convert, 8);
        result.loss = float8_of(to).loss;
    } else {
        result.loss = cpu::number_kernels(to.type, from.type).loss;
    }
    return result;
}

LossPipeline imaginary_loss_pipeline(const NumberShape& from) noexcept { return {loading(from), cpu::imaginary_kernels(from.type).nonzero}; }

ConversionPipeline imaginary_truth_pipeline(const NumberShape& from) noexcept {
    ConversionPipeline result = loading(from);
    result.append(cpu::imaginary_kernels(from.type).or_nonzero, 1);
    return result;
}

std::int64_t swap_unit(const Format& scalar) noexcept {
    switch (scalar.kind()) {
        case Kind::character:
        case Kind::bytes:
        case Kind::pascal:
        case Kind::opaque:
        case Kind::bit_field: return 1;
        case Kind::ucs2: return 2;
        case Kind::ucs4: return 4;
        case Kind::complex:
        case Kind::complex_x87:
        case Kind::complex_bfloat: return scalar.itemsize() / 2;
        default: return scalar.itemsize();
    }
}

}  // namespace ndlease::detail
