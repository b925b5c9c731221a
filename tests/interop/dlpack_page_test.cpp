// SPDX-License-Identifier: Apache-2.0
// The code of docs/protocols/dlpack.md, compiled and run; the last test finds every block of the page in this file.
#include <gtest/gtest.h>

#include <array>

#include <ndlease/format_types.hpp>
#include <ndlease/interop/dlpack.hpp>

#include "shown_code.hpp"

namespace ndlease {
namespace {

using DLManagedTensorVersioned = dlpack::ManagedTensorVersioned;  // where there is no dlpack.h

TEST(DlpackPage, out_and_in) {
    std::array<float, 6> data{0, 1, 2, 3, 4, 5};
    const View view = View::lend(data.data(), Device::cpu(), Format::of<float>(), Layout({2, 3}, {12, 4}), {.release = [](const ReleaseInfo&) {}});
    // clang-format off
    // Out: the tensor holds a share of the view's lease until its deleter is called.
    DLManagedTensorVersioned* tensor = dlpack::export_as<DLManagedTensorVersioned>(view, {.consumer = StreamRef::host()});

    // In: the view owns the tensor; its deleter runs when the last view is gone and every stream is done.
    View again = dlpack::import_view(tensor);
    View row = again.index(0, 1);
    // clang-format on
    EXPECT_EQ(view.lease().holders(), 2);
    again = {};
    EXPECT_EQ(row.data(), data.data() + 3);
    row = {};
    EXPECT_EQ(view.lease().holders(), 1);
}

TEST(DlpackPage, shows_what_was_run) { testing::expect_shown_code(NDLEASE_DLPACK_PAGE, NDLEASE_DLPACK_PAGE_TEST, 5); }

}  // namespace
}  // namespace ndlease
