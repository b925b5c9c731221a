// SPDX-License-Identifier: Apache-2.0
// PEP 3118's suboffsets: pointers between the axes. Each result is compared with the same operation on the list of element addresses.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include <ndlease/view.hpp>

#include "view/element_map.hpp"
#include "view/refusal.hpp"

namespace ndlease {
namespace {

const Format int16 = Format::number(Kind::integer, 16);

/// Expects that element i of `view` is element source(i) of `base`.
template <class Source>
void expect_elements(const View& view, const Index& shape, const View& base, Source&& source) {
    ASSERT_EQ(Index(view.shape().begin(), view.shape().end()), shape);
    EXPECT_EQ(elements_of(view).address, elements_of(base).map(shape, source).address);
}

class Indirect : public ::testing::Test {
protected:
    Indirect() {
        for (std::size_t k = 0; k < 6; ++k) pointers[k] = rows[k].data();
        for (std::size_t k = 0; k < 2; ++k) pointers_to_pointers[k] = &pointers[3 * k];
    }
    std::array<std::array<std::int16_t, 8>, 6> rows{};
    std::array<void*, 6> pointers{};
    std::array<void*, 2> pointers_to_pointers{};

    // Axes 0 and 1 choose a pointer, axis 2 goes through the row from its second number on.
    const View table =
        View::lend(pointers.data(), Device::cpu(), int16, Layout(Index{2, 3, 4}, Index{24, 8, 2}, Index{-1, 2, -1}), {.allocation = {pointers.data(), 48}});
    // Each axis but the last follows a pointer.
    const View nested = View::lend(pointers_to_pointers.data(), Device::cpu(), int16, Layout(Index{2, 3, 4}, Index{8, 8, 2}, Index{0, 4, -1}));
};

TEST_F(Indirect, the_oracle_reads_the_rows) {
    EXPECT_EQ(element_address(table, {1, 2, 3}), reinterpret_cast<const char*>(&rows[5][4]));
    EXPECT_EQ(element_address(nested, {1, 2, 3}), reinterpret_cast<const char*>(&rows[5][5]));
}

TEST_F(Indirect, lending_checks_the_pointers_against_the_allocation) {
    expect_refused(
        [&] {
            (void)View::lend(pointers.data(), Device::cpu(), int16, Layout(Index{2, 3, 4}, Index{24, 8, 2}, Index{-1, 2, -1}),
                             {.allocation = {pointers.data(), 47}});
        },
        errc::out_of_bounds, "reaches bytes [0, 48) of an allocation of 47 bytes");
}

TEST_F(Indirect, index) {
    expect_elements(table.index(0, 1), {3, 4}, table, [](const Index& i) { return Index{1, i[0], i[1]}; });
    expect_elements(table.index(1, 2), {2, 4}, table, [](const Index& i) { return Index{i[0], 2, i[1]}; });
    expect_elements(table.index(2, 3), {2, 3}, table, [](const Index& i) { return Index{i[0], i[1], 3}; });
    expect_elements(table.at("[1, 2]"), {4}, table, [](const Index& i) { return Index{1, 2, i[0]}; });
    expect_elements(table.at("[1, 2, 1]"), {}, table, [](const Index&) { return Index{1, 2, 1}; });
    EXPECT_FALSE(table.at("[1, 2]").layout().is_indirect());
    expect_elements(nested.index(0, 1), {3, 4}, nested, [](const Index& i) { return Index{1, i[0], i[1]}; });
    expect_elements(nested.index(2, 1), {2, 3}, nested, [](const Index& i) { return Index{i[0], i[1], 1}; });
    expect_elements(nested.at("[1, 2]"), {4}, nested, [](const Index& i) { return Index{1, 2, i[0]}; });
    expect_refused([&] { (void)nested.index(1, 0); }, errc::bad_layout, "axis 1 is indirect and so is axis 0 before it");
}

TEST_F(Indirect, a_followed_pointer_leaves_the_stated_allocation) {
    EXPECT_EQ(table.index(0, 1).allocation().bytes, 48);
    EXPECT_EQ(table.at("[1, 2]").allocation().bytes, 0);
}

TEST_F(Indirect, pointers_out_of_the_hosts_reach_are_not_followed) {
    const View far = View::lend(pointers.data(), Device::cuda(1), int16, Layout(Index{3, 4}, Index{8, 2}, Index{0, -1}));
    EXPECT_EQ(far.slice(0, 1, 3).index(1, 2).shape(), Dims({2}));
    expect_refused([&] { (void)far.index(0, 0); }, errc::device, "its pointers lie on cuda:1");
}

TEST_F(Indirect, null_pointers_are_not_followed) {
    pointers[1] = nullptr;
    expect_refused([&] { (void)table.at("[0, 1]"); }, errc::invalid_argument, "the pointer at this index is NULL");
    const View empty = table.slice(2, 0, 0);
    EXPECT_EQ(empty.at("[0, 1]").shape(), Dims({0}));
}

TEST_F(Indirect, slice_and_flip) {
    expect_elements(table.slice(0, 1, 2), {1, 3, 4}, table, [](const Index& i) { return Index{1, i[1], i[2]}; });
    expect_elements(table.slice(1, 2, std::nullopt, -2), {2, 2, 4}, table, [](const Index& i) { return Index{i[0], 2 - 2 * i[1], i[2]}; });
    expect_elements(table.slice(2, 1, 4, 2), {2, 3, 2}, table, [](const Index& i) { return Index{i[0], i[1], 1 + 2 * i[2]}; });
    expect_elements(table.flip(2), {2, 3, 4}, table, [](const Index& i) { return Index{i[0], i[1], 3 - i[2]}; });
    expect_elements(nested.slice(1, 1, 3), {2, 2, 4}, nested, [](const Index& i) { return Index{i[0], i[1] + 1, i[2]}; });
    expect_elements(nested.flip(0).flip(1).flip(2), {2, 3, 4}, nested, [](const Index& i) { return Index{1 - i[0], 2 - i[1], 3 - i[2]}; });
    // Slicing axis 2 adds to the suboffset of axis 1, as PEP 3118's exporters do.
    EXPECT_EQ(table.slice(2, 1, 4).layout().suboffsets(), Dims({-1, 4, -1}));
    EXPECT_EQ(nested.slice(1, 1, 3).layout().suboffsets(), Dims({8, 4, -1}));
}

TEST_F(Indirect, a_suboffset_cannot_become_negative) {
    const View backwards = View::lend(pointers.data(), Device::cpu(), int16, Layout(Index{3, 2}, Index{8, -2}, Index{2, -1}));
    EXPECT_EQ(backwards.index(1, 1).layout().suboffsets(), Dims({0}));
    const View further = View::lend(pointers.data(), Device::cpu(), int16, Layout(Index{3, 3}, Index{8, -2}, Index{2, -1}));
    expect_refused([&] { (void)further.index(1, 2); }, errc::bad_layout, "axis 0 is indirect, and its suboffset 2 cannot become negative");
}

TEST_F(Indirect, axes_change_places_only_between_pointers) {
    expect_elements(table.permute({1, 0, 2}), {3, 2, 4}, table, [](const Index& i) { return Index{i[1], i[0], i[2]}; });
    EXPECT_EQ(table.permute({1, 0, 2}).layout().suboffsets(), Dims({-1, 2, -1}));
    expect_refused([&] { (void)table.transpose(); }, errc::bad_layout, "axis 1 cannot come after axis 2");
    expect_refused([&] { (void)nested.transpose(0, 1); }, errc::bad_layout, "axis 0 cannot come after axis 1");
    const View last = View::lend(pointers.data(), Device::cpu(), int16, Layout(Index{2, 3}, Index{24, 8}, Index{-1, 6}));
    expect_elements(last.transpose(), {3, 2}, last, [](const Index& i) { return Index{i[1], i[0]}; });
}

TEST_F(Indirect, expand_squeeze_and_broadcast) {
    for (int axis = 0; axis <= 3; ++axis) {
        const View expanded = table.expand(axis);
        EXPECT_EQ(elements_of(expanded).address, elements_of(table).address) << axis;
        EXPECT_EQ(elements_of(expanded.squeeze(axis)).address, elements_of(table).address) << axis;
    }
    expect_elements(table.slice(1, 2, 3).squeeze(), {2, 4}, table, [](const Index& i) { return Index{i[0], 2, i[1]}; });
    expect_elements(table.slice(0, 1, 2).slice(1, 2, 3).squeeze(), {4}, table, [](const Index& i) { return Index{1, 2, i[0]}; });
    expect_refused([&] { (void)nested.slice(1, 2, 3).squeeze(); }, errc::bad_layout, "axis 1 is indirect and so is axis 0");
    expect_elements(table.slice(1, 1, 2).broadcast_to({5, 2, 3, 4}), {5, 2, 3, 4}, table, [](const Index& i) { return Index{i[1], 1, i[3]}; });
}

TEST_F(Indirect, squeeze_follows_one_pointer_after_the_other) {
    const View one = nested.slice(0, 1, 2).slice(1, 2, 3);
    expect_elements(one.squeeze(), {4}, nested, [](const Index& i) { return Index{1, 2, i[0]}; });
}

TEST_F(Indirect, split_and_merge) {
    expect_elements(table.merge(0, 1), {6, 4}, table, [](const Index& i) { return Index{i[0] / 3, i[0] % 3, i[1]}; });
    expect_elements(table.merge(0, 1).split(0, {3, -1}), {3, 2, 4}, table, [](const Index& i) {
        const std::int64_t row = 2 * i[0] + i[1];
        return Index{row / 3, row % 3, i[2]};
    });
    expect_elements(table.split(2, {2, 2}), {2, 3, 2, 2}, table, [](const Index& i) { return Index{i[0], i[1], 2 * i[2] + i[3]}; });
    expect_refused([&] { (void)table.merge(1, 2); }, errc::bad_layout, "axis 1 is indirect and cannot be merged");
}

TEST_F(Indirect, parts_of_items_come_after_the_last_pointer) {
    const FieldSpec fields[] = {{"low", Format()}, {"high", Format::subarray(Format(), std::vector<std::int64_t>{1})}};
    const View records = table.reinterpret(Format::record(fields));
    const auto expected = elements_of(table);
    const View high = records.field("high");
    EXPECT_EQ(high.shape(), Dims({2, 3, 4, 1}));
    const auto got = elements_of(high).address;
    for (std::size_t k = 0; k < got.size(); ++k) EXPECT_EQ(got[k], expected.address[k] + 1);
    EXPECT_EQ(elements_of(table.as_bytes()).address.at(1), expected.address[0] + 1);
    EXPECT_EQ(table.reinterpret(Format()).shape(), Dims({2, 3, 8}));
    EXPECT_EQ(elements_of(table.reinterpret(Format())).address.at(9), expected.address[4] + 1);
}

TEST_F(Indirect, sliding_window_where_no_pointer_lies_between) {
    expect_elements(table.sliding_window(2, 3), {2, 3, 2, 3}, table, [](const Index& i) { return Index{i[0], i[1], i[2] + i[3]}; });
    expect_refused([&] { (void)table.sliding_window(0, 2); }, errc::bad_layout, "the pointers of indirect axis 1 lie between it and axis 0");
}

TEST_F(Indirect, what_strides_alone_must_say_is_refused) {
    expect_refused([&] { (void)table.reshape({6, 4}); }, errc::bad_layout, "reshape cannot treat indirect axes; axis 1 has suboffset 2");
    expect_refused([&] { (void)table.diagonal(); }, errc::bad_layout, "diagonal() cannot treat indirect axes; axis 1 has suboffset 2");
    expect_refused([&] { (void)table.as_strided({1}, {1}); }, errc::bad_layout, "as_strided cannot treat indirect axes");
    const View last = View::lend(pointers.data(), Device::cpu(), int16, Layout(Index{6}, Index{8}, Index{6}));
    expect_refused([&] { (void)last.reinterpret(Format()); }, errc::bad_layout, "the last axis is indirect");
    EXPECT_EQ(elements_of(table.reshape({2, 3, -1})).address, elements_of(table).address) << "the same shape is no reshape";
}

}  // namespace
}  // namespace ndlease
