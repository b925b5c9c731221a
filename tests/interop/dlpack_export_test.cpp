// SPDX-License-Identifier: Apache-2.0
// The rules that an exporter of DLPack obeys, by their labels: E1 to E13.
#include <array>
#include <cstring>
#include <optional>
#include <thread>

#include "interop/dlpack_tensor.hpp"

#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

using dlpack::export_legacy_view;
using dlpack::export_view;
using dlpack::ExportOptions;
using dlpack::Version;

template <class Export>
errc refusal_of(Export&& run, std::int64_t* index = nullptr) {
    try {
        dlpack::discard(run());
        return errc::ok;
    } catch (const Error& error) {
        if (index != nullptr) *index = error.index();
        return error.code();
    }
}

class DlpackExport : public ::testing::Test {
protected:
    alignas(64) std::array<float, 24> data{};
    int released = 0;
    View lend(LendOptions options = {}) {
        options.release = [this](const ReleaseInfo&) { ++released; };
        return View::lend(data.data(), Device::cpu(), Format::of<float>(), Layout::c_order({4, 6}, 4), std::move(options));
    }
    View of(const Format& format) { return View::lend(data.data(), Device::cpu(), format, Layout({2}, {format.itemsize()})); }
};

TEST_F(DlpackExport, E1_the_stamp_says_which_rules_are_followed_and_flags_are_set_where_meant) {
    const Taken tensor(export_view(lend()));
    EXPECT_EQ(tensor->version, (Version{1, 3}));
    EXPECT_EQ(tensor->flags, 0U);
    struct {
        Version newest, stamp;
        Format format;
    } const cases[] = {
        {{1, 0}, {1, 0}, Format::of<float>()},
        {{1, 2}, {1, 2}, Format::of<float>()},
        {{1, 9}, {1, 3}, Format::of<float>()},
        {{2, 0}, {1, 3}, Format::of<float>()},
        {{1, 0}, {1, 1}, Format::number(Kind::float8_e5m2, 8)},
        {{1, 0}, {1, 1}, Format::number(Kind::float4_e2m1fn, 4)},
    };
    for (const auto& c : cases) EXPECT_EQ(Taken(export_view(of(c.format), {.max_version = c.newest}))->version, c.stamp) << c.newest.minor;
    EXPECT_EQ(refusal_of([&] { return export_view(lend(), {.max_version = {0, 8}}); }), errc::not_expressible);
}

TEST_F(DlpackExport, E2_element_0_is_at_data_plus_byte_offset) {
    const View view = lend({.allocation = {data.data(), sizeof data}}).slice(0, 1, 4).slice(1, 5, std::nullopt, -2);  // src: (3,3):(24,-8)
    const Taken tensor(export_view(view));
    EXPECT_EQ(tensor.tensor().data, data.data());
    EXPECT_EQ(tensor.tensor().byte_offset, 4U * (6 + 5));
    EXPECT_EQ(tensor.strides(), (std::vector<std::int64_t>{6, -2}));
    const Taken folded(export_view(view, {.fold_offset = true}));
    EXPECT_EQ(folded.tensor().data, data.data() + 11);
    EXPECT_EQ(folded.tensor().byte_offset, 0U);
    const Taken unknown(export_view(lend().slice(0, 1, 4)));
    EXPECT_EQ(unknown.tensor().data, data.data() + 6) << "where the allocation starts is not known";
    EXPECT_EQ(unknown.tensor().byte_offset, 0U);
}

TEST_F(DlpackExport, E2_the_offset_of_a_handle_stays_beside_it) {
    Versioned handle;
    handle.at(reinterpret_cast<void*>(0x1000), 8).shaped({4}, {2}).on(7, 1);
    const View part = handle.import({.policy = ReleasePolicy::wait()}).slice(0, 1, 3);
    const Taken tensor(export_view(part, {.fold_offset = true}));
    EXPECT_EQ(tensor.tensor().data, reinterpret_cast<void*>(0x1000));
    EXPECT_EQ(tensor.tensor().byte_offset, 16U);
    EXPECT_EQ(tensor.tensor().device.device_type, 7);
    EXPECT_EQ(tensor.tensor().device.device_id, 1);
}

