// SPDX-License-Identifier: Apache-2.0
// The rules that an importer of DLPack obeys, by their labels: I1 to I16; and what peers get wrong: C1 to C7.
#include <array>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <thread>

#include "interop/dlpack_tensor.hpp"

#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

using dlpack::export_view;

class DlpackImport : public ::testing::Test {
protected:
    DlpackImport() { std::iota(data.begin(), data.end(), 0.0F); }
    alignas(64) std::array<float, 24> data{};
    Versioned tensor;
    Legacy old;
};

float value_at(const View& view) {
    float value = 0;
    std::memcpy(&value, view.data(), sizeof value);
    return value;
}

TEST_F(DlpackImport, I1_of_another_major_version_the_deleter_is_called_and_nothing_else_touched) {
    for (const std::uint32_t major : {0U, 2U, 0xFFFFFFFFU}) {
        Versioned other;
        other.managed.version = {major, 0};
        other.managed.flags = ~0ULL;
        other.tensor().ndim = -5;  // what follows the flags may be anything
        other.tensor().shape = reinterpret_cast<std::int64_t*>(8);
        EXPECT_EQ(other.refusal(), errc::not_supported);
        EXPECT_EQ(other.deleted, 1);
        other.managed.deleter = nullptr;
        EXPECT_EQ(other.refusal(), errc::not_supported);
    }
}

TEST_F(DlpackImport, I2_a_newer_minor_version_is_fine_and_unknown_codes_are_refused) {
    tensor.at(data.data()).shaped({2}, {1});
    tensor.managed.version = {1, 77};
    EXPECT_EQ(tensor.import().format(), Format::of<float>());
    Versioned code;
    code.at(data.data()).shaped({2}, {1}).dtype({19, 8, 1});
    EXPECT_EQ(code.refusal(), errc::bad_format);
    Versioned device;
    device.at(data.data()).shaped({2}, {1}).on(5);
    EXPECT_EQ(device.refusal(), errc::not_supported);
    EXPECT_EQ(code.deleted + device.deleted, 0) << "they are the caller's still";
}

TEST_F(DlpackImport, I3_the_tensor_is_taken_last_so_that_a_capsule_is_renamed_after_success_alone) {
    tensor.at(data.data()).shaped({-1}, {1});
    EXPECT_EQ(tensor.refusal(), errc::bad_layout);
    EXPECT_EQ(tensor.deleted, 0);
    tensor.shaped({2}, {1});
    { const View view = tensor.import(); }
    EXPECT_EQ(tensor.deleted, 1);
}

TEST_F(DlpackImport, I4_a_NULL_deleter_is_legal) {
    tensor.at(data.data()).shaped({2}, {1}).managed.deleter = nullptr;
    const View view = tensor.import();
    EXPECT_EQ(view.data(), data.data());
    EXPECT_FALSE(view.lease()) << "nobody is told of the end";
}

TEST_F(DlpackImport, I5_byte_offset_is_added) {
    const View view = tensor.at(data.data(), 20).shaped({3}, {2}).import();
    EXPECT_EQ(value_at(view), 5);
    EXPECT_EQ(view.allocation().data, data.data());
    EXPECT_EQ(view.allocation().bytes, 20 + 2 * 8 + 4);
    tensor.deleted = 0;
}

TEST_F(DlpackImport, I6_NULL_strides_are_row_major_before_1_2) {
    const Layout expected = Layout::c_order({2, 3}, 4);
    EXPECT_EQ(old.at(data.data()).shaped({2, 3}).import().layout(), expected);
    for (const std::uint32_t minor : {0U, 1U}) {
        Versioned before;
        before.managed.version = {1, minor};
        EXPECT_EQ(before.at(data.data()).shaped({2, 3}).import().layout(), expected);
    }
    tensor.managed.version = {1, 2};
    EXPECT_EQ(tensor.at(data.data()).shaped({2, 3}).refusal(), errc::bad_layout);
    Versioned scalar;
    EXPECT_EQ(scalar.at(data.data()).shaped({}).import().rank(), 0);
    Versioned empty;
    EXPECT_EQ(empty.shaped({2, 0}).import().size(), 0);
}

