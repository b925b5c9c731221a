// SPDX-License-Identifier: Apache-2.0
// The explicit string: under '@' stand only items without alignment, so that no reader pads, whichever rule it follows.
#include <ndlease/error.hpp>
#include <ndlease/format_text.hpp>

#include "format/host_abi.hpp"
#include "format/node.hpp"
#include "format/utf8.hpp"

namespace ndlease {
namespace {

std::string name(Kind kind) { return ndlease::to_string(kind); }

class Printer {
public:
    /// `strict` refuses what PEP 3118 cannot say; otherwise it is named in angle brackets.
    explicit Printer(bool strict) : strict_(strict) {}

    std::string run(const Format& format) {
        if (format.is_subarray() && format.element().kind() == Kind::opaque) refuse("an unnamed sub-array of opaque bytes");
        item(format);
        return std::move(out_);
    }

private:
    void refuse(const std::string& what) {
        if (strict_) throw Error(errc::not_expressible, "PEP 3118 has no way to say " + what);
    }

    void say(const Format& format) {
        const std::string text = name(format.kind());
        refuse(text + " (" + std::to_string(format.bits()) + " bits)");
        const char* const order = format.is_native() ? "" : format.byte_order() == ByteOrder::big ? "big-endian " : "little-endian ";
        const std::string unit = format.unit().empty() ? "" : '[' + std::string(format.unit()) + ']';
        out_ += '<' + (order + text) + unit + '>';
    }

    void item(const Format& format) {
        if (format.is_subarray()) {
            std::string shape = to_string(format.shape());
            out_ += shape;
            if (format.element().is_subarray()) refuse("a sub-array of packed sub-arrays");
            if (format.element().kind() == Kind::bit_field && format.element().bits() % 8 != 0) refuse("how a sub-array of bit fields is packed");
            item(format.element());
        } else if (format.is_record()) {
            record(format);
        } else {
            scalar(format);
        }
    }

    void scalar(const Format& format) {
        switch (format.kind()) {
            case Kind::boolean: out_ += '?'; return;
            case Kind::integer: integer(format, "bhiq"); return;
            case Kind::unsigned_integer: integer(format, "BHIQ"); return;
            case Kind::floating: floating(format, format.itemsize(), ""); return;
            case Kind::complex: floating(format, format.itemsize() / 2, "Z"); return;
            case Kind::x87: long_double(format, LongDouble::x87, format.itemsize(), ""); return;
            case Kind::complex_x87: long_double(format, LongDouble::x87, format.itemsize() / 2, "Z"); return;
            case Kind::character: out_ += 'c'; return;
            case Kind::bytes: text(format, 's'); return;
            case Kind::pascal: text(format, 'p'); return;
            case Kind::ucs2: text(format, 'u'); return;
            case Kind::ucs4: text(format, 'w'); return;
            case Kind::opaque: text(format, 'x'); return;
            case Kind::bit_field: out_ += std::to_string(format.bits()) + 't'; return;
            case Kind::pointer: pointer(format); return;
            case Kind::function: address(format, "^X{}"); return;
            case Kind::py_object: address(format, "^O"); return;
            default: say(format);
        }
    }

    void order(const Format& format) {
        if (format.byte_order() != ByteOrder::none) out_ += format.byte_order() == ByteOrder::little ? '<' : '>';
    }

    void integer(const Format& format, std::string_view codes) {
        std::size_t code = 0;
        while (code < codes.size() && std::int64_t{8} << code != format.bits()) ++code;
        if (code == codes.size()) {
            say(format);
            return;
        }
        order(format);
        out_ += codes[code];
    }

    void floating(const Format& format, std::int64_t part_size, const char* complex) {
        if (part_size == 16) {
            long_double(format, LongDouble::binary128, part_size, complex);
            return;
        }
        order(format);
        out_ += complex;
        out_ += part_size == 2 ? 'e' : part_size == 4 ? 'f' : 'd';
    }

    /// 'g' means the reader's own long double.
    void long_double(const Format& format, LongDouble kind, std::int64_t part_size, const char* complex) {
        const bool hosts = detail::host_abi.long_double_kind == kind && detail::host_abi.long_double_.size == part_size;
        if (!hosts || !format.is_native()) {
            say(format);
            return;
        }
        out_ += '^';
        out_ += complex;
        out_ += 'g';
    }

    void text(const Format& format, char code) {
        order(format);
        out_ += std::to_string(format.length());
        out_ += code;
    }

    void address(const Format& format, const char* code) {
        if (format.itemsize() == detail::host_abi.pointer_.size && format.is_native()) {
            out_ += code;
        } else {
            refuse(name(format.kind()) + " of " + std::to_string(format.itemsize()) + " bytes, as on another platform");
            out_ += '<' + name(format.kind()) + '>';
        }
    }

    void pointer(const Format& format) {
        const Format* const target = format.target();
        address(format, target != nullptr ? "^&" : "^P");
        if (target != nullptr) item(*target);
    }

    void record(const Format& format) {
        out_ += "T{";
        std::int64_t end = 0;
        bool after_bits = false;
        for (const Field& field : format.fields()) {
            const std::int64_t gap = field.offset() - end;
            if (gap < 0) {
                refuse("overlapping or unordered fields: " + describe(field) + " begins at byte " + std::to_string(field.offset()) + ", before byte " +
                       std::to_string(end));
                out_ += "<@" + std::to_string(field.offset()) + '>';
            }
            pad(gap);
            const bool bits = field.format().kind() == Kind::bit_field;
            if (bits && after_bits && gap == 0) refuse("how neighbouring bit fields share bytes");
            after_bits = bits;
            if (field.name().empty() && field.format().element().kind() == Kind::opaque) refuse("an unnamed field of opaque bytes");
            item(field.format());
            label(field);
            end = field.offset() + field.format().itemsize();
        }
        pad(format.itemsize() - end);
        out_ += '}';
    }

    void pad(std::int64_t bytes) {
        if (bytes > 0) out_ += std::to_string(bytes) + 'x';
    }

    void label(const Field& field) {
        if (field.name().empty()) return;
        if (field.name().find(':') != std::string::npos) {
            refuse("a name with ':': " + describe(field));
            out_ += "<name '" + field.name() + "'>";  // "<n" is no item to any parser
            return;
        }
        if (detail::find_bad_utf8(field.name()) != field.name().size()) refuse("a name that is no UTF-8 or has a NUL: " + describe(field));
        out_ += ':' + field.name() + ':';
    }

    [[nodiscard]] static std::string describe(const Field& field) { return "field '" + field.name() + "'"; }

    bool strict_;
    std::string out_;
};

}  // namespace

std::string print_format(const Format& format) { return Printer(true).run(format); }

std::string Format::to_string() const { return Printer(false).run(*this); }

}  // namespace ndlease
