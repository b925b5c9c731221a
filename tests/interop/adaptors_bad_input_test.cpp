// SPDX-License-Identifier: Apache-2.0
// Classes of bad input for the adaptors to C++ and CUDA libraries: each asks, many times over, for what must be refused, and says with which error.
#include <complex>
#include <cstdint>
#include <functional>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/element_iterator.hpp>
#include <ndlease/error.hpp>
#include <ndlease/interop/cublas.hpp>
#include <ndlease/interop/cudnn.hpp>
#include <ndlease/interop/cufft.hpp>
#include <ndlease/interop/cutensor.hpp>
#include <ndlease/interop/eigen.hpp>
#include <ndlease/interop/mdspan.hpp>
#include <ndlease/interop/nccl.hpp>
#include <ndlease/interop/opencv.hpp>
#include <ndlease/interop/span.hpp>

#include "interop/strided_views.hpp"
#include "view/plain_mdspan.hpp"

namespace ndlease {
namespace {

using Extents2 = plain::extents<std::int64_t, plain::dynamic, plain::dynamic>;
using Right = plain::mdspan<float, Extents2, plain::layout_right>;
using Strided = plain::mdspan<float, Extents2, plain::layout_stride>;
using Relaxed = plain::mdspan<float, Extents2, plain::layout_relaxed>;

/// A Mat by the names of its members, with numbers that no real one has.
struct FakeMat {
    int dims = 2;
    std::vector<std::int64_t> size{2, 3};
    std::vector<std::size_t> step{12, 4};
    unsigned char* data = nullptr;
    int depth_ = 5, channels_ = 1;
    [[nodiscard]] int depth() const { return depth_; }
    [[nodiscard]] int channels() const { return channels_; }
};

/// A dense Eigen expression likewise.
struct FakeMatrix {
    using Scalar = float;
    static constexpr bool IsRowMajor = false;
    static constexpr bool IsVectorAtCompileTime = false;
    float* data_ = nullptr;
    std::int64_t rows_ = 2, cols_ = 3, outer_ = 2;
    [[nodiscard]] float* data() { return data_; }
    [[nodiscard]] std::int64_t rows() const { return rows_; }
    [[nodiscard]] std::int64_t cols() const { return cols_; }
    [[nodiscard]] std::int64_t size() const { return rows_ * cols_; }
    [[nodiscard]] std::int64_t innerStride() const { return 1; }
    [[nodiscard]] std::int64_t outerStride() const { return outer_; }
};

using Make = testing::StridedViews;

/// In a quarter of the arena of its own; strides in elements, none negative.
View at(Make& make, const Format& format, const Dims& shape, Dims strides, int part) {
    for (std::int64_t& stride : strides) stride *= format.itemsize();
    return View::lend(static_cast<char*>(make.arena()) + Make::arena_elements * 2 * part, Device::cpu(), format, Layout(shape, strides));
}
Dims matrix_shape(Make& make) { return {make.pick(2, 5), make.pick(2, 5)}; }
View matrix(Make& make, const Format& format = Format::of<float>(), int part = 0) {
    const Dims shape = matrix_shape(make);
    return at(make, format, shape, Dims{shape[1], 1}, part);
}
View of_layout(Make& make, const Layout& layout, const Format& format = Format::of<float>()) {
    return View::lend(static_cast<char*>(make.arena()) + Make::arena_elements * 4, Device::cpu(), format, layout);
}
View complex_matrix(Make& make, const Dims& shape, int part) { return at(make, Format::of<std::complex<float>>(), shape, Dims{shape[1], 1}, part); }

struct BadClass {
    const char* name;
    errc expected;
    std::function<void(Make&)> ask;
};

/// Every adaptor that takes a float matrix as it is.
void ask_any(Make& make, const View& view, bool with_nccl = true) {
    switch (make.pick(0, with_nccl ? 8 : 7)) {
        case 0: (void)export_mdspan<Right>(view); break;
        case 1: (void)export_mdspan<Strided>(view); break;
        case 2: (void)export_span<float>(view); break;
        case 3: (void)opencv::describe(view, opencv::Channels::none, true); break;
        case 4: (void)cublas::matrix(view); break;
        case 5: (void)cudnn::tensor(view); break;
        case 6: (void)cutensor::operand(view, std::string_view("abcdefgh").substr(0, static_cast<std::size_t>(view.rank()))); break;
        case 7: (void)export_mdspan<Relaxed>(view); break;
        default: (void)nccl::send_buffer(view); break;
    }
}
/// Those that the CPU uses and that may write.
void ask_host(Make& make, const View& view) {
    switch (make.pick(0, 3)) {
        case 0: (void)export_mdspan<Relaxed>(view); break;
        case 1: (void)export_span<float>(view); break;
        case 2: (void)elements<float>(view); break;
        default: (void)line<float>(view.index(0, 0)); break;
    }
}

const std::vector<BadClass> classes = {
    {"text_items", errc::not_expressible, [](Make& make) { ask_any(make, matrix(make, Format::text(Kind::bytes, 4))); }},
    {"items_of_the_other_byte_order", errc::not_expressible,
     [](Make& make) { ask_any(make, matrix(make, Format::of<float>().with_byte_order(ByteOrder::big))); }},
    {"records", errc::not_expressible,
     [](Make& make) {
         ask_any(make, matrix(make, Format::record(std::vector<FieldSpec>{{"x", Format::of<float>()}})));
     }},
    {"address_between_items", errc::bad_layout,
     [](Make& make) {
         const View good = matrix(make);
         const View bad = View::lend(static_cast<char*>(good.mutable_data()) + make.pick(1, 3), Device::cpu(), good.format(), good.layout());
         ask_any(make, bad, false);
     }},
    {"strides_between_items", errc::bad_layout,
     [](Make& make) {
         ask_any(make, of_layout(make, Layout({3, 4}, {make.pick(4, 9) * 4 + make.pick(1, 3), 4})));
     }},
    {"suboffsets", errc::bad_layout,
     [](Make& make) {
         const std::int64_t shape[] = {2, 3};
         const std::int64_t strides[] = {8, 4};
         const std::int64_t suboffsets[] = {make.pick(0, 64), -1};
         ask_any(make, of_layout(make, Layout(shape, strides, suboffsets)));
     }},
    {"rows_backwards", errc::bad_layout,
     [](Make& make) {
         const View view = matrix(make).flip(0);
         switch (make.pick(0, 3)) {
             case 0: (void)export_mdspan<Strided>(view); break;
             case 1: (void)cublas::matrix(view); break;
             case 2: (void)cudnn::tensor(view); break;
             default: (void)cutensor::operand(view, "ab"); break;
         }
     }},
    {"rows_that_repeat", errc::bad_layout,
     [](Make& make) {
         const View view = of_layout(make, Layout({make.pick(2, 9), 4}, {0, 4}));
         switch (make.pick(0, 3)) {
             case 0: (void)export_mdspan<Strided>(view); break;
             case 1: (void)cublas::matrix(view); break;
             case 2: (void)cudnn::tensor(view); break;
             default: (void)opencv::describe(view, opencv::Channels::none, true); break;
         }
     }},
    {"windows_that_overlap", errc::bad_layout,
     [](Make& make) {
         (void)export_mdspan<Strided>(of_layout(make, Layout({make.pick(2, 6), 3}, {4, 4})));
     }},
    {"read_only_for_a_writer", errc::read_only, [](Make& make) { ask_host(make, matrix(make).read_only()); }},
    {"read_only_for_nccl", errc::read_only, [](Make& make) { (void)nccl::receive_buffer(matrix(make).read_only()); }},
    {"read_only_for_a_mat", errc::read_only, [](Make& make) { (void)opencv::describe(matrix(make).read_only(), opencv::Channels::none, false); }},
    {"memory_of_a_device_for_the_cpu", errc::device,
     [](Make& make) {
         const View good = matrix(make);
         ask_host(make, View::lend(good.mutable_data(), Device::cuda(static_cast<int>(make.pick(0, 3))), good.format(), good.layout()));
     }},
    {"memory_of_another_device", errc::device,
     [](Make& make) {
         const View good = matrix(make);
         (void)export_mdspan<Right>(View::lend(good.mutable_data(), Device::cuda(1), good.format(), good.layout()),
                                    Device::cuda(static_cast<int>(make.pick(2, 5))));
     }},
    {"wrong_rank", errc::bad_layout,
     [](Make& make) {
         const View view = make.chance(50) ? matrix(make).index(0, 0) : matrix(make).expand(static_cast<int>(make.pick(0, 2)));
         switch (make.pick(0, 2)) {
             case 0: (void)export_mdspan<Right>(view); break;
             case 1: (void)cublas::matrix(view); break;
             default: (void)export_mdspan<Relaxed>(view); break;
         }
     }},
    {"another_static_extent", errc::bad_layout,
     [](Make& make) {
         using Seven = plain::mdspan<float, plain::extents<int, plain::dynamic, 7>>;
         (void)export_mdspan<Seven>(matrix(make));
     }},
    {"span_of_another_length", errc::bad_layout, [](Make& make) { (void)export_span<float, 3>(matrix(make)); }},
    {"gaps_for_nccl_and_span", errc::bad_layout,
     [](Make& make) {
         const View view = of_layout(make, Layout({3, 4}, {16 + 4 * make.pick(1, 9), 4}));
         make.chance(50) ? static_cast<void>(nccl::send_buffer(view)) : static_cast<void>(export_span<float>(view));
     }},
    {"no_elements_for_descriptors", errc::bad_layout,
     [](Make& make) {
         const View view = matrix(make).slice(static_cast<int>(make.pick(0, 1)), 0, 0);
         make.chance(50) ? static_cast<void>(cudnn::tensor(view)) : static_cast<void>(cutensor::operand(view, "xy"));
     }},
    {"more_axes_than_cudnn_has", errc::not_expressible,
     [](Make& make) {
         const int rank = static_cast<int>(make.pick(9, 40));
         (void)cudnn::tensor(of_layout(make, Layout(Dims(rank, 1), Dims(rank, 4))));
     }},
    {"more_axes_than_the_iterator_has", errc::bad_layout,
     [](Make& make) {
         Dims shape(static_cast<int>(make.pick(4, 9)), 2);
         Dims strides;
         std::int64_t stride = 4;
         for (int axis = 0; axis < shape.size(); ++axis) {
             strides.push_back(stride);
             stride = stride * 2 + 4 * make.pick(1, 3);
         }
         (void)elements<float, 3>(of_layout(make, Layout(shape, strides)));
     }},
    {"modes_that_are_no_names_of_the_axes", errc::invalid_argument,
     [](Make& make) {
         (void)cutensor::operand(matrix(make), make.chance(50) ? "aa" : make.chance(50) ? "abc" : "a");
     }},
    {"inner_extents_that_differ", errc::bad_layout,
     [](Make& make) {
         const View a = matrix(make, Format::of<float>(), 0);
         const View b = of_layout(make, Layout::c_order({a.shape()[1] + make.pick(1, 3), 2}, 4));
         const View c = at(make, Format::of<float>(), Dims{a.shape()[0], 2}, Dims{2, 1}, 3);
         (void)cublas::gemm(c, a, b);
     }},
    {"batches_that_differ", errc::bad_layout,
     [](Make& make) {
         const std::int64_t batch = make.pick(2, 5);
         const View c = at(make, Format::of<float>(), Dims{batch, 2, 2}, Dims{4, 2, 1}, 0);
         const View a = at(make, Format::of<float>(), Dims{batch + make.pick(1, 3), 2, 2}, Dims{4, 2, 1}, 1);
         const View b = at(make, Format::of<float>(), Dims{2, 2}, Dims{2, 1}, 2);
         (void)cublas::gemm(c, a, b);
     }},
    {"batches_that_run_against_each_other", errc::bad_layout,
     [](Make& make) {
         const std::int64_t batch = make.pick(2, 5);
         const View c = at(make, Format::of<float>(), Dims{batch, 2, 2}, Dims{4, 2, 1}, 0);
         const View a = at(make, Format::of<float>(), Dims{batch, 2, 2}, Dims{4, 2, 1}, 1);
         (void)cublas::gemm(c, a.flip(0), a);
     }},
    {"result_in_an_input", errc::overlap,
     [](Make& make) {
         const View c = at(make, Format::of<float>(), Dims{3, 3}, Dims{3, 1}, 0);
         const View near = View::lend(static_cast<char*>(c.mutable_data()) + 4 * make.pick(0, 8), Device::cpu(), c.format(), c.layout());
         const View other = at(make, Format::of<float>(), Dims{3, 3}, Dims{3, 1}, 1);
         make.chance(50) ? (void)cublas::gemm(c, near, other) : (void)cublas::gemm(c, other, near);
     }},
    {"result_that_overlaps_itself", errc::overlap,
     [](Make& make) {
         const View a = at(make, Format::of<float>(), Dims{3, 3}, Dims{3, 1}, 0);
         (void)cublas::gemm(of_layout(make, Layout({3, 3}, {4 * make.pick(0, 2), 4})), a, a);
     }},
    {"result_that_is_read_only", errc::read_only,
     [](Make& make) {
         const View a = at(make, Format::of<float>(), Dims{3, 3}, Dims{3, 1}, 0);
         const View c = at(make, Format::of<float>(), Dims{3, 3}, Dims{3, 1}, 1);
         (void)cublas::gemm(c.read_only(), a, a);
     }},
    {"vectors_that_stand_still", errc::bad_layout, [](Make& make) { (void)cublas::vector(of_layout(make, Layout({make.pick(2, 9)}, {0}))); }},
    {"gemv_of_several_types", errc::not_expressible,
     [](Make& make) {
         const View a = at(make, Format::of<float>(), Dims{3, 3}, Dims{3, 1}, 0);
         const View x = at(make, Format::of<std::int32_t>(), Dims{3}, Dims{make.pick(1, 3)}, 1);
         const View y = at(make, Format::of<float>(), Dims{3}, Dims{1}, 2);
         (void)cublas::gemv(y, a, x);
     }},
    {"transform_over_no_axes_or_one_twice", errc::invalid_argument,
     [](Make& make) {
         const View view = complex_matrix(make, {3, 4}, 0);
         const std::vector<int> axes = make.chance(50) ? std::vector<int>() : std::vector<int>{1, static_cast<int>(make.chance(50) ? 1 : -1)};
         (void)cufft::plan_many(view, view, axes);
     }},
    {"transform_over_an_axis_that_is_not_there", errc::out_of_range,
     [](Make& make) {
         const View view = complex_matrix(make, {3, 4}, 0);
         (void)cufft::plan_many(view, view, {static_cast<int>(make.chance(50) ? make.pick(2, 90) : make.pick(-90, -3))});
     }},
    {"transform_of_other_formats", errc::not_expressible,
     [](Make& make) { (void)cufft::plan_many(matrix(make, Format::of<std::int32_t>(), 0), matrix(make, Format::of<float>(), 1), {0}); }},
    {"transform_between_other_shapes", errc::bad_layout,
     [](Make& make) {
         const std::int64_t n = make.pick(2, 6);
         if (make.chance(50)) {
             (void)cufft::plan_many(complex_matrix(make, {3, n}, 0), complex_matrix(make, {3, n + make.pick(1, 4)}, 2), {1});
         } else {  // real to complex with the real length
             (void)cufft::plan_many(complex_matrix(make, {3, n + 1}, 2), at(make, Format::of<float>(), Dims{3, n + 1}, Dims{n + 1, 1}, 0), {1});
         }
     }},
    {"transform_into_its_shifted_input", errc::overlap,
     [](Make& make) {
         const View in = complex_matrix(make, {4, 4}, 0);
         (void)cufft::plan_many(View::lend(static_cast<char*>(in.mutable_data()) + 8 * make.pick(1, 15), Device::cpu(), in.format(), in.layout()), in, {1});
     }},
    {"extents_of_an_mdspan_beyond_63_bits", errc::overflow,
     [](Make& make) {
         using Wide = plain::mdspan<float, plain::extents<std::uint64_t, plain::dynamic>>;
         const std::uint64_t extent = std::numeric_limits<std::uint64_t>::max() - static_cast<std::uint64_t>(make.pick(0, 1'000'000));
         (void)import_mdspan(Wide(static_cast<float*>(make.arena()), plain::layout_right::mapping(plain::extents<std::uint64_t, plain::dynamic>(extent))));
     }},
    {"strides_of_an_mdspan_beyond_63_bits", errc::overflow,
     [](Make& make) {
         (void)import_mdspan(
             Strided(static_cast<float*>(make.arena()), {Extents2(2, 2), {make.pick(std::int64_t{1} << 61, std::numeric_limits<std::int64_t>::max()), 1}}));
     }},
    {"negative_extents_of_an_mdspan", errc::bad_layout,
     [](Make& make) {
         (void)import_mdspan(Strided(static_cast<float*>(make.arena()), {Extents2(2, -make.pick(1, 100)), {3, 1}}));
     }},
    {"an_mdspan_without_address", errc::invalid_argument,
     [](Make& make) { (void)import_mdspan(Right(nullptr, plain::layout_right::mapping(Extents2(make.pick(1, 9), 2)))); }},
    {"a_matrix_without_address", errc::invalid_argument,
     [](Make& make) {
         FakeMatrix matrix;
         matrix.rows_ = make.pick(1, 9);
         (void)import_eigen(matrix);
     }},
    {"columns_of_a_matrix_beyond_63_bits", errc::overflow,
     [](Make& make) {
         FakeMatrix matrix;
         matrix.data_ = static_cast<float*>(make.arena());
         matrix.outer_ = make.pick(std::int64_t{1} << 61, std::numeric_limits<std::int64_t>::max());
         (void)import_eigen(matrix);
     }},
    {"a_mat_of_unknown_depth", errc::not_supported,
     [](Make& make) {
         FakeMat mat;
         mat.data = static_cast<unsigned char*>(make.arena());
         mat.depth_ = static_cast<int>(make.chance(50) ? make.pick(8, 40) : make.pick(-9, -1));
         (void)import_mat(mat);
     }},
    {"a_mat_of_too_many_axes", errc::not_supported,
     [](Make& make) {
         FakeMat mat;
         mat.dims = static_cast<int>(make.chance(50) ? make.pick(33, 1000) : make.pick(-9, -1));
         (void)import_mat(mat);
     }},
    {"steps_of_a_mat_beyond_63_bits", errc::overflow,
     [](Make& make) {
         FakeMat mat;
         mat.data = static_cast<unsigned char*>(make.arena());
         mat.step[0] = std::numeric_limits<std::size_t>::max() - static_cast<std::size_t>(make.pick(0, 1 << 20));
         (void)import_mat(mat);
     }},
    {"a_mat_without_address", errc::invalid_argument,
     [](Make& make) {
         FakeMat mat;
         mat.size[0] = make.pick(1, 100);
         (void)import_mat(mat);
     }},
    {"an_owner_and_a_release", errc::invalid_argument,
     [](Make& make) {
         (void)import_span(own(std::vector<float>(static_cast<std::size_t>(make.pick(1, 9)))), Device::cpu(), {.release = [](const ReleaseInfo&) {}});
     }},
};

TEST(AdaptorsBadInput, every_class_is_refused_with_its_error) {
    constexpr int cases = 150;
    Make make(1, sizeof(std::complex<float>));
    const LeaseStatistics before = lease_statistics();
    for (const BadClass& bad : classes) {
        SCOPED_TRACE(bad.name);
        for (int i = 0; i < cases && !HasFailure(); ++i) {
            try {
                bad.ask(make);
                ADD_FAILURE() << "accepted";
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), bad.expected) << to_string(error.code()) << ": " << error.what();
                EXPECT_GT(std::string(error.what()).size(), 10U);
            }
        }
    }
    EXPECT_EQ(lease_statistics().live, before.live);
    std::cout << "bad input: adaptors: " << classes.size() << " classes, " << classes.size() * cases << " cases" << std::endl;
    EXPECT_GE(classes.size(), 40U);
}

}  // namespace
}  // namespace ndlease
