// SPDX-License-Identifier: Apache-2.0
// Requests for a buffer without Python: the matrix of PEP 3118 over random Views, and the law that a buffer comes back as the View it was.
#include <gtest/gtest.h>

#include <limits>

#include <ndlease/error.hpp>
#include <ndlease/interop/buffer_request.hpp>

#include "interop/array_bad_input.hpp"
#include "interop/random_view.hpp"

namespace ndlease {
namespace {

using namespace py_buffer;
using testing::BadClass;
using testing::huge;
using testing::one_of;
using testing::Random;
using testing::RandomViews;

constexpr std::int64_t least_number = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t largest_number = std::numeric_limits<std::int64_t>::max();
alignas(64) std::byte memory[4096];

// -- the matrix, written down from PEP 3118 and CPython's memoryobject.c --

bool asks(int flags, int bits) { return (flags & bits) == bits; }

/// Whether elements lie one behind the other, by walking the shape: extents of 1 do not count, and no elements are in every order.
bool contiguous(const View& view, bool fortran) {
    if (!view.layout().suboffsets().empty()) return false;
    for (const std::int64_t extent : view.shape()) {
        if (extent == 0) return true;
    }
    std::int64_t expected = view.itemsize();
    for (int i = 0; i < view.rank(); ++i) {
        const int axis = fortran ? i : view.rank() - 1 - i;
        if (view.shape()[axis] == 1) continue;
        if (view.strides()[axis] != expected) return false;
        expected *= view.shape()[axis];
    }
    return true;
}

/// errc::ok where the request is granted.
errc expected_refusal(const View& view, int flags, bool has_format) {
    const bool c = contiguous(view, false), f = contiguous(view, true);
    if (flags == 0x100 || flags == 0x200) return errc::invalid_argument;
    if (asks(flags, 0x1) && view.is_read_only()) return errc::read_only;
    if (asks(flags, 0x38) && !c) return errc::bad_layout;
    if (asks(flags, 0x58) && !f) return errc::bad_layout;
    if (asks(flags, 0x98) && !c && !f) return errc::bad_layout;
    if (view.layout().is_indirect() && !asks(flags, 0x118)) return errc::bad_layout;
    if (!asks(flags, 0x18) && !c) return errc::bad_layout;
    if (asks(flags, 0x4) && !asks(flags, 0x8)) return errc::invalid_argument;
    if (asks(flags, 0x4) && !has_format) return errc::not_expressible;
    return errc::ok;
}

void check_answer(const View& view, int flags, const BufferFields& fields) {
    SCOPED_TRACE(to_string(view) + " with flags " + std::to_string(flags));
    EXPECT_EQ(fields.buf, view.data());
    EXPECT_EQ(fields.len, view.size() * view.itemsize());
    EXPECT_EQ(fields.itemsize, view.itemsize());
    EXPECT_EQ(fields.readonly, view.is_read_only());
    EXPECT_EQ(fields.format != nullptr, asks(flags, 0x4));
    const bool with_axes = asks(flags, 0x8);
    EXPECT_EQ(fields.ndim, with_axes ? view.rank() : 1);
    EXPECT_EQ(fields.shape != nullptr, with_axes && view.rank() > 0);
    EXPECT_EQ(fields.strides != nullptr, asks(flags, 0x18) && view.rank() > 0);
    EXPECT_EQ(fields.suboffsets != nullptr, view.layout().is_indirect());
    for (int axis = 0; axis < view.rank(); ++axis) {
        EXPECT_TRUE(fields.shape == nullptr || fields.shape[axis] == view.shape()[axis]);
        EXPECT_TRUE(fields.strides == nullptr || fields.strides[axis] == view.strides()[axis]);
        EXPECT_TRUE(fields.suboffsets == nullptr || fields.suboffsets[axis] == view.layout().suboffsets()[axis]);
    }
}

bool has_format(const View& view) {
    try {
        return !buffer_format(view).empty();
    } catch (const Error&) {
        return false;
    }
}

TEST(BufferRequest, every_request_gets_its_answer) {
    RandomViews views({.indirect_one_in = 10});
    int granted = 0, refused = 0;
    testing::for_random_cases(150, [&](Random& random) {
        const View view = views.next(random);
        const BufferExport shown(view);
        const bool sayable = has_format(view);
        for (int flags = 0; flags < 0x400; ++flags) {
            const errc expected = expected_refusal(view, flags, sayable);
            try {
                const BufferFields fields = shown.answer(flags);
                EXPECT_EQ(expected, errc::ok) << "not refused: " << to_string(view) << " with flags " << flags;
                check_answer(view, flags, fields);
                ++granted;
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), expected) << to_string(view) << " with flags " << flags << ": " << error.what();
                ++refused;
            }
            if (::testing::Test::HasFailure()) return;
        }
    });
    EXPECT_GT(granted, 0);
    EXPECT_GT(refused, 0);
}

