// SPDX-License-Identifier: Apache-2.0
// Random formats that PEP 3118 can say, for property tests.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <ndlease/format.hpp>

namespace ndlease::testing {

class RandomFormat {
public:
    explicit RandomFormat(std::uint64_t seed) : random_(seed) {}

    [[nodiscard]] int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

    /// `any`: also what NumPy cannot read: half complex, Pascal and UCS-2 text, pointers, bit fields.
    [[nodiscard]] Format make(int levels, bool any) {
        const int choice = below(levels > 0 ? 10 : 6);
        if (choice < 6) return scalar(any);
        if (choice < 8) return subarray(levels, any);
        if (choice == 8 && any && below(4) == 0) return Format::pointer(make(levels - 1, any));
        return record(levels, any);
    }

    [[nodiscard]] Format record(int levels, bool any) {
        std::vector<FieldSpec> fields;
        std::int64_t end = 0;
        bool after_bits = false;
        const int count = below(5);
        for (int i = 0; i < count; ++i) {
            Format format = make(levels - 1, any);
            const bool bits = format.kind() == Kind::bit_field;
            if (bits && after_bits) format = Format();
            after_bits = bits;
            const bool opaque = format.element().kind() == Kind::opaque;
            const std::int64_t gap = below(3) == 0 ? below(9) : 0;
            fields.push_back({below(4) == 0 && !opaque ? "" : name(i), format, end + gap});
            end += gap + format.itemsize();
        }
        return Format::record(fields, end + (below(3) == 0 ? below(9) : 0));
    }

private:
    [[nodiscard]] std::string name(int index) {
        static constexpr const char* extras[] = {"", " ", "}", "{", "(2)", "\xC3\xA9", "<", "-", "\""};
        return "f" + std::to_string(index) + extras[below(9)];
    }

    [[nodiscard]] ByteOrder order() { return below(2) == 0 ? ByteOrder::little : ByteOrder::big; }

    [[nodiscard]] Format scalar(bool any) {
        switch (below(any ? 15 : 9)) {
            case 0: return Format::number(Kind::boolean, 8);
            case 1: return Format::number(Kind::integer, 8 << below(4), order());
            case 2: return Format::number(Kind::unsigned_integer, 8 << below(4), order());
            case 3: return Format::number(Kind::floating, 16 << below(3), order());
            case 4: return Format::number(Kind::complex, 64 << below(2), order());
            case 5: return Format::text(Kind::bytes, 1 + below(5));
            case 6: return Format::text(Kind::ucs4, 1 + below(5), order());
            case 7: return Format::opaque(1 + below(5));
            case 8: return Format::number(Kind::x87, 80);
            case 9: return Format::number(Kind::complex, 32, order());
            case 10: return Format::text(Kind::pascal, below(5));
            case 11: return Format::text(Kind::ucs2, below(5), order());
            case 12: return below(2) == 0 ? Format::pointer() : Format::py_object();
            case 13: return below(2) == 0 ? Format::function() : Format::text(Kind::character, 1);
            default: return Format::bit_field(1 + below(20));
        }
    }

    [[nodiscard]] Format subarray(int levels, bool any) {
        Format element = make(levels - 1, any);
        if (element.kind() == Kind::bit_field) return element;
        std::vector<std::int64_t> shape;
        const int rank = 1 + below(3);
        for (int i = 0; i < rank; ++i) shape.push_back(any ? below(4) : 1 + below(3));
        return Format::subarray(element, shape);
    }

    std::mt19937_64 random_;
};

}  // namespace ndlease::testing
