// SPDX-License-Identifier: Apache-2.0
// Against Eigen itself.
#include <Eigen/Core>

#include <complex>
#include <cstdint>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/interop/eigen.hpp>

#include "interop/strided_views.hpp"
#include "view/refusal.hpp"

namespace ndlease {
namespace {

using testing::each_index;
using testing::element;
using testing::StridedViews;

using AnyStride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
using ByRows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class Plain, class Stride = AnyStride>
using Map = Eigen::Map<Plain, 0, Stride>;

template <class M>
void expect_same_elements(const M& map, const View& view) {
    ASSERT_EQ(map.rows(), view.shape()[0]);
    ASSERT_EQ(map.cols(), view.shape()[1]);
    each_index(view.shape(), [&](const Dims& index) { EXPECT_EQ(&map.coeffRef(index[0], index[1]), &element<double>(view, index)); });
}

/// Whether the map's inner axis has stride 1 and its outer one `outer` (0: any).
bool fits(const View& view, bool by_rows, bool packed) {
    const int inner = by_rows ? 1 : 0;
    if (view.shape()[inner] > 1 && view.strides()[inner] != 8) return false;
    return !packed || view.shape()[1 - inner] == 1 || view.strides()[1 - inner] == 8 * view.shape()[inner];
}

template <class M>
void expect_map_where(bool fits, const View& view) {
    try {
        expect_same_elements(export_eigen<M>(view), view);
        EXPECT_TRUE(fits);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::bad_layout);
        EXPECT_TRUE(error.index() == 0 || error.index() == 1);
        EXPECT_FALSE(fits) << error.what();
    }
}

TEST(EigenMaps, random_views_as_maps_of_every_kind_of_stride) {
    StridedViews make(1, sizeof(double));
    int packed = 0;
    for (int number = 0; number < 10'000; ++number) {
        const View view = make.view(Format::of<double>(), make.shape(2, 4));
        SCOPED_TRACE(to_string(view));
        expect_map_where<Map<Eigen::MatrixXd>>(true, view);
        expect_map_where<Map<ByRows>>(true, view);
        expect_map_where<Map<Eigen::MatrixXd, Eigen::OuterStride<>>>(fits(view, false, false), view);
        expect_map_where<Map<ByRows, Eigen::OuterStride<>>>(fits(view, true, false), view);
        expect_map_where<Eigen::Map<Eigen::MatrixXd>>(fits(view, false, true), view);
        expect_map_where<Eigen::Map<const ByRows>>(fits(view, true, true), view);
        packed += fits(view, true, true) ? 1 : 0;
        auto map = export_eigen<Map<Eigen::MatrixXd>>(view);
        const View back = import_eigen(map);
        EXPECT_EQ(back.data(), view.data());
        EXPECT_EQ(back.layout(), view.layout()) << to_string(back.layout());
        EXPECT_FALSE(back.is_read_only());
        auto by_rows = export_eigen<Map<const ByRows>>(view.read_only());
        EXPECT_EQ(import_eigen(by_rows).layout(), view.layout());
        EXPECT_TRUE(import_eigen(by_rows).is_read_only());
        if (HasFailure()) return;
    }
    EXPECT_GT(packed, 1000);
}

TEST(EigenMaps, vectors) {
    StridedViews make(2, sizeof(double));
    for (int number = 0; number < 2000; ++number) {
        const std::int64_t n = make.pick(1, 5);
        const std::int64_t stride = make.pick(-3, 3);
        const View view = make.view(Format::of<double>(), Dims{n}, Dims{stride});
        SCOPED_TRACE(to_string(view));
        const View column = view.expand(1);
        const View row = view.expand(0);
        for (int i = 0; i < n; ++i) {
            using Stride = Eigen::InnerStride<>;
            EXPECT_EQ(&(export_eigen<Map<Eigen::VectorXd, Stride>>(view).coeffRef(i)), &element<double>(view, {i}));
            EXPECT_EQ(&(export_eigen<Map<Eigen::RowVectorXd, Stride>>(view).coeffRef(i)), &element<double>(view, {i}));
            EXPECT_EQ(&(export_eigen<Map<Eigen::VectorXd, Stride>>(column).coeffRef(i)), &element<double>(view, {i}));
            EXPECT_EQ(&(export_eigen<Map<Eigen::RowVectorXd, Stride>>(row).coeffRef(i)), &element<double>(view, {i}));
        }
        auto map = export_eigen<Map<Eigen::VectorXd, Eigen::InnerStride<>>>(view);
        EXPECT_EQ(import_eigen(map).layout(), view.layout());
        if (n > 1 && stride != 1) {
            expect_refused([&] { (void)export_eigen<Eigen::Map<Eigen::VectorXd>>(view); }, errc::bad_layout, "axis 0 has a stride of");
        } else {
            EXPECT_EQ(export_eigen<Eigen::Map<Eigen::VectorXd>>(view).size(), n);
        }
        if (HasFailure()) return;
    }
}

TEST(EigenMaps, refusals_name_axis_and_reason) {
    alignas(64) double data[24] = {};
    const View view = View::lend(static_cast<void*>(data), Device::cpu(), Format::of<double>(), Layout::c_order({4, 6}, 8));
    using Four = Eigen::Matrix<double, 4, Eigen::Dynamic, Eigen::RowMajor>;
    using Five = Eigen::Matrix<double, 5, Eigen::Dynamic, Eigen::RowMajor>;
    EXPECT_EQ(export_eigen<Eigen::Map<Four>>(view).cols(), 6);
    expect_refused([&] { (void)export_eigen<Eigen::Map<Five>>(view); }, errc::bad_layout, "4 rows, the map's type has 5");
    expect_refused([&] { (void)export_eigen<Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, 5>>>(view); }, errc::bad_layout,
                   "6 columns, the map's type has 5");
    expect_refused([&] { (void)export_eigen<Eigen::Map<Eigen::MatrixXd>>(view); }, errc::bad_layout, "axis 0 has a stride of 6 elements; the map's type has 1");
    expect_refused([&] { (void)export_eigen<Eigen::Map<Eigen::MatrixXd>>(view.index(0, 0)); }, errc::bad_layout, "rank 1; an Eigen map takes rank 2");
    expect_refused([&] { (void)export_eigen<Eigen::Map<Eigen::VectorXd>>(view.reshape({2, 3, 4})); }, errc::bad_layout, "or 1 for a vector");
    expect_refused([&] { (void)export_eigen<Eigen::Map<Eigen::MatrixXf>>(view); }, errc::not_expressible, "as the type asked for");
    expect_refused([&] { (void)export_eigen<Eigen::Map<ByRows>>(view.read_only()); }, errc::read_only, "const");
    EXPECT_EQ((export_eigen<Eigen::Map<ByRows, Eigen::Aligned32>>(view).rows()), 4);
    expect_refused([&] { (void)export_eigen<Eigen::Map<ByRows, Eigen::Aligned32>>(view.slice(0, 1, 2)); }, errc::bad_layout, "16 bytes past a multiple of 32");
    const View far = View::lend(static_cast<void*>(data), Device::cuda(0), Format::of<double>(), Layout::c_order({4, 6}, 8));
    expect_refused([&] { (void)export_eigen<Eigen::Map<ByRows>>(far); }, errc::device, "the CPU cannot reach");
    const View between = View::lend(static_cast<void*>(data), Device::cpu(), Format::of<std::complex<double>>(), Layout({2, 2}, {40, 16}));
    expect_refused([&] { (void)export_eigen<Map<Eigen::MatrixXcd>>(between); }, errc::bad_layout, "40 bytes, no multiple of the 16");
}

TEST(EigenMaps, eigens_own_objects_as_views) {
    Eigen::MatrixXd by_columns = Eigen::MatrixXd::Random(3, 4);
    ByRows by_rows = by_columns;
    const View columns = import_eigen(by_columns);
    const View rows = import_eigen(by_rows);
    EXPECT_EQ(columns.layout(), Layout({3, 4}, {8, 24}));
    EXPECT_EQ(rows.layout(), Layout({3, 4}, {32, 8}));
    each_index(rows.shape(), [&](const Dims& index) { EXPECT_EQ(element<double>(rows, index), element<double>(columns, index)); });
    auto block = by_columns.block(1, 1, 2, 3);
    EXPECT_EQ(import_eigen(block).data(), &by_columns(1, 1));
    EXPECT_EQ(import_eigen(block).layout(), Layout({2, 3}, {8, 24}));
    auto row = by_columns.row(1);
    EXPECT_EQ(import_eigen(row).layout(), Layout({4}, {24}));
    const Eigen::MatrixXd& constant = by_columns;
    EXPECT_TRUE(import_eigen(constant).is_read_only());
    Eigen::MatrixXd empty(0, 3);
    EXPECT_EQ(import_eigen(empty).shape(), Dims({0, 3}));
}

TEST(EigenMaps, a_matrix_that_the_view_owns) {
    Eigen::Matrix2d fixed;  // whose elements move with it
    fixed << 1, 2, 3, 4;
    View view = import_eigen(own(std::move(fixed)));
    EXPECT_EQ(view.lease().holders(), 1);
    EXPECT_EQ((export_eigen<Eigen::Map<Eigen::Matrix2d>>(view)(1, 0)), 3);
    const auto kept = keep(view.index(0, 1), [](const View& v) { return export_eigen<Map<Eigen::VectorXd, Eigen::InnerStride<>>>(v); });
    view = View();
    EXPECT_EQ(kept.value(1), 4);
}

}  // namespace
}  // namespace ndlease
