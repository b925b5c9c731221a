// SPDX-License-Identifier: Apache-2.0
// What the array interfaces say about one item: typestr and descr, read together and written together.
#pragma once

#include <string>
#include <string_view>

#include <ndlease/format.hpp>
#include <ndlease/layout.hpp>

namespace ndlease::detail {

/// The item of a typestr whose Format is `base`, with descr's text beside it ("": none). NumPy's descr of an item without fields, "[('', '<f4')]", must agree
/// with it; fields need |Vn of their size. `open_unit`: the time in `base` has no unit yet, descr may give one.
/// Throws Error{errc::bad_format}.
[[nodiscard]] Format item_from(const Format& base, std::string_view descr, bool open_unit = false);

struct ItemText {
    std::string typestr;
    std::string descr;
};
/// `protocol` is for the messages. Throws Error{errc::not_expressible} for what comes back as something else, or not at all.
[[nodiscard]] ItemText item_text(const Format& format, const char* protocol);

/// The format without the promises of alignment that the addresses of the elements do not hold.
[[nodiscard]] Format limit_to_place(const Format& format, const void* data, const Layout& layout);

}  // namespace ndlease::detail
