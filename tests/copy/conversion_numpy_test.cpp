// SPDX-License-Identifier: Apache-2.0
// Converts what conversion_numpy_test.py writes to its standard input: lines "to from count", each followed by the items.
// Types are written as NumPy writes them ("<f4", ">U3"), with E for bfloat16.
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <ndlease/format.hpp>

#include "copy/conversion.hpp"

namespace {

using ndlease::ByteOrder;
using ndlease::Format;
using ndlease::Kind;

Format parse(const std::string& text) {
    const ByteOrder order = text.at(0) == '>' ? ByteOrder::big : ByteOrder::little;
    const int size = std::stoi(text.substr(2));
    const bool extended = sizeof(long double) == 16 && __LDBL_MANT_DIG__ == 64;
    switch (text.at(1)) {
        case 'b': return Format::number(Kind::boolean, 8, order);
        case 'i': return Format::number(Kind::integer, 8 * size, order);
        case 'u': return Format::number(Kind::unsigned_integer, 8 * size, order);
        case 'E': return Format::number(Kind::bfloat, 16, order);
        case 'f': return size == 16 && extended ? Format::number(Kind::x87, 80, order) : Format::number(Kind::floating, 8 * size, order);
        case 'c': return size == 32 && extended ? Format::number(Kind::complex_x87, 160, order) : Format::number(Kind::complex, 8 * size, order);
        case 'S': return Format::text(Kind::bytes, size, order);
        case 'U': return Format::text(Kind::ucs4, size, order);
        default: throw std::invalid_argument("type " + text);
    }
}

int convert_all() {
    std::string to_text;
    std::string from_text;
    std::int64_t count = 0;
    while (std::cin >> to_text >> from_text >> count) {
        std::cin.get();
        const Format to = parse(to_text);
        const Format from = parse(from_text);
        std::vector<char> src(static_cast<std::size_t>(count * from.itemsize()));
        std::vector<char> dst(static_cast<std::size_t>(count * to.itemsize()));
        if (!std::cin.read(src.data(), static_cast<std::streamsize>(src.size()))) return 1;
        ndlease::ConversionProgram::make(to, from, ndlease::Conversion::cpp)
            .run(reinterpret_cast<std::byte*>(dst.data()), to.itemsize(), reinterpret_cast<const std::byte*>(src.data()), from.itemsize(), count);
        std::cout.write(dst.data(), static_cast<std::streamsize>(dst.size()));
    }
    return 0;
}

}  // namespace

int main() {
    try {
        std::ios::sync_with_stdio(false);
        return convert_all();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
