// SPDX-License-Identifier: Apache-2.0
// Format: what one item is. An immutable, shared, typed tree with explicit offsets, sizes and alignments at every node.
// Strings and codes of other protocols are read and written at the edges: format_text.hpp, format_codes.hpp, format_types.hpp.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <ndlease/dims.hpp>
#include <ndlease/export.hpp>

namespace ndlease {

/// The deepest nesting of records, sub-arrays and pointers that a Format may have.
inline constexpr int max_format_depth = 64;

enum class ByteOrder : std::uint8_t {
    little,
    big,
    none,  ///< one byte, or bytes whose order means nothing (opaque, records)
    native = std::endian::native == std::endian::little ? little : big,
};

enum class Kind : std::uint8_t {
    // numbers; `bits` is the width of the value
    boolean,           ///< 8 bits; any non-zero byte is true when read
    integer,           ///< two's complement; 8, 16, 32, 64, 128 bits, or 1..7 (sub-byte)
    unsigned_integer,  ///< the same widths
    floating,          ///< IEEE 754 binary16, 32, 64, 128
    x87,               ///< 80-bit extended in 12 or 16 bytes
    bfloat,            ///< bfloat16
    float8_e3m4,
    float8_e4m3,
    float8_e4m3b11fnuz,
    float8_e4m3fn,
    float8_e4m3fnuz,
    float8_e5m2,
    float8_e5m2fnuz,
    float8_e8m0fnu,
    float6_e2m3fn,
    float6_e3m2fn,
    float4_e2m1fn,
    complex,         ///< a pair of `floating`; bits counts the pair: 32, 64, 128, 256
    complex_x87,     ///< a pair of x87
    complex_bfloat,  ///< a pair of bfloat16
    // text and bytes; the length is itemsize divided by the unit's size
    character,  ///< one C char (PEP 3118 `c`): a byte of text, with no sign
    bytes,      ///< a char array of fixed length (`s`, typestr S)
    pascal,     ///< a Pascal string: length byte, then characters (`p`)
    ucs2,       ///< UTF-16 code units (`u`)
    ucs4,       ///< UCS-4 (`w`, typestr U)
    opaque,     ///< bytes that nobody may interpret (named `x`, typestr V)
    bit_field,  ///< `bits` bits in ceil(bits/8) bytes (`t`)
    // time: 64-bit counts of unit()
    datetime,
    timedelta,
    // addresses
    pointer,    ///< target() is what it points to, empty for void*
    function,   ///< a function's address (`X{}`)
    py_object,  ///< PyObject* (`O`)
    // compounds
    record,    ///< fields(), each at its offset
    subarray,  ///< element() times shape(), C order, no gaps; sub-byte elements are packed from the lowest bit up
};

/// The enumerator's name, e.g. "unsigned_integer".
[[nodiscard]] NDLEASE_API const char* to_string(Kind kind) noexcept;

class Field;
struct FieldSpec;
namespace detail {
struct FormatNode;
}

/// A shared handle on one immutable node; copying is cheap (a reference count) and thread-safe.
class NDLEASE_API Format {
public:
    /// An unsigned byte: what PEP 3118 means when no format is given.
    Format() noexcept;
    Format(const Format& other) noexcept;
    Format(Format&& other) noexcept;
    Format& operator=(const Format& other) noexcept;
    Format& operator=(Format&& other) noexcept;
    ~Format();

    // -- making one; each throws Error{errc::bad_format} for widths, lengths or shapes that do not exist --

    /// A number of `bits` bits (bits of the whole pair for complex kinds). Size and alignment are the host C ABI's, where C has
    /// the type; else the natural ones. A one-byte item has ByteOrder::none whatever is asked.
    [[nodiscard]] static Format number(Kind kind, int bits, ByteOrder order = ByteOrder::native);
    /// character, bytes, pascal, ucs2, ucs4 or opaque with `length` units (1 for character), 0 allowed.
    [[nodiscard]] static Format text(Kind kind, std::int64_t length, ByteOrder order = ByteOrder::native);
    [[nodiscard]] static Format opaque(std::int64_t bytes) { return text(Kind::opaque, bytes); }
    /// `bits` bits in ceil(bits/8) bytes.
    [[nodiscard]] static Format bit_field(std::int64_t bits);
    /// datetime or timedelta; unit as NumPy writes it: "ns", "25s", "D", or "" for generic.
    [[nodiscard]] static Format time(Kind kind, std::string_view unit, ByteOrder order = ByteOrder::native);
    [[nodiscard]] static Format pointer();                      ///< void*
    [[nodiscard]] static Format pointer(const Format& target);  ///< to a target
    [[nodiscard]] static Format function();
    [[nodiscard]] static Format py_object();
    /// A record of `itemsize` bytes. Fields keep their order; they may overlap (unions) and leave gaps, but must lie inside, and
    /// names must differ (unnamed fields have ""). itemsize -1: the end of the last field rounded up to `alignment`.
    /// alignment 0: the largest of the fields'.
    [[nodiscard]] static Format record(std::span<const FieldSpec> fields, std::int64_t itemsize = -1, std::int64_t alignment = 0);
    /// `element` repeated in C order. Extents may be 0.
    [[nodiscard]] static Format subarray(const Format& element, std::span<const std::int64_t> shape);
    /// The format of a C++ type; see format_types.hpp, which must be included.
    template <class T>
    [[nodiscard]] static Format of();

