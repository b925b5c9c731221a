// SPDX-License-Identifier: Apache-2.0
#include "copy/copy_conversion.hpp"

#include <ndlease/error.hpp>

namespace ndlease {

struct detail::CopyConversion {};

namespace copying {

std::shared_ptr<const detail::CopyConversion> make_conversion(const View& dst, const View& src, Conversion) {
    if (dst.format() == src.format()) return nullptr;
    throw Error(errc::not_expressible, "copy: no conversion from " + src.format().to_string() + " to " + dst.format().to_string());
}

backend::ItemConverter converter(const detail::CopyConversion&) noexcept { return {}; }

void refuse_loss(const detail::CopyConversion&, const void*) {}

}  // namespace copying
}  // namespace ndlease
