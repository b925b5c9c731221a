// SPDX-License-Identifier: Apache-2.0
// Format::of<T>(); the oracle is the compiler: sizeof, alignof, offsetof.
#include <gtest/gtest.h>

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>

#include <ndlease/format_types.hpp>

namespace {

using ndlease::Format;
using ndlease::Kind;

enum class Color : std::uint16_t { red };
enum Plain : int { one };

struct Point {
    float x, y;
    std::int32_t tag[2];
};
struct Mixed {
    char text[5];
    double number;
    bool flag;
    Point points[2][3];
    const Point* where;
    std::array<std::complex<float>, 2> pair;
    long double wide;
    void (*call)(int);
    std::byte raw[3];
};
struct Node {
    int value;
    Node* next;
};
struct Right;
struct Left {
    Right* right;
};
struct Right {
    Left left;
    Node* node;
};
union Either {
    double number;
    std::int32_t words[2];
};
struct __attribute__((packed)) Packed {
    char a;
    std::int32_t b;
    Point c;
};
struct alignas(32) Aligned {
    char a;
};
struct Base {
    int a;
};
struct Derived : Base {
    double b;
};
class NoDefault {
public:
    explicit NoDefault(int value) : value_(value) {}
    friend struct ndlease::members<NoDefault>;

private:
    int value_;
};

}  // namespace

namespace ndlease {
template <>
struct members<Point> {
    static constexpr auto list = describe(member("x", &Point::x), member("y", &Point::y), member("tag", &Point::tag));
};
template <>
struct members<Mixed> {
    static constexpr auto list = describe(member("text", &Mixed::text), member("number", &Mixed::number), member("flag", &Mixed::flag),
                                          member("points", &Mixed::points), member("where", &Mixed::where), member("pair", &Mixed::pair),
                                          member("wide", &Mixed::wide), member("call", &Mixed::call), member("raw", &Mixed::raw));
};
template <>
struct members<Node> {
    static constexpr auto list = describe(member("value", &Node::value), member("next", &Node::next));
};
template <>
struct members<Left> {
    static constexpr auto list = describe(member("right", &Left::right));
};
template <>
struct members<Right> {
    static constexpr auto list = describe(member("left", &Right::left), member("node", &Right::node));
};
template <>
struct members<Either> {
    static constexpr auto list = describe(member("number", &Either::number), member("words", &Either::words));
};
template <>
struct members<Packed> {
    static constexpr auto list = describe(member("a", &Packed::a), member("b", &Packed::b), member("c", &Packed::c));
};
template <>
struct members<Aligned> {
    static constexpr auto list = describe(member("a", &Aligned::a));
};
template <>
struct members<Derived> {
    static constexpr auto list = describe(member("a", &Derived::a), member("b", &Derived::b));
};
template <>
struct members<NoDefault> {
    static constexpr auto list = describe(member("value", &NoDefault::value_));
};
}  // namespace ndlease

