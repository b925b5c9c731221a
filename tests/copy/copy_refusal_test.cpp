// SPDX-License-Identifier: Apache-2.0
// What copies refuse: the code, the message, and that nothing was written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ndlease/copy.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Numbers = std::vector<std::int64_t>;

const Format int32 = Format::of<std::int32_t>();

class copy_refuses : public ::testing::Test {
protected:
    View dst(const Numbers& shape, const Numbers& strides, const Format& format = int32, LendOptions options = {}, Device device = Device::cpu()) {
        return View::lend(static_cast<void*>(written_.data() + 8), device, format, Layout(shape, strides), std::move(options));
    }
    View src(const Numbers& shape, const Numbers& strides, const Format& format = int32, Device device = Device::cpu()) {
        return View::lend(static_cast<void*>(read_.data() + 8), device, format, Layout(shape, strides), {});
    }
    // The error of this copy, which must leave the destination as it was.
    Error refusal(const View& to, const View& from, const CopyOptions& options = {}) {
        const std::vector<std::int32_t> before = written_;
        std::optional<Error> refused;
        try {
            copy(to, from, options);
        } catch (const Error& error) {
            refused = error;
        }
        EXPECT_EQ(written_, before) << "the destination was written to";
        if (refused) return *refused;
        ADD_FAILURE() << "not refused";
        return Error(errc::ok, "not refused");
    }

    std::vector<std::int32_t> written_ = std::vector<std::int32_t>(64, -77);
    std::vector<std::int32_t> read_ = std::vector<std::int32_t>(64, 300);
};

TEST_F(copy_refuses, a_read_only_destination) {
    const Error error = refusal(dst({4}, {4}, int32, {.read_only = true}), src({4}, {4}));
    EXPECT_EQ(error.code(), errc::read_only);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("destination"), HasSubstr("read-only")));
}

TEST_F(copy_refuses, memory_that_the_host_cannot_reach) {
    Error error = refusal(dst({4}, {4}, int32, {}, Device::cuda(1)), src({4}, {4}));
    EXPECT_EQ(error.code(), errc::device);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("destination"), HasSubstr("cuda:1")));
    error = refusal(dst({4}, {4}), src({4}, {4}, int32, Device::cuda(0)));
    EXPECT_EQ(error.code(), errc::device);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("source"), HasSubstr("cuda:0")));
}

TEST_F(copy_refuses, references_that_only_python_counts) {
    const FieldSpec fields[] = {{"id", int32}, {"owner", Format::py_object()}};
    const std::int64_t two[] = {2};
    for (const Format& format : {Format::py_object(), Format::subarray(Format::py_object(), two), Format::record(fields)}) {
        const std::int64_t stride = format.itemsize();
        const Error error = refusal(dst({2}, {stride}, format), src({2}, {stride}, format));
        EXPECT_EQ(error.code(), errc::not_supported) << format.to_string();
        EXPECT_THAT(error.what(), AllOf(HasSubstr("PyObject"), HasSubstr(format.to_string()), HasSubstr("opaque bytes")));
        EXPECT_NO_THROW(copy(dst({2}, {stride}, format).reinterpret(Format::opaque(stride)), src({2}, {stride}, format).reinterpret(Format::opaque(stride))));
        written_.assign(written_.size(), -77);
    }
    EXPECT_NO_THROW(copy(dst({2}, {8}, Format::pointer()), src({2}, {8}, Format::pointer())));
}

TEST_F(copy_refuses, shapes_that_do_not_broadcast) {
    // src: (2,3):(12,4)  dst: (2,4):(16,4)
    Error error = refusal(dst({2, 4}, {16, 4}), src({2, 3}, {12, 4}));
    EXPECT_EQ(error.code(), errc::bad_layout);
    EXPECT_EQ(error.index(), 1);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("(2,3)"), HasSubstr("(2,4)"), HasSubstr("axis 1"), HasSubstr("extent 3")));
    // src: (3):(4)  dst: (3,2):(8,4): axes are matched from the last
    error = refusal(dst({3, 2}, {8, 4}), src({3}, {4}));
    EXPECT_EQ(error.index(), 1);
    // src: (2,3):(12,4)  dst: (3):(4)
    error = refusal(dst({3}, {4}), src({2, 3}, {12, 4}));
    EXPECT_EQ(error.code(), errc::bad_layout);
    EXPECT_THAT(error.what(), HasSubstr("no axis of the destination"));
    // src: (0):(4)  dst: (2):(4)
    EXPECT_EQ(refusal(dst({2}, {4}), src({0}, {4})).code(), errc::bad_layout);
    // An empty destination is no excuse.  src: (3):(4)  dst: (0,2):(8,4)
    EXPECT_EQ(refusal(dst({0, 2}, {8, 4}), src({3}, {4})).code(), errc::bad_layout);
}

