// SPDX-License-Identifier: Apache-2.0
// The part of a plan that changes formats: the conversion program, and the checked mode's look at the values.
#pragma once

#include <memory>
#include <string>

#include "backend/copy_job.hpp"

#include <ndlease/copy_plan.hpp>

namespace ndlease::copying {

/// Null where the bytes may simply be copied. Throws Error{errc::not_expressible} where there is no conversion.
[[nodiscard]] std::shared_ptr<const detail::CopyConversion> make_conversion(const View& dst, const View& src, Conversion mode);

/// Lives as long as `conversion`.
[[nodiscard]] backend::ItemConverter converter(const detail::CopyConversion& conversion) noexcept;

/// Whether the converter may write each item over its own source.
[[nodiscard]] bool works_in_place(const detail::CopyConversion& conversion) noexcept;

struct ItemConversion;
/// How a device that reaches both sides converts them itself; null where it does not, and for pageable memory on both sides. Lives as long as `conversion`.
[[nodiscard]] const ItemConversion* by_devices(const detail::CopyConversion& conversion, const detail::CopyTask& task) noexcept;

/// From what to what, and how; more lines for records.
[[nodiscard]] std::string describe(const detail::CopyConversion& conversion);

/// In checked mode, reads all of the source at `src`. Throws Error{errc::lossy} for the first value that would change; index() is
/// the element's number in C order.
void refuse_loss(const detail::CopyConversion& conversion, const void* src);

}  // namespace ndlease::copying
