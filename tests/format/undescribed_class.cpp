// SPDX-License-Identifier: Apache-2.0
// Must not compile.
#include <ndlease/format_types.hpp>

struct Undescribed {
    int x;
};

ndlease::Format format() { return ndlease::Format::of<Undescribed>(); }