TEST_F(DlpackExport, E3_shape_and_strides_are_there_and_may_be_absent_for_rank_0_alone) {
    const Taken tensor(export_view(lend()));
    EXPECT_EQ(tensor.shape(), (std::vector<std::int64_t>{4, 6}));
    EXPECT_EQ(tensor.strides(), (std::vector<std::int64_t>{6, 1}));
    const Taken scalar(export_view(lend().index(0, 1).index(0, 2)));
    EXPECT_EQ(scalar.tensor().ndim, 0);
    EXPECT_EQ(scalar.tensor().data, data.data() + 8);
}

TEST_F(DlpackExport, E4_strides_that_are_no_number_of_items_are_refused_where_they_matter) {
    std::int64_t axis = -1;
    const auto with = [&](Layout layout) { return View::lend(data.data(), Device::cpu(), Format::of<float>(), std::move(layout)); };
    EXPECT_EQ(refusal_of([&] { return export_view(with(Layout({2, 2}, {24, 6}))); }, &axis), errc::not_expressible);
    EXPECT_EQ(axis, 1);
    const Taken ones(export_view(with(Layout({3, 1, 2}, {8, 7, 4}))));
    EXPECT_EQ(ones.strides(), (std::vector<std::int64_t>{2, 2, 1}));
    const Taken empty(export_view(with(Layout({3, 0}, {7, 5}))));
    EXPECT_EQ(empty.strides(), (std::vector<std::int64_t>{1, 1}));
}

TEST_F(DlpackExport, E5_without_elements_data_is_NULL_and_strides_are_there) {
    const Taken tensor(export_view(lend({.allocation = {data.data(), sizeof data}}).slice(1, 2, 2)));
    EXPECT_EQ(tensor.tensor().data, nullptr);
    EXPECT_EQ(tensor.tensor().byte_offset, 0U);
    EXPECT_EQ(tensor.shape(), (std::vector<std::int64_t>{4, 0}));
    EXPECT_EQ(tensor.strides(), (std::vector<std::int64_t>{6, 1}));
}

TEST_F(DlpackExport, E6_the_other_byte_order_and_what_is_no_number_are_refused) {
    const Format refused[] = {
        Format::number(Kind::floating, 32, ByteOrder::big),
        Format::text(Kind::bytes, 4),
        Format::time(Kind::datetime, "ns"),
        Format::opaque(4),
        Format::number(Kind::complex, 256),
        Format::number(Kind::x87, 80),
        Format::function(),
        Format::pointer(Format::of<int>()),
        Format::bit_field(1),
        Format::py_object(),
    };
    for (const Format& format : refused) EXPECT_EQ(refusal_of([&] { return export_view(of(format)); }), errc::not_expressible) << format.to_string();
}

TEST_F(DlpackExport, E7_device_id_is_0_where_it_means_nothing) {
    for (const Device device : {Device{DeviceType::cpu, 3}, Device{DeviceType::cuda_host, 2}, Device{DeviceType::cuda_managed, 1}}) {
        if (cuda_device_count() > 0 && device.type != DeviceType::cpu) continue;  // the memory is not there
        const Taken tensor(export_view(View::lend(data.data(), device, Format::of<float>(), Layout({2}, {4}))));
        EXPECT_EQ(tensor.tensor().device.device_type, static_cast<std::int32_t>(device.type));
        EXPECT_EQ(tensor.tensor().device.device_id, 0);
    }
}

TEST_F(DlpackExport, E8_read_only_is_said_and_refused_where_it_cannot_be) {
    const View view = lend({.read_only = true});
    EXPECT_EQ(Taken(export_view(view))->flags, dlpack::flag_read_only);
    EXPECT_EQ(refusal_of([&] { return export_legacy_view(view); }), errc::not_expressible);
    EXPECT_EQ(refusal_of([&] { return export_legacy_view(lend()); }), errc::ok);
}

TEST_F(DlpackExport, E9_copied_is_said_if_and_only_if_so) {
    EXPECT_EQ(Taken(export_view(lend(), {.copied = true}))->flags, dlpack::flag_is_copied);
    EXPECT_EQ(Taken(export_view(lend()))->flags & dlpack::flag_is_copied, 0U);
}