    /// The same item with another alignment (a power of two; a promise about addresses, never checked here), size and byte order.
    [[nodiscard]] Format with_alignment(std::int64_t alignment) const;
    /// Only pads: `itemsize` must not be smaller than the end of the last field; records only, else as given for x87 (12 or 16).
    [[nodiscard]] Format with_itemsize(std::int64_t itemsize) const;
    /// Every number, text and time in the tree gets this byte order.
    [[nodiscard]] Format with_byte_order(ByteOrder order) const;

    // -- what it is --

    [[nodiscard]] Kind kind() const noexcept;
    [[nodiscard]] std::int64_t itemsize() const noexcept;   ///< bytes; packed sub-byte sub-arrays are rounded up
    [[nodiscard]] std::int64_t alignment() const noexcept;  ///< bytes, a power of two, at least 1
    [[nodiscard]] std::int64_t bits() const noexcept;       ///< bits of the value; 8 * itemsize where that is not narrower
    [[nodiscard]] ByteOrder byte_order() const noexcept;    ///< of a scalar; none for records; a sub-array has its element's
    [[nodiscard]] std::int64_t length() const noexcept;     ///< units of a text kind, else 1
    [[nodiscard]] std::string_view unit() const noexcept;   ///< of a time, else ""
    [[nodiscard]] int depth() const noexcept;               ///< 1 for a scalar

    [[nodiscard]] std::span<const Field> fields() const noexcept;           ///< of a record, else empty
    [[nodiscard]] const Field* find(std::string_view name) const noexcept;  ///< of a record; NULL when it has none of that name
    [[nodiscard]] const Dims& shape() const noexcept;                       ///< of a sub-array, else empty
    [[nodiscard]] const Format& element() const noexcept;                   ///< of a sub-array; else *this
    [[nodiscard]] const Format* target() const noexcept;                    ///< of a pointer that has one, else NULL

    [[nodiscard]] bool is_record() const noexcept { return kind() == Kind::record; }
    [[nodiscard]] bool is_subarray() const noexcept { return kind() == Kind::subarray; }
    [[nodiscard]] bool is_complex() const noexcept { return kind() >= Kind::complex && kind() <= Kind::complex_bfloat; }
    [[nodiscard]] bool is_number() const noexcept { return kind() <= Kind::complex_bfloat; }
    [[nodiscard]] bool is_scalar() const noexcept { return kind() < Kind::record; }
    /// No multi-byte part is in the other byte order than the host's.
    [[nodiscard]] bool is_native() const noexcept;
    /// Some part is an address of this process (pointer, function, PyObject*): meaningless elsewhere.
    [[nodiscard]] bool has_addresses() const noexcept;

    /// The fully explicit PEP 3118 string (format_text.hpp says how); where PEP 3118 has no code, a name in angle brackets
    /// ("<bfloat>", "<big-endian datetime[ns]>"), which no parser takes for something else. For messages and people.
    [[nodiscard]] std::string to_string() const;

    /// Equal when the same bytes mean the same: kinds, widths, byte orders, names, offsets, sizes, shapes, units.
    /// Alignment is a promise about addresses, not a meaning, and does not count.
    friend NDLEASE_API bool operator==(const Format& a, const Format& b) noexcept;

    /// For the library's own use: takes over one reference of `node`.
    explicit Format(const detail::FormatNode* node) noexcept : node_(node) {}
    [[nodiscard]] const detail::FormatNode* node() const noexcept { return node_; }

private:
    const detail::FormatNode* node_;
};

/// A field of a record: name (may be empty), offset from the record's start in bytes, and what lies there.
class Field {
public:
    Field(std::string name, std::int64_t offset, Format format) : name_(std::move(name)), offset_(offset), format_(std::move(format)) {}
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::int64_t offset() const noexcept { return offset_; }
    [[nodiscard]] const Format& format() const noexcept { return format_; }

private:
    std::string name_;
    std::int64_t offset_;
    Format format_;
};

/// What Format::record is made from. offset -1: after the previous field, rounded up to the format's alignment, as C does.
struct FieldSpec {
    std::string name;
    Format format;
    std::int64_t offset = -1;
};

}  // namespace ndlease