namespace {

template <class T>
void expect_number(Kind kind, int bits) {
    const Format format = Format::of<T>();
    EXPECT_EQ(format, Format::number(kind, bits));
    EXPECT_EQ(format.itemsize(), static_cast<std::int64_t>(sizeof(T)));
    EXPECT_EQ(format.alignment(), static_cast<std::int64_t>(alignof(T)));
}

template <class T>
void expect_integer() {
    expect_number<T>(static_cast<T>(-1) < static_cast<T>(0) ? Kind::integer : Kind::unsigned_integer, static_cast<int>(8 * sizeof(T)));
}

TEST(FormatOf, numbers_are_the_compilers) {
    expect_integer<signed char>();
    expect_integer<unsigned char>();
    expect_integer<short>();
    expect_integer<unsigned short>();
    expect_integer<int>();
    expect_integer<unsigned>();
    expect_integer<long>();
    expect_integer<unsigned long>();
    expect_integer<long long>();
    expect_integer<unsigned long long>();
    expect_number<bool>(Kind::boolean, 8);
    expect_number<float>(Kind::floating, 32);
    expect_number<double>(Kind::floating, 64);
    expect_number<ndlease::float16>(Kind::floating, 16);
    expect_number<ndlease::bfloat16>(Kind::bfloat, 16);
    expect_number<std::complex<float>>(Kind::complex, 64);
    expect_number<std::complex<double>>(Kind::complex, 128);
    expect_number<const volatile int>(Kind::integer, 32);
    expect_number<Color>(Kind::unsigned_integer, 16);
    expect_number<Plain>(Kind::integer, 32);
}

#ifdef __SIZEOF_INT128__
TEST(FormatOf, integers_of_128_bits) {
    expect_number<ndlease::detail::Int128>(Kind::integer, 128);
    expect_number<ndlease::detail::UnsignedInt128>(Kind::unsigned_integer, 128);
}
#endif

TEST(FormatOf, long_double_is_the_hosts) {
    const Format format = Format::of<long double>();
    EXPECT_EQ(format.itemsize(), static_cast<std::int64_t>(sizeof(long double)));
    EXPECT_EQ(format.alignment(), static_cast<std::int64_t>(alignof(long double)));
    EXPECT_EQ(Format::of<std::complex<long double>>().itemsize(), static_cast<std::int64_t>(2 * sizeof(long double)));
#if defined(__x86_64__)
    EXPECT_EQ(format.kind(), Kind::x87);
    EXPECT_EQ(Format::of<std::complex<long double>>().kind(), Kind::complex_x87);
#endif
}

TEST(FormatOf, text_and_bytes) {
    EXPECT_EQ(Format::of<char>(), Format::text(Kind::character, 1));
    EXPECT_EQ(Format::of<char16_t>(), Format::text(Kind::ucs2, 1));
    EXPECT_EQ(Format::of<char32_t>(), Format::text(Kind::ucs4, 1));
    EXPECT_EQ(Format::of<wchar_t>(), Format::text(sizeof(wchar_t) == 4 ? Kind::ucs4 : Kind::ucs2, 1));
    EXPECT_EQ(Format::of<std::byte>(), Format::opaque(1));
    EXPECT_EQ(Format::of<char[7]>(), Format::text(Kind::bytes, 7));
    EXPECT_EQ(Format::of<const char32_t[7]>(), Format::text(Kind::ucs4, 7));
    EXPECT_EQ((Format::of<std::array<std::byte, 7>>()), Format::opaque(7));
}

TEST(FormatOf, arrays_merge_their_dimensions) {
    const Format format = Format::of<std::array<int[3], 2>[5]>();
    EXPECT_EQ(format.shape(), (ndlease::Dims{5, 2, 3}));
    EXPECT_EQ(format.element(), Format::of<int>());
    EXPECT_EQ(format.itemsize(), 120);
    const Format words = Format::of<char[2][8]>();
    EXPECT_EQ(words.shape(), (ndlease::Dims{2}));
    EXPECT_EQ(words.element(), Format::text(Kind::bytes, 8));
}

TEST(FormatOf, pointers_know_what_has_a_format) {
    ASSERT_NE(Format::of<const double*>().target(), nullptr);
    EXPECT_EQ(*Format::of<const double*>().target(), Format::of<double>());
    EXPECT_EQ(*Format::of<int**>().target(), Format::of<int*>());
    EXPECT_EQ(*Format::of<Point*>().target(), Format::of<Point>());
    EXPECT_EQ(Format::of<void*>().target(), nullptr);
    EXPECT_EQ(Format::of<struct Unknown*>().target(), nullptr);
    EXPECT_EQ(Format::of<void (*)(int)>().kind(), Kind::function);
    EXPECT_EQ(Format::of<int*>().itemsize(), static_cast<std::int64_t>(sizeof(int*)));
}

TEST(FormatOf, linked_nodes_end_at_the_pointer_back) {
    const Format node = Format::of<Node>();
    EXPECT_EQ(node.find("next")->format().target(), nullptr);
    const Format right = Format::of<Right>();
    EXPECT_EQ(right.find("left")->format().find("right")->format().target(), nullptr);
    EXPECT_EQ(*right.find("node")->format().target(), node);
}

template <class T>
void expect_whole(std::size_t fields) {
    const Format format = Format::of<T>();
    ASSERT_TRUE(format.is_record());
    EXPECT_EQ(format.itemsize(), static_cast<std::int64_t>(sizeof(T)));
    EXPECT_EQ(format.alignment(), static_cast<std::int64_t>(alignof(T)));
    EXPECT_EQ(format.fields().size(), fields);
}

template <class Class, class Member>
void expect_member(const char* name, std::size_t offset) {
    const ndlease::Field* const field = Format::of<Class>().find(name);
    ASSERT_NE(field, nullptr);
    EXPECT_EQ(field->offset(), static_cast<std::int64_t>(offset));
    EXPECT_EQ(field->format(), Format::of<Member>());
    EXPECT_EQ(field->format().itemsize(), static_cast<std::int64_t>(sizeof(Member)));  // NOLINT(bugprone-sizeof-expression): pointers too
}

#define EXPECT_MEMBER(type, name) expect_member<type, decltype(type::name)>(#name, offsetof(type, name))

TEST(FormatOf, records_have_the_compilers_offsets) {
    expect_whole<Point>(3);
    expect_whole<Mixed>(9);
    EXPECT_MEMBER(Point, x);
    EXPECT_MEMBER(Point, y);
    EXPECT_MEMBER(Point, tag);
    EXPECT_MEMBER(Mixed, text);
    EXPECT_MEMBER(Mixed, number);
    EXPECT_MEMBER(Mixed, flag);
    EXPECT_MEMBER(Mixed, points);
    EXPECT_MEMBER(Mixed, where);
    EXPECT_MEMBER(Mixed, pair);
    EXPECT_MEMBER(Mixed, wide);
    EXPECT_MEMBER(Mixed, call);
    EXPECT_MEMBER(Mixed, raw);
    EXPECT_EQ(Format::of<Mixed>().find("points")->format().shape(), (ndlease::Dims{2, 3}));
}

TEST(FormatOf, unions_overlap) {
    expect_whole<Either>(2);
    EXPECT_EQ(Format::of<Either>().find("words")->offset(), 0);
}

TEST(FormatOf, packed_members_promise_no_alignment) {
    expect_whole<Packed>(3);
    EXPECT_MEMBER(Packed, b);
    EXPECT_MEMBER(Packed, c);
    EXPECT_EQ(Format::of<Packed>().find("b")->format().alignment(), 1);
    EXPECT_EQ(Format::of<Packed>().find("c")->format().find("tag")->format().alignment(), 1);
}

TEST(FormatOf, alignment_bases_and_hidden_members) {
    expect_whole<Aligned>(1);
    expect_whole<Derived>(2);
    EXPECT_EQ(Format::of<Derived>().find("a")->offset(), 0);
    EXPECT_EQ(Format::of<Derived>().find("b")->offset(), 8);
    expect_whole<NoDefault>(1);
}

TEST(FormatOf, is_made_once) { EXPECT_EQ(Format::of<Mixed>().node(), Format::of<const Mixed>().node()); }

}  // namespace
