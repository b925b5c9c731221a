// SPDX-License-Identifier: Apache-2.0
// What DLPack says of one element and of one kind of device, in both directions.
#pragma once

#include <cstdint>

#include <ndlease/device.hpp>
#include <ndlease/format.hpp>
#include <ndlease/format_codes.hpp>

namespace ndlease::dlpack {

/// DLBcomplex: a pair of bfloat16, merged after 1.3.
inline constexpr std::uint8_t code_bcomplex = 18;

/// A format as DLPack has it.
struct Item {
    DlpackType type;
    bool padded;          ///< SUBBYTE_TYPE_PADDED must be set: fewer than 8 bits in a byte of their own
    std::uint32_t minor;  ///< the first 1.x that knows it
};
/// Throws Error{errc::not_expressible} that names the kind: whatever would not come back as the same format.
[[nodiscard]] Item item_of(const Format& format);

/// The format of one element. `padded`: each element of fewer than 8 bits has a byte of its own. `alone`: there is at most one element, so that it does not
/// matter how several are packed. Throws Error{errc::bad_format}, errc::not_expressible as import_view says.
[[nodiscard]] Format format_of(DlpackType type, bool padded, bool alone);

/// Addresses of this kind of memory can be added to; else `data` is a handle.
[[nodiscard]] bool has_addresses(DeviceType type) noexcept;
/// device_id means nothing and is 0.
[[nodiscard]] bool has_one_id(DeviceType type) noexcept;

}  // namespace ndlease::dlpack
