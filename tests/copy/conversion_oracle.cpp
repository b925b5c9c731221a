// SPDX-License-Identifier: Apache-2.0
#include "copy/conversion_oracle.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>

namespace ndlease::oracle {
namespace {

int width(u128 value) {
    int bits = 0;
    while (value != 0) {
        value >>= 1;
        ++bits;
    }
    return bits;
}

u128 low_bits(int count) { return count >= 128 ? ~u128{0} : (u128{1} << count) - 1; }

Exact normalised(Exact value) {
    if (value.what != Exact::Class::finite) return value;
    if (value.mantissa == 0) {
        value.what = Exact::Class::zero;
        return value;
    }
    while ((value.mantissa & 1) == 0) {
        value.mantissa >>= 1;
        ++value.exponent;
    }
    return value;
}

int fraction_bits_of(const Type& type) { return type.leading_bit_stored ? type.precision : type.precision - 1; }

int exponent_bits(const Type& type) { return type.bits - (type.is_signed ? 1 : 0) - fraction_bits_of(type); }

u128 encode_integer(const Type& type, const Exact& value) {
    const u128 highest = low_bits(type.is_signed ? type.bits - 1 : type.bits);
    const u128 lowest_size = type.is_signed ? highest + 1 : 0;
    if (value.what == Exact::Class::nan || value.what == Exact::Class::zero) return 0;
    const bool huge = value.what == Exact::Class::infinite || width(value.mantissa) + value.exponent > 128;
    u128 size = 0;
    if (!huge && value.exponent >= 0) size = value.mantissa << value.exponent;
    if (!huge && value.exponent < 0 && value.exponent > -128) size = value.mantissa >> -value.exponent;
    if (value.is_float) {
        const u128 limit = value.negative ? lowest_size : highest;
        if (huge || size > limit) size = limit;
    }
    return (value.negative ? u128{0} - size : size) & low_bits(type.bits);
}

u128 encode_float(const Type& type, const Exact& value) {
    const int fraction = fraction_bits_of(type);
    const int exponents = exponent_bits(type);
    const int top = static_cast<int>(low_bits(exponents));
    const u128 sign = type.is_signed && value.negative ? u128{1} << (type.bits - 1) : 0;
    const u128 leading = type.leading_bit_stored ? u128{1} << (type.precision - 1) : 0;
    const bool power = type.special == Type::Special::power_of_two;
    const auto pack = [&](u128 exponent, u128 bits) { return sign | exponent << fraction | bits; };

    u128 nan = pack(static_cast<u128>(top), leading | low_bits(fraction));
    u128 beyond = pack(static_cast<u128>(top), leading);  // infinity
    int highest_exponent = top - 1;
    u128 highest_fraction = low_bits(type.precision - 1);
    if (type.special != Type::Special::ieee) highest_exponent = top;
    if (type.special == Type::Special::finite_nan) {
        highest_fraction -= 1;
        beyond = nan;
    } else if (type.special == Type::Special::one_nan) {
        nan = beyond = u128{1} << (type.bits - 1);
    } else if (power) {
        highest_exponent = top - 1;
        nan = beyond = 0xff;
    }
    if (value.what == Exact::Class::nan) return nan;
    if (value.what == Exact::Class::infinite) return power && value.negative ? nan : beyond;
    if (value.what == Exact::Class::zero) return type.special == Type::Special::one_nan || power ? 0 : sign;
    if (power && value.negative) return nan;

    const int lowest = power ? -type.bias : 1 - type.bias;
    const int lead = width(value.mantissa) - 1 + value.exponent;
    if (power && lead < lowest) return 0;
    const int quantum = std::max(lead, lowest) - (type.precision - 1);
    u128 units = 0;
    if (value.exponent >= quantum) {
        units = value.mantissa << (value.exponent - quantum);
    } else if (const int cut = quantum - value.exponent; cut <= width(value.mantissa)) {
        units = cut == 128 ? 0 : value.mantissa >> cut;
        const u128 rest = value.mantissa & low_bits(cut);
        const u128 half = u128{1} << (cut - 1);
        // The last bit of a power-of-two code is the exponent's: ties go to the even code.
        const bool odd = power ? ((lead - lowest) & 1) != 0 : (units & 1) != 0;
        if (rest > half || (rest == half && odd)) ++units;
    }
    int exponent = quantum + (type.precision - 1) - lowest + (power ? 0 : 1);
    if (units == u128{1} << type.precision) {
        units >>= 1;
        ++exponent;
    }
    if (!power && units < u128{1} << (type.precision - 1)) exponent = 0;
    const u128 bits = units & low_bits(type.precision - 1);
    if (exponent > highest_exponent || (exponent == highest_exponent && bits > highest_fraction)) return beyond;
    if (units == 0 && type.special == Type::Special::one_nan) return 0;
    return pack(static_cast<u128>(exponent), type.leading_bit_stored ? units : bits);
}

Type integer(int bits, bool is_signed) {
    return {(is_signed ? "int" : "uint") + std::to_string(bits),
            Type::Class::integer,
            bits,
            is_signed,
            0,
            0,
            false,
            Type::Special::ieee,
            is_signed ? Kind::integer : Kind::unsigned_integer,
            bits / 8};
}

Type floating(std::string name, Kind kind, int bits, int precision, int bias, Type::Special special = Type::Special::ieee) {
    return {std::move(name),
            Type::Class::floating,
            bits,
            special != Type::Special::power_of_two,
            precision,
            bias,
            kind == Kind::x87,
            special,
            kind,
            kind == Kind::x87 ? 16 : bits / 8};
}

std::vector<Type> make_types() {
    using Special = Type::Special;
    std::vector<Type> types = {{"bool", Type::Class::boolean, 8, false, 0, 0, false, Special::ieee, Kind::boolean, 1}};
    for (const int bits : {8, 16, 32, 64, 128}) {
        types.push_back(integer(bits, true));
        types.push_back(integer(bits, false));
    }
    types.push_back(floating("float16", Kind::floating, 16, 11, 15));
    types.push_back(floating("bfloat16", Kind::bfloat, 16, 8, 127));
    types.push_back(floating("float32", Kind::floating, 32, 24, 127));
    types.push_back(floating("float64", Kind::floating, 64, 53, 1023));
#if __LDBL_MANT_DIG__ == 64
    types.push_back(floating("x87", Kind::x87, 80, 64, 16383));
#endif
#if __LDBL_MANT_DIG__ == 113 || defined(__SIZEOF_FLOAT128__)
    types.push_back(floating("float128", Kind::floating, 128, 113, 16383));
#endif
    types.push_back(floating("float8_e3m4", Kind::float8_e3m4, 8, 5, 3));
    types.push_back(floating("float8_e4m3", Kind::float8_e4m3, 8, 4, 7));
    types.push_back(floating("float8_e4m3b11fnuz", Kind::float8_e4m3b11fnuz, 8, 4, 11, Special::one_nan));
    types.push_back(floating("float8_e4m3fn", Kind::float8_e4m3fn, 8, 4, 7, Special::finite_nan));
    types.push_back(floating("float8_e4m3fnuz", Kind::float8_e4m3fnuz, 8, 4, 8, Special::one_nan));
    types.push_back(floating("float8_e5m2", Kind::float8_e5m2, 8, 3, 15));
    types.push_back(floating("float8_e5m2fnuz", Kind::float8_e5m2fnuz, 8, 3, 16, Special::one_nan));
    types.push_back(floating("float8_e8m0fnu", Kind::float8_e8m0fnu, 8, 1, 127, Special::power_of_two));
    return types;
}

void add_integers(const Type& type, std::vector<u128>& values) {
    const auto add = [&](u128 value) {
        values.push_back(value & low_bits(type.bits));
        values.push_back((u128{0} - value) & low_bits(type.bits));
    };
    for (int k = 0; k < type.bits; ++k) {
        const u128 power = u128{1} << k;
        for (const u128 value : {power - 2, power - 1, power, power + 1, power + 2}) add(value);
        for (const int precision : {1, 3, 4, 5, 8, 11, 24, 53, 64, 113}) {
            if (k < precision) continue;
            const u128 half = u128{1} << (k - precision);  // of the last bit that a float of that precision keeps
            for (const u128 value : {power + half - 1, power + half, power + half + 1, power + 3 * half - 1, power + 3 * half, power + 3 * half + 1})
                add(value);
            add(2 * power - half);
            add(2 * power - half - 1);
        }
    }
}

void add_floats(const Type& type, std::vector<u128>& values) {
    const int fraction = type.precision - 1;
    const int top = static_cast<int>(low_bits(exponent_bits(type)));
    std::vector<u128> fractions = {0, 1, 2, 3, low_bits(fraction), low_bits(fraction) - 1, u128{1} << (fraction - 1)};
    for (const int precision : {1, 3, 4, 5, 8, 11, 24, 53, 64}) {
        if (precision > fraction) continue;
        const u128 half = u128{1} << (fraction - precision);
        for (const u128 bits : {half - 1, half, half + 1, 3 * half - 1, 3 * half, 3 * half + 1, low_bits(fraction) - half, low_bits(fraction) - half + 1}) {
            fractions.push_back(bits & low_bits(fraction));
        }
    }
    std::vector<int> exponents = {0, 1, 2, top - 2, top - 1, top};
    for (int power = -180; power <= 180; ++power) exponents.push_back(type.bias + power);
    for (const int power : {1021, 1022, 1023, 1024, 1025, -1021, -1022, -1023, -1024, -1073, -1074, -1075, -1076}) exponents.push_back(type.bias + power);
    for (const int exponent : exponents) {
        if (exponent < 0 || exponent > top) continue;
        for (u128 bits : fractions) {
            if (type.leading_bit_stored && exponent != 0) bits |= u128{1} << fraction;
            const u128 raw = static_cast<u128>(exponent) << fraction_bits_of(type) | bits;
            values.push_back(raw);
            values.push_back(raw | u128{1} << (type.bits - 1));
        }
    }
}

}  // namespace

bool same_value(Exact a, Exact b) {
    if (a.what != b.what) return false;
    if (a.what == Exact::Class::zero || a.what == Exact::Class::nan) return true;
    if (a.negative != b.negative) return false;
    if (a.what == Exact::Class::infinite) return true;
    a = normalised(a);
    b = normalised(b);
    return a.mantissa == b.mantissa && a.exponent == b.exponent;
}

const std::vector<Type>& all_types() {
    static const std::vector<Type> types = make_types();
    return types;
}

const Type& type_named(const std::string& name) {
    for (const Type& type : all_types()) {
        if (type.name == name) return type;
    }
    throw std::invalid_argument("no type " + name);
}

Exact decode(const Type& type, u128 raw) {
    Exact value;
    value.what = Exact::Class::finite;
    if (type.what == Type::Class::boolean) {
        value.mantissa = raw != 0 ? 1 : 0;
        return normalised(value);
    }
    value.negative = type.is_signed && (raw >> (type.bits - 1) & 1) != 0;
    if (type.what == Type::Class::integer) {
        value.mantissa = value.negative ? (u128{0} - raw) & low_bits(type.bits) : raw;
        return normalised(value);
    }
    value.is_float = true;
    const int top = static_cast<int>(low_bits(exponent_bits(type)));
    const auto exponent = static_cast<int>(raw >> fraction_bits_of(type)) & top;
    const u128 bits = raw & low_bits(type.precision - 1);
    bool is_nan = false;
    switch (type.special) {
        case Type::Special::ieee:
            if (exponent == top && bits == 0) value.what = Exact::Class::infinite;
            is_nan = exponent == top && bits != 0;
            break;
        case Type::Special::finite_nan: is_nan = exponent == top && bits == low_bits(type.precision - 1); break;
        case Type::Special::one_nan: is_nan = raw == u128{1} << (type.bits - 1); break;
        case Type::Special::power_of_two:
            is_nan = exponent == top;
            value.mantissa = 1;
            value.exponent = exponent - type.bias;
            break;
    }
    if (is_nan) value.what = Exact::Class::nan;
    if (type.special == Type::Special::power_of_two || value.what != Exact::Class::finite) return value;
    value.mantissa = exponent == 0 ? bits : bits | u128{1} << (type.precision - 1);
    value.exponent = (exponent == 0 ? 1 : exponent) - type.bias - (type.precision - 1);
    return normalised(value);
}

u128 encode(const Type& type, Exact value) {
    switch (type.what) {
        case Type::Class::boolean: return value.what == Exact::Class::zero ? 0 : 1;
        case Type::Class::integer: return encode_integer(type, normalised(value));
        case Type::Class::floating: return encode_float(type, normalised(value));
    }
    return 0;
}

bool same_result(const Type& type, u128 a, u128 b) {
    if (type.what == Type::Class::floating && decode(type, a).what == Exact::Class::nan) return decode(type, b).what == Exact::Class::nan;
    return a == b;
}

std::vector<u128> edge_values(const Type& type, std::uint64_t seed) {
    std::vector<u128> values;
    if (type.bits <= 16) {
        for (u128 raw = 0; raw < u128{1} << type.bits; ++raw) values.push_back(raw);
        return values;
    }
    if (type.what == Type::Class::integer) add_integers(type, values);
    if (type.what == Type::Class::floating) add_floats(type, values);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 500; ++i) {
        u128 raw = (u128{random()} << 64 | random()) & low_bits(type.bits);
        if (type.leading_bit_stored) {  // a canonical encoding: the leading bit is set unless the exponent is 0
            const u128 leading = u128{1} << (type.precision - 1);
            raw = (raw >> type.precision & low_bits(15)) == 0 ? raw & ~leading : raw | leading;
        }
        values.push_back(raw);
    }
    return values;
}

}  // namespace ndlease::oracle