TEST_F(copy_refuses, a_destination_that_overlaps_itself) {
    for (const auto& [shape, strides] : std::vector<std::pair<Numbers, Numbers>>{{{4}, {0}}, {{4}, {2}}, {{3, 4}, {4, 4}}, {{3, 3}, {8, 4}}}) {
        const Error error = refusal(dst(shape, strides), src(shape, Numbers(shape.size(), 4)));
        EXPECT_EQ(error.code(), errc::overlap) << strides[0];
        EXPECT_THAT(error.what(), AllOf(HasSubstr("destination"), HasSubstr("share memory")));
    }
}

TEST_F(copy_refuses, formats_without_a_conversion_and_conversions_not_asked_for) {
    EXPECT_EQ(refusal(dst({4}, {4}, Format::of<float>()), src({4}, {4})).code(), errc::not_expressible);
    EXPECT_EQ(refusal(dst({4}, {4}, Format::opaque(4)), src({4}, {4}), {.conversion = Conversion::cpp}).code(), errc::not_expressible);
}

TEST_F(copy_refuses, loss_in_checked_mode_before_the_first_byte) {
    read_.assign(64, 100);
    read_[8 + 5] = 300;
    // src: int32 (2,3):(12,4)  dst: uint8 (2,3):(3,1)
    const Error error = refusal(dst({2, 3}, {3, 1}, Format::of<std::uint8_t>()), src({2, 3}, {12, 4}), {.conversion = Conversion::checked});
    EXPECT_EQ(error.code(), errc::lossy);
    EXPECT_EQ(error.index(), 5);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("element (1,2)"), HasSubstr("300")));
    // Rank 0, and an element that broadcasting repeats.
    read_[8] = -1;
    EXPECT_EQ(refusal(dst({}, {}, Format::of<std::uint8_t>()), src({}, {}), {.conversion = Conversion::checked}).index(), 0);
    EXPECT_EQ(refusal(dst({5}, {1}, Format::of<std::uint8_t>()), src({1}, {4}), {.conversion = Conversion::checked}).index(), 0);
}

TEST_F(copy_refuses, loss_in_checked_mode_where_the_destination_has_no_byte) {
    const Format four = Format::text(Kind::bytes, 4);
    const Format none = Format::text(Kind::bytes, 0);
    EXPECT_EQ(refusal(dst({2}, {0}, none), src({2}, {4}, four), {.conversion = Conversion::checked}).code(), errc::lossy);
    copy(dst({0}, {0}, none), src({1}, {4}, four), {.conversion = Conversion::checked});  // there is no element to lose
    read_.assign(64, 0);
    copy(dst({2}, {0}, none), src({2}, {4}, four), {.conversion = Conversion::checked});
}

TEST_F(copy_refuses, no_source_without_bytes) {
    const View nothing = View::lend(static_cast<void*>(nullptr), Device::cpu(), Format::text(Kind::bytes, 0), Layout({2, 3}, {-40, 7}));
    copy(dst({2, 3}, {12, 4}, Format::text(Kind::bytes, 4)), nothing, {.conversion = Conversion::checked});
    EXPECT_EQ(std::vector<std::int32_t>(written_.begin() + 8, written_.begin() + 14), std::vector<std::int32_t>(6, 0));
}

TEST_F(copy_refuses, nothing_where_checked_values_fit) {
    read_.assign(64, 200);
    copy(dst({2, 3}, {3, 1}, Format::of<std::uint8_t>()), src({2, 3}, {12, 4}), {.conversion = Conversion::checked});
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(written_.data() + 8);
    EXPECT_EQ(std::vector<std::uint8_t>(bytes, bytes + 6), std::vector<std::uint8_t>(6, 200));
}

}  // namespace
}  // namespace ndlease::testing