TEST(BufferRequest, python_knows_native_numbers_by_one_letter) {
    const auto text = [](const Format& format, std::int64_t offset = 0) {
        return buffer_format(View::lend(memory + offset, Device::cpu(), format, Layout::c_order({2}, format.itemsize())));
    };
    EXPECT_EQ(text(Format::number(Kind::floating, 64)), "d");
    EXPECT_EQ(text(Format::number(Kind::integer, 64)), "q");
    EXPECT_EQ(text(Format::number(Kind::complex, 64)), "Zf");
    EXPECT_EQ(text(Format::number(Kind::boolean, 8)), "?");
    EXPECT_EQ(text(Format::number(Kind::floating, 64), 4), "<d") << "not at its own alignment";
    EXPECT_EQ(text(Format::number(Kind::floating, 64).with_alignment(1)), "<d") << "which it does not promise";
    EXPECT_EQ(text(Format::number(Kind::integer, 32, ByteOrder::big)), ">i");
    EXPECT_EQ(text(Format::opaque(5)), "5x");
}

// -- the law --

TEST(BufferLaw, full) {
    RandomViews views;
    int passed = 0, refused = 0, indirect = 0, records = 0;
    constexpr int views_per_case = 100;
    testing::for_random_cases(
        1000,
        [&](Random& random) {
            for (int i = 0; i < views_per_case && !::testing::Test::HasFailure(); ++i) {
                const View view = views.next(random);
                const std::int64_t holders = view.lease().holders();
                int released = 0;
                try {
                    auto shown = std::make_shared<BufferExport>(view);
                    shown->wait_until_ready();
                    const BufferFields fields = shown->answer(view.is_read_only() ? full_read_only : full);
                    View again =
                        import_fields(fields, [&released, keep = std::move(shown)](const ReleaseInfo&) { ++released; }, {.policy = ReleasePolicy::wait()});
                    EXPECT_EQ(again.data(), view.data());
                    EXPECT_EQ(again.layout(), view.layout()) << to_string(view);
                    EXPECT_EQ(again.layout().suboffsets(), view.layout().suboffsets()) << to_string(view);
                    EXPECT_EQ(again.format(), view.format()) << to_string(view) << " came back as " << to_string(again);
                    EXPECT_EQ(again.is_read_only(), view.is_read_only());
                    EXPECT_EQ(released, 0);
                    ++passed;
                    indirect += view.layout().is_indirect() ? 1 : 0;
                    records += view.format().is_record() ? 1 : 0;
                    again = View();
                    EXPECT_EQ(released, 1);
                } catch (const Error& error) {
                    EXPECT_EQ(error.code(), errc::not_expressible) << to_string(view) << ": " << error.what();
                    EXPECT_FALSE(has_format(view)) << to_string(view);
                    EXPECT_EQ(released, 0);
                    ++refused;
                }
                EXPECT_EQ(view.lease().holders(), holders) << to_string(view);
            }
        },
        views_per_case);
    EXPECT_EQ(views.outstanding(), 0);
    if (passed + refused < 100'000) return;
    for (const int count : {passed, refused, indirect, records}) EXPECT_GT(count, 400);
}

// -- bad input --

struct Input {
    BufferFields fields;
    std::vector<std::intptr_t> shape, strides, suboffsets;
    std::string format;
};

Input good(Random& random) {
    Input input;
    input.format = one_of<const char*>(random, {"<i", "f", ">h", "d", "q", "T{b:a:3x<i:b:}"});
    input.fields.itemsize = input.format == "<i" || input.format == "f" ? 4 : input.format == ">h" ? 2 : 8;
    input.fields.ndim = static_cast<int>(random.in(1, 4));
    input.fields.len = input.fields.itemsize;
    for (int axis = 0; axis < input.fields.ndim; ++axis) {
        input.shape.push_back(random.in(2, 3));
        input.strides.push_back(input.fields.len);
        input.fields.len *= input.shape.back();
    }
    input.fields.buf = memory;
    return input;
}

View import(Input& input, ReleaseCallback release) {
    input.fields.shape = input.shape.empty() ? nullptr : input.shape.data();
    input.fields.strides = input.strides.empty() ? nullptr : input.strides.data();
    input.fields.suboffsets = input.suboffsets.empty() ? nullptr : input.suboffsets.data();
    input.fields.format = input.format.empty() ? nullptr : input.format.c_str();
    return import_fields(input.fields, std::move(release), {.policy = ReleasePolicy::wait()});
}

std::string nested(std::int64_t depth) {
    std::string text;
    for (std::int64_t n = depth; n > 0; --n) text += "T{";
    text += 'b';
    for (std::int64_t n = depth; n > 0; --n) text += ":a:}";
    return text;
}

const std::vector<BadClass<Input>> classes = {
    {"ndim is negative", errc::out_of_range, [](Random& r, Input& i) { i.fields.ndim = static_cast<int>(r.in(std::numeric_limits<int>::min(), -1)); }},
    {"ndim is above 64", errc::out_of_range, [](Random& r, Input& i) { i.fields.ndim = static_cast<int>(r.in(65, std::numeric_limits<int>::max())); }},
    {"itemsize is negative", errc::bad_format, [](Random& r, Input& i) { i.fields.itemsize = r.one_in(2) ? -1 : r.in(least_number + 1, -1); }},
    {"itemsize is not the format's", errc::bad_format,
     [](Random& r, Input& i) {
         i.format = one_of<const char*>(r, {"B", "h", "<q", "Zd", "3s", "T{<i:a:<d:b:}"});
         i.fields.itemsize = 7;
     }},
    {"a format that nobody can read", errc::bad_format,
     [](Random& r, Input& i) {
         i.format = one_of<const char*>(r, {"T{", "i}", "()i", "i:a", "3 i", "Zi", "=g", "-1i", "T{b:a:b:a:}", "%", "(2", "<"});
     }},
    {"a format nested without end", errc::bad_format, [](Random& r, Input& i) { i.format = nested(r.in(65, 3000)); }},
    {"a format whose size overflows", errc::overflow,
     [](Random& r, Input& i) {
         i.format = one_of<const char*>(r, {"(2147483648,2147483648)d", "99999999999999999999i", "4611686018427387904d"});
     }},
    {"items of a size without a format", errc::bad_format,
     [](Random& r, Input& i) {
         i.format.clear();
         i.fields.itemsize = one_of(r, {2, 4, 8, 3});
     }},
    {"len is not the elements' bytes", errc::bad_layout,
     [](Random& r, Input& i) {
         i.fields.len += one_of<std::int64_t>(r, {1, -1, 4, 1000, -100, largest_number / 2});
     }},
    {"len without a shape is no number of items", errc::bad_layout,
     [](Random& r, Input& i) {
         i.shape.clear();
         i.fields.len = i.fields.itemsize * r.in(1, 20) + 1;
     }},
    {"len is negative without a shape", errc::bad_layout,
     [](Random& r, Input& i) {
         i.shape.clear();
         i.fields.len = r.in(least_number + 1, -1);
     }},
    {"negative extent", errc::bad_layout, [](Random& r, Input& i) { i.shape[0] = r.one_in(2) ? -1 : r.in(least_number + 1, -1); }},
    {"two negative extents", errc::bad_layout,
     [](Random& r, Input& i) {
         i.fields.ndim = 2;
         i.shape = {-2, -r.in(1, 100)};
         i.strides = {8, 8};
         i.fields.len = i.shape[0] * i.shape[1] * i.fields.itemsize;
     }},
    {"more elements than 63 bits", errc::overflow,
     [](Random& r, Input& i) {
         i.fields.ndim = 2;
         i.shape = {huge(r), huge(r)};
         i.strides = {1, 1};
     }},
    {"more bytes than 63 bits", errc::overflow,
     [](Random& r, Input& i) {
         i.fields.ndim = 1;
         i.shape = {r.in(std::int64_t{1} << 62, largest_number)};
         i.strides.assign(1, 0);
     }},
    {"a distance of more than 63 bits", errc::overflow,
     [](Random& r, Input& i) {
         i.shape[0] = 3;
         i.strides[0] = r.one_in(3) ? least_number : r.one_in(2) ? r.in(largest_number / 2 + 1, largest_number) : r.in(least_number, -(largest_number / 2) - 1);
     }},
    {"buf is NULL with elements", errc::invalid_argument, [](Random&, Input& i) { i.fields.buf = nullptr; }},
    {"elements behind the last address", errc::out_of_bounds,
     [](Random& r, Input& i) { i.fields.buf = reinterpret_cast<void*>(std::numeric_limits<std::uintptr_t>::max() - static_cast<std::uintptr_t>(r.in(0, 2))); }},
    {"elements before the first address", errc::out_of_bounds,
     [](Random& r, Input& i) {
         i.fields.buf = reinterpret_cast<void*>(static_cast<std::uintptr_t>(r.in(1, 1000)));
         i.strides[0] = -r.in(10000, 1 << 20);
     }},
    {"suboffsets without strides", errc::invalid_argument,
     [](Random&, Input& i) {
         i.strides.clear();
         i.suboffsets.assign(i.shape.size(), 0);
     }},
};

TEST(BufferBadInput, is_refused_by_its_name_and_takes_nothing) { testing::expect_refused("Py_buffer", classes, 20, good, import); }

}  // namespace
}  // namespace ndlease
