// SPDX-License-Identifier: Apache-2.0
// Our structs beside a real dlpack.h, of the version that the build gives: layout, numbers, and use of its own types.
#include <dlpack/dlpack.h>  // the peer's first: ours must not mind

#include <ndlease/interop/dlpack.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>

#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

#define SAME_PLACE(Peer, Ours, member) static_assert(offsetof(Peer, member) == offsetof(Ours, member))
static_assert(sizeof(DLTensor) == sizeof(dlpack::Tensor) && sizeof(DLManagedTensor) == sizeof(dlpack::ManagedTensor));
static_assert(sizeof(DLDevice) == sizeof(dlpack::TensorDevice) && sizeof(DLDataType) == sizeof(DlpackType));
SAME_PLACE(DLTensor, dlpack::Tensor, data);
SAME_PLACE(DLTensor, dlpack::Tensor, device);
SAME_PLACE(DLTensor, dlpack::Tensor, ndim);
SAME_PLACE(DLTensor, dlpack::Tensor, dtype);
SAME_PLACE(DLTensor, dlpack::Tensor, shape);
SAME_PLACE(DLTensor, dlpack::Tensor, strides);
SAME_PLACE(DLTensor, dlpack::Tensor, byte_offset);
SAME_PLACE(DLDevice, dlpack::TensorDevice, device_type);
SAME_PLACE(DLDevice, dlpack::TensorDevice, device_id);
SAME_PLACE(DLDataType, DlpackType, code);
SAME_PLACE(DLDataType, DlpackType, bits);
SAME_PLACE(DLDataType, DlpackType, lanes);
SAME_PLACE(DLManagedTensor, dlpack::ManagedTensor, dl_tensor);
SAME_PLACE(DLManagedTensor, dlpack::ManagedTensor, manager_ctx);
SAME_PLACE(DLManagedTensor, dlpack::ManagedTensor, deleter);
static_assert(dlpack::LegacyStruct<DLManagedTensor> && dlpack::TensorStruct<DLTensor> && !dlpack::VersionedStruct<DLManagedTensor>);
static_assert(!dlpack::LegacyStruct<DLTensor> && !dlpack::TensorStruct<DLDevice> && !dlpack::LegacyStruct<int>);

constexpr std::pair<int, DeviceType> devices[] = {
    {kDLCPU, DeviceType::cpu},
    {kDLCUDA, DeviceType::cuda},
    {kDLCUDAHost, DeviceType::cuda_host},
    {kDLOpenCL, DeviceType::opencl},
    {kDLVulkan, DeviceType::vulkan},
    {kDLMetal, DeviceType::metal},
    {kDLVPI, DeviceType::vpi},
    {kDLROCM, DeviceType::rocm},
    {kDLROCMHost, DeviceType::rocm_host},
    {kDLExtDev, DeviceType::ext_dev},
    {kDLCUDAManaged, DeviceType::cuda_managed},
#if defined(DLPACK_MAJOR_VERSION)
    {kDLOneAPI, DeviceType::oneapi},
    {kDLWebGPU, DeviceType::webgpu},
    {kDLHexagon, DeviceType::hexagon},
    {kDLMAIA, DeviceType::maia},
    {kDLTrn, DeviceType::trn},
#endif
};
constexpr std::pair<int, std::pair<Kind, int>> codes[] = {
    {kDLInt, {Kind::integer, 32}},
    {kDLUInt, {Kind::unsigned_integer, 8}},
    {kDLFloat, {Kind::floating, 64}},
    {kDLOpaqueHandle, {Kind::pointer, 64}},
    {kDLBfloat, {Kind::bfloat, 16}},
    {kDLComplex, {Kind::complex, 64}},
#if defined(DLPACK_MAJOR_VERSION)
    {kDLBool, {Kind::boolean, 8}},
    {kDLFloat8_e3m4, {Kind::float8_e3m4, 8}},
    {kDLFloat8_e4m3, {Kind::float8_e4m3, 8}},
    {kDLFloat8_e4m3b11fnuz, {Kind::float8_e4m3b11fnuz, 8}},
    {kDLFloat8_e4m3fn, {Kind::float8_e4m3fn, 8}},
    {kDLFloat8_e4m3fnuz, {Kind::float8_e4m3fnuz, 8}},
    {kDLFloat8_e5m2, {Kind::float8_e5m2, 8}},
    {kDLFloat8_e5m2fnuz, {Kind::float8_e5m2fnuz, 8}},
    {kDLFloat8_e8m0fnu, {Kind::float8_e8m0fnu, 8}},
    {kDLFloat6_e2m3fn, {Kind::float6_e2m3fn, 6}},
    {kDLFloat6_e3m2fn, {Kind::float6_e3m2fn, 6}},
    {kDLFloat4_e2m1fn, {Kind::float4_e2m1fn, 4}},
#endif
};