TEST_F(DlpackImport, I7_strides_of_one_element_and_of_none_mean_nothing) {
    constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(tensor.at(data.data()).shaped({1, 2, 1}, {huge, 1, -huge}).import().layout(), Layout::c_order({1, 2, 1}, 4));
    Versioned empty;
    EXPECT_TRUE(empty.shaped({3, 0}, {huge, huge}).import().layout().is_empty());
}

TEST_F(DlpackImport, I8_NULL_data_is_for_no_elements_alone_and_the_deleter_is_still_called) {
    { const View view = tensor.at(nullptr, 12).shaped({0}, {1}).import(); }
    EXPECT_EQ(tensor.deleted, 1);
    Versioned absent;
    EXPECT_EQ(absent.at(nullptr).shaped({1}, {1}).refusal(), errc::invalid_argument);
}

TEST_F(DlpackImport, I9_no_alignment_is_assumed) {
    const View view = tensor.at(reinterpret_cast<std::byte*>(data.data()) + 1).shaped({2}, {1}).import();
    EXPECT_EQ(view.format(), Format::of<float>());
    EXPECT_EQ(view.format().alignment(), 1);
    Versioned aligned;
    EXPECT_EQ(aligned.at(data.data()).shaped({2}, {1}).import().format().alignment(), 4);
}

TEST_F(DlpackImport, I10_negative_and_zero_strides_are_strides) {
    const View view = tensor.at(data.data() + 5).shaped({2, 3}, {0, -2}).import();
    EXPECT_EQ(view.layout(), Layout({2, 3}, {0, -8}));
    EXPECT_EQ(value_at(view.index(1, 2)), 1);
}

TEST_F(DlpackImport, I11_ranks_extents_and_sums_are_checked) {
    constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    struct {
        std::vector<std::int64_t> shape, strides;
        errc code;
        std::int64_t axis;
    } const cases[] = {
        {{2, -1}, {1, 1}, errc::bad_layout, 1},
        {{2, 2}, {1, huge / 2}, errc::overflow, 1},
        {{huge, 3}, {1, 1}, errc::overflow, -1},
        {{huge / 4, 2}, {1, huge / 8}, errc::overflow, -1},
    };
    for (const auto& c : cases) {
        Versioned bad;
        std::int64_t axis = -2;
        EXPECT_EQ(bad.at(data.data()).shaped(c.shape, c.strides).refusal(nullptr, &axis), c.code);
        EXPECT_EQ(axis, c.axis);
    }
    for (const std::int32_t ndim : {-1, 65, std::numeric_limits<std::int32_t>::max()}) {
        Versioned bad;
        bad.at(data.data()).shaped({2}, {1}).tensor().ndim = ndim;
        EXPECT_EQ(bad.refusal(), errc::out_of_range);
    }
    for (const std::uint64_t offset : {std::uint64_t{1} << 63, ~std::uint64_t{0}, static_cast<std::uint64_t>(huge)}) {
        Versioned bad;
        EXPECT_EQ(bad.at(data.data(), offset).shaped({2}, {1}).refusal(), errc::out_of_bounds) << offset;
    }
}

TEST_F(DlpackImport, I12_read_only_stays_so_and_the_legacy_struct_counts_as_such) {
    tensor.managed.flags = dlpack::flag_read_only;
    EXPECT_TRUE(tensor.at(data.data()).shaped({2}, {1}).import().is_read_only());
    Versioned writable;
    EXPECT_FALSE(writable.at(data.data()).shaped({2}, {1}).import().is_read_only());
    EXPECT_TRUE(old.at(data.data()).shaped({2}).import().is_read_only());
    EXPECT_FALSE(old.import({.legacy_is_writable = true}).is_read_only());
}

TEST_F(DlpackImport, I13_unknown_flags_are_refused_and_lanes_are_not_ignored) {
    tensor.at(data.data()).shaped({2}, {1});
    for (const std::uint64_t flag : {std::uint64_t{1} << 3, std::uint64_t{1} << 63}) {
        tensor.managed.flags = flag;
        EXPECT_EQ(tensor.refusal(), errc::not_supported);
    }
    Versioned lanes;
    const View vectors = lanes.at(data.data()).shaped({3}, {1}).dtype({2, 32, 4}).import();
    const std::int64_t four[] = {4};
    EXPECT_EQ(vectors.format(), Format::subarray(Format::of<float>(), four));
    EXPECT_EQ(vectors.strides()[0], 16);
    Versioned none;
    EXPECT_EQ(none.at(data.data()).shaped({3}, {1}).dtype({2, 32, 0}).refusal(), errc::bad_format);
}

