// SPDX-License-Identifier: Apache-2.0
// Whether two Views are the same in all that can be asked of them; stricter than their operator==.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>

#include <ndlease/format.hpp>
#include <ndlease/view.hpp>

namespace ndlease::testing {

/// Formats with the same promises of alignment too.
inline bool same_promises(const Format& a, const Format& b) {
    if (a.alignment() != b.alignment() || a.bits() != b.bits() || a.is_native() != b.is_native() || a.has_addresses() != b.has_addresses()) return false;
    if (a.fields().size() != b.fields().size()) return false;
    for (std::size_t i = 0; i < a.fields().size(); ++i) {
        if (!same_promises(a.fields()[i].format(), b.fields()[i].format())) return false;
    }
    if ((a.target() == nullptr) != (b.target() == nullptr)) return false;
    if (a.target() != nullptr && !same_promises(*a.target(), *b.target())) return false;
    return !a.is_subarray() || same_promises(a.element(), b.element());
}

inline ::testing::AssertionResult same_view(const View& a, const View& b) {
    const auto differ = [&](const char* what) { return ::testing::AssertionFailure() << what << ": " << to_string(a) << " and " << to_string(b); };
    if (a.data() != b.data()) return differ("data");
    if (!(a.device() == b.device())) return differ("device");
    if (!(a.format() == b.format()) || !same_promises(a.format(), b.format())) return differ("format");
    if (!(a.shape() == b.shape())) return differ("shape");
    if (!(a.strides() == b.strides())) return differ("strides");  // also those that mean nothing
    if (!(a.layout().suboffsets() == b.layout().suboffsets())) return differ("suboffsets");
    if (a.is_read_only() != b.is_read_only()) return differ("read-only");
    if (a.allocation().data != b.allocation().data || a.allocation().bytes != b.allocation().bytes) return differ("allocation");
    return ::testing::AssertionSuccess();
}

}  // namespace ndlease::testing