TEST(DlpackHeader, numbers_of_devices_and_dtypes_are_the_same) {
    for (const auto& [number, type] : devices) EXPECT_EQ(static_cast<int>(type), number) << to_string(Device{type, 0});
    for (const auto& [number, format] : codes) {
        const Format ours = format.first == Kind::pointer ? Format::pointer() : Format::number(format.first, format.second);
        EXPECT_EQ(int{to_dlpack_type(ours).code}, number) << to_string(format.first);
    }
}

std::array<float, 6> data{0, 1, 2, 3, 4, 5};

TEST(DlpackHeader, a_peers_legacy_struct_goes_both_ways) {
    const View view = View::lend(data.data(), Device::cpu(), Format::of<float>(), Layout({2, 3}, {4, 8}), {.release = [](const ReleaseInfo&) {}});
    auto* const tensor = dlpack::export_as<DLManagedTensor>(view);
    EXPECT_EQ(tensor->dl_tensor.strides[1], 2);
    EXPECT_EQ(tensor->dl_tensor.dtype.code, kDLFloat);
    EXPECT_EQ(dlpack::borrow_view(tensor->dl_tensor).layout(), view.layout());
    {
        const View again = dlpack::import_view(tensor);
        EXPECT_EQ(again.data(), data.data());
        EXPECT_EQ(view.lease().holders(), 2);
    }
    EXPECT_EQ(view.lease().holders(), 1);
}

#if defined(DLPACK_MAJOR_VERSION)
SAME_PLACE(DLManagedTensorVersioned, dlpack::ManagedTensorVersioned, version);
SAME_PLACE(DLManagedTensorVersioned, dlpack::ManagedTensorVersioned, manager_ctx);
SAME_PLACE(DLManagedTensorVersioned, dlpack::ManagedTensorVersioned, deleter);
SAME_PLACE(DLManagedTensorVersioned, dlpack::ManagedTensorVersioned, flags);
SAME_PLACE(DLManagedTensorVersioned, dlpack::ManagedTensorVersioned, dl_tensor);
SAME_PLACE(DLPackVersion, dlpack::Version, minor);
static_assert(sizeof(DLManagedTensorVersioned) == sizeof(dlpack::ManagedTensorVersioned));
static_assert(dlpack::VersionedStruct<DLManagedTensorVersioned> && !dlpack::LegacyStruct<DLManagedTensorVersioned>);
static_assert(DLPACK_FLAG_BITMASK_READ_ONLY == dlpack::flag_read_only && DLPACK_FLAG_BITMASK_IS_COPIED == dlpack::flag_is_copied);
static_assert(DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED == dlpack::flag_subbyte_padded);

TEST(DlpackHeader, a_peers_versioned_struct_goes_both_ways) {
    const View view = View::lend(data.data(), Device::cpu(), Format::of<float>(), Layout({6}, {4}), {.read_only = true, .release = [](const ReleaseInfo&) {}});
    auto* const tensor = dlpack::export_as<DLManagedTensorVersioned>(view);
    EXPECT_EQ(tensor->version.major, 1U);
    EXPECT_EQ(tensor->flags, DLPACK_FLAG_BITMASK_READ_ONLY);
    EXPECT_TRUE(dlpack::import_view(tensor).is_read_only());
    EXPECT_EQ(view.lease().holders(), 1);
}
#endif

#if defined(DLPACK_MAJOR_VERSION) && (DLPACK_MAJOR_VERSION > 1 || DLPACK_MINOR_VERSION >= 3)
static_assert(sizeof(DLPackExchangeAPI) == sizeof(dlpack::ExchangeApi) && dlpack::ExchangeStruct<DLPackExchangeAPI>);
SAME_PLACE(DLPackExchangeAPIHeader, dlpack::ExchangeApiHeader, prev_api);

TEST(DlpackHeader, a_peers_exchange_table_is_read) {
    DLPackExchangeAPI api{};
    api.header.version = {DLPACK_MAJOR_VERSION, DLPACK_MINOR_VERSION};
    api.managed_tensor_from_py_object_no_sync = [](void* object, DLManagedTensorVersioned** out) {
        *out = dlpack::export_as<DLManagedTensorVersioned>(*static_cast<View*>(object));
        return 0;
    };
    View object = View::lend(data.data(), Device::cpu(), Format::of<float>(), Layout({6}, {4}), {.release = [](const ReleaseInfo&) {}});
    EXPECT_EQ(dlpack::import_object(api, &object).data(), data.data());
    EXPECT_EQ(object.lease().holders(), 1);
    // And ours is what a peer expects.
    const DLPackManagedTensorAllocator allocator = reinterpret_cast<DLPackManagedTensorAllocator>(&dlpack::allocate_tensor);
    std::int64_t shape[] = {3};
    DLTensor prototype{nullptr, {kDLCPU, 0}, 1, {kDLFloat, 32, 1}, shape, nullptr, 0};
    DLManagedTensorVersioned* made = nullptr;
    ASSERT_EQ(allocator(&prototype, &made, nullptr, nullptr), 0);
    EXPECT_EQ(made->dl_tensor.shape[0], 3);
    made->deleter(made);
}
#endif

}  // namespace
}  // namespace ndlease::testing