TEST_F(DlpackImport, I14_the_tensor_lives_as_long_as_any_view_of_it) {
    View part = tensor.at(data.data()).shaped({4}, {1}).import().slice(0, 1, 3);
    EXPECT_EQ(tensor.deleted, 0);
    std::thread([moved = std::move(part)]() mutable { moved = {}; }).join();
    EXPECT_EQ(tensor.deleted, 1);
}

TEST_F(DlpackImport, I15_device_ids_are_checked_and_mean_nothing_for_host_memory) {
    EXPECT_EQ(tensor.at(data.data()).shaped({2}, {1}).on(1, 7).import().device(), Device::cpu());
    Versioned negative;
    EXPECT_EQ(negative.at(data.data()).shaped({2}, {1}).on(2, -1).refusal(), errc::out_of_range);
}

TEST_F(DlpackImport, I16_the_deleter_is_called_exactly_once) {
    for (int i = 0; i < 3; ++i) {
        Versioned one;
        View view = one.at(data.data()).shaped({4}, {1}).import();
        View copy = view;
        view = {};
        EXPECT_EQ(one.deleted, 0);
        EXPECT_TRUE(copy.release());
        EXPECT_EQ(one.deleted, 1);
    }
}

TEST_F(DlpackImport, C1_an_offset_survives_import_and_export) {
    for (const std::int64_t stride : {-1, 1, 2}) {
        Versioned source;
        const Taken again(export_view(source.at(data.data(), 20).shaped({3}, {stride}).import()));
        EXPECT_EQ(again.tensor().data, data.data());
        EXPECT_EQ(again.tensor().byte_offset, 20U);
        EXPECT_EQ(again.strides(), (std::vector<std::int64_t>{stride}));
        EXPECT_EQ(*(static_cast<const float*>(again.tensor().data) + 5), 5);
    }
}

TEST_F(DlpackImport, C2_a_reversed_array_as_NumPy_writes_it_is_imported_with_the_right_span) {
    const View view = tensor.at(data.data() + 5).shaped({6}, {-1}).import();
    EXPECT_EQ(view.layout().byte_extent(4), (ByteExtent{-20, 4}));
    EXPECT_EQ(value_at(view), 5);
    EXPECT_EQ(value_at(view.index(0, 5)), 0);
}

TEST_F(DlpackImport, C3_no_elements_with_NULL_data_is_accepted) { EXPECT_EQ(tensor.at(nullptr).shaped({0, 4}, {4, 1}).import().size(), 0); }

TEST_F(DlpackImport, C4_an_extent_of_1_may_have_any_stride) {
    EXPECT_TRUE(tensor.at(data.data()).shaped({1, 3}, {-12345, 1}).import().is_contiguous(Order::c));
}

TEST_F(DlpackImport, C5_pinned_memory_is_reachable_from_the_host) {
    if (cuda_device_count() > 0) GTEST_SKIP() << "the memory is not pinned; tests/cuda/interop has this with memory that is";
    EXPECT_TRUE(tensor.at(data.data()).shaped({2}, {1}).on(3).import({.policy = ReleasePolicy::wait()}).reachable_from(Device::cpu()));
}

TEST_F(DlpackImport, C6_read_only_data_goes_in_and_out_as_such) {
    tensor.managed.flags = dlpack::flag_read_only;
    const View view = tensor.at(data.data()).shaped({2}, {1}).import();
    EXPECT_THROW((void)view.mutable_data(), Error);
    EXPECT_EQ(Taken(export_view(view))->flags, dlpack::flag_read_only);
}

