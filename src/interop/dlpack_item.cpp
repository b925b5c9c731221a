// SPDX-License-Identifier: Apache-2.0
#include "interop/dlpack_item.hpp"

#include <string>

#include <ndlease/error.hpp>

#include "format/refusal.hpp"

namespace ndlease::dlpack {
namespace {

constexpr std::uint8_t first_code_of_1_1 = 7;  // fp8, and with it fp6 and fp4

Format scalar_of(DlpackType type) {
    if (type.code == code_bcomplex && type.bits == 32) return Format::number(Kind::complex_bfloat, 32);
    return from_dlpack_type({type.code, type.bits, 1});
}

std::string text_of(DlpackType type) {
    return "a dtype of code " + std::to_string(type.code) + ", " + std::to_string(type.bits) + " bits and " + std::to_string(type.lanes) + " lanes";
}

/// Numbers that stand alone and have the size that their bits say are the same in both directions.
bool is_plain(const Format& format) noexcept {
    const std::int64_t bits = format.bits();
    return format.is_number() && format.itemsize() * 8 == (bits < 8 ? 8 : bits);
}

}  // namespace

Item item_of(const Format& format) {
    Item item{};
    const Format& element = format.element();
    if (element.kind() == Kind::complex_bfloat && element.is_native()) {
        item.type = {code_bcomplex, 32, 1};
        if (format.is_subarray()) item.type.lanes = to_dlpack_type(Format::subarray(Format::number(Kind::floating, 32), format.shape().span())).lanes;
    } else {
        item.type = to_dlpack_type(format);
    }
    const bool sub_byte = item.type.bits < 8;
    item.padded = sub_byte && item.type.lanes == 1;
    item.minor = sub_byte || (item.type.code >= first_code_of_1_1 && item.type.code != code_bcomplex) ? 1 : 0;
    if (is_plain(format)) return item;
    if (sub_byte && (item.type.bits * item.type.lanes) % 8 != 0) ndlease::detail::refuse(format, "DLPack", "its lanes are no whole bytes");
    if (!(format_of(item.type, item.padded, false) == format)) ndlease::detail::refuse(format, "DLPack", "it would come back as something else");
    return item;
}

Format format_of(DlpackType type, bool padded, bool alone) {
    if (type.lanes == 0) throw Error(errc::bad_format, text_of(type) + ": there must be at least 1 lane");
    Format scalar = scalar_of(type);
    if (type.bits < 8) {
        if (type.lanes == 1 && !padded && !alone) {
            throw Error(errc::not_expressible, text_of(type) + ": elements packed across bytes have no addresses; SUBBYTE_TYPE_PADDED is not set");
        }
        if (type.lanes > 1 && (padded || (type.bits * type.lanes) % 8 != 0)) {
            throw Error(errc::not_expressible, text_of(type) + (padded ? ": SUBBYTE_TYPE_PADDED does not say what becomes of lanes" : ": no whole bytes"));
        }
    }
    if (type.lanes == 1) return scalar;
    const std::int64_t shape[] = {type.lanes};
    return Format::subarray(scalar, shape);
}

bool has_addresses(DeviceType type) noexcept {
    switch (type) {
        case DeviceType::cpu:
        case DeviceType::cuda:
        case DeviceType::cuda_host:
        case DeviceType::cuda_managed:
        case DeviceType::rocm:
        case DeviceType::rocm_host:
        case DeviceType::oneapi:
        case DeviceType::tpu_host: return true;
        default: return false;
    }
}

bool has_one_id(DeviceType type) noexcept { return type == DeviceType::cpu || type == DeviceType::cuda_host || type == DeviceType::cuda_managed; }

}  // namespace ndlease::dlpack