TEST_F(DlpackExport, E10_elements_below_a_byte_are_padded_and_say_so_or_are_lanes) {
    for (const Format& format : {Format::number(Kind::float4_e2m1fn, 4), Format::number(Kind::float6_e3m2fn, 6), Format::number(Kind::integer, 4)}) {
        const Taken tensor(export_view(of(format)));
        EXPECT_EQ(tensor->flags, dlpack::flag_subbyte_padded) << format.to_string();
        EXPECT_EQ(tensor.tensor().dtype.bits, format.bits());
        EXPECT_EQ(refusal_of([&] { return export_legacy_view(of(format)); }), errc::not_expressible);
    }
    const std::int64_t pair[] = {2};
    const std::int64_t triple[] = {3};
    const Taken packed(export_view(of(Format::subarray(Format::number(Kind::float4_e2m1fn, 4), pair))));  // as torch has float4_e2m1fn_x2
    EXPECT_EQ(packed->flags, 0U);
    EXPECT_EQ(packed.tensor().dtype, (DlpackType{17, 4, 2}));
    EXPECT_EQ(packed.strides(), (std::vector<std::int64_t>{1}));
    EXPECT_EQ(refusal_of([&] { return export_view(of(Format::subarray(Format::number(Kind::float4_e2m1fn, 4), triple))); }), errc::not_expressible);
}

TEST_F(DlpackExport, E11_the_deleter_frees_its_tensor_on_any_thread_and_takes_NULL) {
    auto* tensor = export_view(lend());
    auto* const deleter = tensor->deleter;
    deleter(nullptr);
    EXPECT_EQ(released, 0);
    std::thread([&] { deleter(tensor); }).join();
    EXPECT_EQ(released, 1);
}

TEST_F(DlpackExport, E12_a_tensor_that_nobody_took_is_discarded) {
    EXPECT_STREQ(dlpack::capsule_name, "dltensor_versioned");
    EXPECT_STREQ(dlpack::legacy_capsule_name, "dltensor");
    dlpack::discard(export_view(lend()));
    dlpack::discard(export_legacy_view(lend()));
    dlpack::discard(static_cast<dlpack::ManagedTensor*>(nullptr));
    EXPECT_EQ(released, 2);
}

TEST_F(DlpackExport, E13_the_consumers_stream_is_read_as_the_array_API_has_it) {
    EXPECT_FALSE(dlpack::options_for(std::nullopt, Device::cpu()).consumer);
    EXPECT_TRUE(dlpack::options_for(std::nullopt, Device::cpu()).ordered);
    EXPECT_EQ(dlpack::options_for(std::nullopt, Device::cpu(), Version{1, 1}).max_version, (Version{1, 1}));
    EXPECT_FALSE(dlpack::options_for(-1, Device::cuda_host()).ordered);
    EXPECT_FALSE(dlpack::options_for(-1, Device::cuda(0)).ordered);
    for (const std::int64_t stream : {-1, 0, 1, 2, 3}) EXPECT_THROW((void)dlpack::options_for(stream, Device::cpu()), Error) << stream;
    EXPECT_THROW((void)dlpack::options_for(0, Device::cuda(0)), Error);
    EXPECT_THROW((void)dlpack::options_for(1, Device::cuda_managed()), Error);
}

TEST_F(DlpackExport, suboffsets_and_unknown_devices_are_refused) {
    const void* rows[] = {data.data(), data.data() + 2};
    const std::int64_t shape[] = {2, 2}, strides[] = {8, 4}, suboffsets[] = {0, -1};
    const View indirect = View::lend(rows, Device::cpu(), Format::of<float>(), Layout(shape, strides, suboffsets));
    EXPECT_EQ(refusal_of([&] { return export_view(indirect); }), errc::not_expressible);
    const View elsewhere = View::lend(data.data(), Device{static_cast<DeviceType>(99), 0}, Format::of<float>(), Layout({2}, {4}));
    EXPECT_EQ(refusal_of([&] { return export_view(elsewhere); }), errc::not_expressible);
}

TEST_F(DlpackExport, a_refusal_keeps_no_share) {
    const View view = lend({.read_only = true});
    EXPECT_EQ(refusal_of([&] { return export_legacy_view(view); }), errc::not_expressible);
    EXPECT_EQ(refusal_of([&] { return export_view(view.as_strided({2}, {6})); }), errc::not_expressible);
    EXPECT_EQ(view.lease().holders(), 1);
}

}  // namespace
}  // namespace ndlease::testing