TEST_F(DlpackImport, every_dtype_of_DLPack_goes_in_and_out) {
    struct {
        int code;
        std::vector<int> bits;
    } const types[] = {
        {0, {8, 16, 32, 64, 128}},
        {1, {8, 16, 32, 64, 128}},
        {2, {16, 32, 64, 128}},
        {3, {64}},
        {4, {16}},
        {5, {32, 64, 128}},
        {6, {8}},
        {7, {8}},
        {8, {8}},
        {9, {8}},
        {10, {8}},
        {11, {8}},
        {12, {8}},
        {13, {8}},
        {14, {8}},
        {18, {32}},
        {0, {1, 4}},
        {1, {1, 2, 4}},
        {15, {6}},
        {16, {6}},
        {17, {4}},
    };
    alignas(64) std::array<std::byte, 512> memory{};
    for (const auto& [code, widths] : types) {
        for (const int bits : widths) {
            for (const int lanes : {1, 4, 8}) {
                SCOPED_TRACE(std::to_string(code) + " of " + std::to_string(bits) + " bits, lanes " + std::to_string(lanes));
                const DlpackType type{static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(bits), static_cast<std::uint16_t>(lanes)};
                Versioned one;
                one.at(memory.data()).shaped({2}, {1}).dtype(type);
                const bool padded = bits < 8 && lanes == 1;
                if (padded) {
                    EXPECT_EQ(one.refusal(), errc::not_expressible) << "packed across bytes";
                }
                if (bits * lanes % 8 != 0 && !padded) {
                    EXPECT_EQ(one.refusal(), errc::not_expressible);
                    continue;
                }
                one.managed.flags = padded ? dlpack::flag_subbyte_padded : 0;
                const View view = one.import();
                EXPECT_EQ(view.itemsize(), padded ? 1 : bits * lanes / 8);
                const Taken again(export_view(view));
                EXPECT_EQ(again.tensor().dtype, type);
                EXPECT_EQ(again->flags, one.managed.flags);
            }
        }
    }
}

TEST_F(DlpackImport, dtypes_that_do_not_exist_are_refused) {
    for (const DlpackType type : {DlpackType{6, 1, 1}, {17, 8, 1}, {15, 8, 1}, {2, 8, 1}, {3, 32, 1}, {4, 32, 1}, {18, 64, 1}, {5, 16, 1}, {0, 0, 1}}) {
        Versioned bad;
        EXPECT_EQ(bad.at(data.data()).shaped({2}, {1}).dtype(type).refusal(), errc::bad_format) << int{type.code} << ' ' << int{type.bits};
    }
}

TEST_F(DlpackImport, every_device_of_DLPack_goes_in_and_out) {
    for (const std::int32_t type : {1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21}) {
        if (cuda_device_count() > 0 && (type == 2 || type == 3 || type == 13)) continue;  // the memory is not there
        Versioned one;
        const View view =
            one.at(data.data(), 4).shaped({2}, {1}).on(type, type == 1 || type == 3 || type == 13 ? 0 : 1).import({.policy = ReleasePolicy::wait()});
        const Taken again(export_view(view, {.consumer = StreamRef::host()}));
        EXPECT_EQ(again.tensor().device.device_type, type);
        EXPECT_EQ(again.tensor().device.device_id, one.tensor().device.device_id);
        EXPECT_EQ(again.tensor().data, data.data());
        EXPECT_EQ(again.tensor().byte_offset, 4U);
    }
}

TEST_F(DlpackImport, a_handle_has_nothing_before_its_start) {
    tensor.at(reinterpret_cast<void*>(64), 4).shaped({3}, {-1}).on(4);
    EXPECT_EQ(tensor.refusal(), errc::out_of_bounds);
    EXPECT_EQ(tensor.shaped({2}, {-1}).import({.policy = ReleasePolicy::wait()}).size(), 2);
}

TEST_F(DlpackImport, a_borrowed_tensor_has_no_owner) {
    tensor.at(data.data()).shaped({2}, {1});
    const View view = dlpack::borrow_view(tensor.tensor());
    EXPECT_FALSE(view.lease());
    EXPECT_FALSE(view.is_read_only());
    tensor.shaped({2});
    EXPECT_THROW((void)dlpack::borrow_view(tensor.tensor()), Error);
    EXPECT_EQ(dlpack::borrow_view(tensor.tensor(), {}, {1, 0}).size(), 2);
}

TEST_F(DlpackImport, no_tensor_is_refused) {
    EXPECT_THROW((void)dlpack::import_view(static_cast<dlpack::ManagedTensor*>(nullptr)), Error);
    EXPECT_THROW((void)dlpack::import_view(static_cast<dlpack::ManagedTensorVersioned*>(nullptr)), Error);
}

}  // namespace
}  // namespace ndlease::testing
