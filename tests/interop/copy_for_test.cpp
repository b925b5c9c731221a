// SPDX-License-Identifier: Apache-2.0
#include <complex>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/copy_for.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/cublas.hpp>
#include <ndlease/interop/nccl.hpp>
#include <ndlease/interop/span.hpp>

#include "interop/strided_views.hpp"
#include "view/refusal.hpp"

namespace ndlease {
namespace {

const auto as_matrix = [](const View& view) { return cublas::matrix(view); };

TEST(CopyFor, copies_only_what_is_refused_for_its_layout) {
    testing::StridedViews make(1, sizeof(double));
    int copied = 0;
    for (int number = 0; number < 2000; ++number) {
        const View view = make.view(Format::of<double>(), make.shape(2, 4));
        SCOPED_TRACE(to_string(view));
        testing::each_index(view.shape(), [&](const Dims& index) { testing::element<double>(view, index) = static_cast<double>(make.pick(-9, 9)); });
        const auto a = copy_for(view, Order::f, StreamRef::host(), as_matrix);
        EXPECT_EQ(a.value.data, a.owner.data());
        bool fits = true;
        try {
            (void)as_matrix(view);
        } catch (const Error&) {
            fits = false;
        }
        EXPECT_EQ(a.owner.data() == view.data(), fits);
        copied += fits ? 0 : 1;
        testing::each_index(view.shape(), [&](const Dims& index) {
            const bool plain = a.value.op == cublas::Op::n;
            EXPECT_EQ(static_cast<const double*>(a.value.data)[plain ? index[0] + index[1] * a.value.ld : index[1] + index[0] * a.value.ld],
                      testing::element<double>(view, index));
        });
        if (HasFailure()) return;
    }
    EXPECT_GT(copied, 100);
}

TEST(CopyFor, what_no_copy_mends_is_refused_once) {
    std::vector<int> data(6);
    const View view = View::lend(data.data(), Device::cpu(), Format::of<int>(), Layout::c_order({6}, 4));
    int calls = 0;
    const auto refusing = [&](const View&) -> int {
        ++calls;
        throw Error(errc::bad_layout, "never");
    };
    expect_refused([&] { (void)copy_for(view, Order::c, StreamRef::host(), refusing); }, errc::bad_layout, "never");
    EXPECT_EQ(calls, 1);
    calls = 0;
    expect_refused([&] { (void)copy_for(view.flip(0), Order::c, StreamRef::host(), refusing); }, errc::bad_layout, "never");
    EXPECT_EQ(calls, 2);
    expect_refused([&] { (void)copy_for(view.flip(0), Order::c, StreamRef::host(), [](const View& v) { return export_span<float>(v); }); },
                   errc::not_expressible, "as the type asked for");
}

TEST(CopyFor, packed_to_be_written_and_unpacked) {
    std::vector<int> data{0, 1, 2, 3, 4, 5};
    const View view = View::lend(data.data(), Device::cpu(), Format::of<int>(), Layout::c_order({2, 3}, 4));
    const Packed whole(view, Order::c, StreamRef::host(), false);
    EXPECT_FALSE(whole.is_copy());
    EXPECT_EQ(nccl::receive_buffer(whole.view()).data, data.data());
    const Packed turned(view.transpose(), Order::c, StreamRef::host(), true);
    EXPECT_TRUE(turned.is_copy());
    const auto span = export_span<int>(turned.view());
    EXPECT_EQ(std::vector<int>(span.begin(), span.end()), (std::vector<int>{0, 3, 1, 4, 2, 5}));
    for (int& item : span) item += 10;
    EXPECT_EQ(data[1], 1);
    turned.unpack(StreamRef::host());
    EXPECT_EQ(data, (std::vector<int>{10, 11, 12, 13, 14, 15}));
    expect_refused([&] { (void)Packed(view.read_only(), Order::c, StreamRef::host(), false); }, errc::read_only, "");
}

}  // namespace
}  // namespace ndlease
