// SPDX-License-Identifier: Apache-2.0
// cuBLAS's parameters, by a GEMM that does what its documentation says, against sums over the Views' own elements; and what is refused, against all
// parameters there are.
#include <complex>
#include <cstdint>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/cublas.hpp>

#include "interop/strided_views.hpp"
#include "view/refusal.hpp"

namespace ndlease {
namespace {

using testing::each_index;
using testing::element;
using testing::StridedViews;
using Complex = std::complex<double>;

double conjugate(double x) { return x; }
Complex conjugate(Complex x) { return std::conj(x); }

/// op(X)(i,j) of a column-major X.
template <class T>
T read(const void* data, cublas::Op op, std::int64_t ld, std::int64_t i, std::int64_t j) {
    const T* const x = static_cast<const T*>(data);
    if (op == cublas::Op::n) return x[i + j * ld];
    return op == cublas::Op::t ? x[j + i * ld] : conjugate(x[j + i * ld]);
}

/// What cublasGemmStridedBatchedEx does with alpha 1 and beta 0.
template <class T>
void naive(const cublas::Gemm& g) {
    // The library refuses these with CUBLAS_STATUS_INVALID_VALUE.
    ASSERT_GE(g.lda, std::max<std::int64_t>(1, g.op_a == cublas::Op::n ? g.m : g.k));
    ASSERT_GE(g.ldb, std::max<std::int64_t>(1, g.op_b == cublas::Op::n ? g.k : g.n));
    ASSERT_GE(g.ldc, std::max<std::int64_t>(1, g.m));
    ASSERT_TRUE(g.stride_a >= 0 && g.stride_b >= 0 && g.stride_c >= 0);
    for (std::int64_t batch = 0; batch < g.batch; ++batch) {
        const T* const a = static_cast<const T*>(g.a) + batch * g.stride_a;
        const T* const b = static_cast<const T*>(g.b) + batch * g.stride_b;
        T* const c = static_cast<T*>(g.c) + batch * g.stride_c;
        for (std::int64_t i = 0; i < g.m; ++i) {
            for (std::int64_t j = 0; j < g.n; ++j) {
                T sum = 0;
                for (std::int64_t l = 0; l < g.k; ++l) sum += read<T>(a, g.op_a, g.lda, i, l) * read<T>(b, g.op_b, g.ldb, l, j);
                c[i + j * g.ldc] = sum;
            }
        }
    }
}

/// An index of c's batch as an index of an operand of lower rank or with extents of 1.
Dims operand_index(const View& operand, const View& c, const Dims& of_c, std::int64_t row, std::int64_t column) {
    Dims index(operand.rank(), 0);
    for (int axis = 0; axis < operand.rank() - 2; ++axis) {
        if (operand.shape()[axis] != 1) index[axis] = of_c[axis + c.rank() - operand.rank()];
    }
    index[operand.rank() - 2] = row;
    index[operand.rank() - 1] = column;
    return index;
}

/// Whether any op and leading dimension stand for this matrix (element strides), found by trying all.
bool expressible(std::int64_t rows, std::int64_t columns, std::int64_t row_stride, std::int64_t column_stride) {
    for (const bool transposed : {false, true}) {
        for (std::int64_t ld = transposed ? columns : rows; ld <= 400; ++ld) {
            bool same = ld >= 1;
            for (std::int64_t i = 0; i < rows && same; ++i) {
                for (std::int64_t j = 0; j < columns && same; ++j) same = (transposed ? j + i * ld : i + j * ld) == i * row_stride + j * column_stride;
            }
            if (same) return true;
        }
    }
    return false;
}

/// Whether one stride per operand steps through the whole batch: all batch indices, in the order of c's addresses, are evenly spaced in all three.
bool batch_expressible(const View& c, const View& a, const View& b) {
    const Dims batch(c.shape().span().first(static_cast<std::size_t>(c.rank() - 2)));
    std::vector<std::array<std::int64_t, 3>> starts;
    each_index(batch, [&](const Dims& index) {
        Dims of_c = index;
        of_c.push_back(0);
        of_c.push_back(0);
        starts.push_back(
            {c.layout().offset_of(of_c), a.layout().offset_of(operand_index(a, c, of_c, 0, 0)), b.layout().offset_of(operand_index(b, c, of_c, 0, 0))});
    });
    std::sort(starts.begin(), starts.end());
    for (std::size_t i = 1; i < starts.size(); ++i) {
        for (std::size_t k = 0; k < 3; ++k) {
            const std::int64_t step = starts[i][k] - starts[i - 1][k];
            if (step < 0 || step != starts[1][k] - starts[0][k]) return false;
        }
    }
    return true;
}

bool all_expressible(const View& c, const View& a, const View& b) {
    for (const View* view : {&c, &a, &b}) {
        const int r = view->rank();
        const std::int64_t size = view->itemsize();
        if (!expressible(view->shape()[r - 2], view->shape()[r - 1], view->strides()[r - 2] / size, view->strides()[r - 1] / size)) return false;
    }
    return batch_expressible(c, a, b);
}

template <class T>
void gemm_of_random_views(unsigned seed, int cases) {
    StridedViews make(seed, sizeof(T));
    const Format format = Format::of<T>();
    int accepted = 0;
    int refused = 0;
    for (int number = 0; number < cases; ++number) {
        const int rank = static_cast<int>(make.pick(2, 4));
        Dims shape = make.shape(rank, 4);
        const std::int64_t k = make.pick(1, 4);
        const auto operand = [&](std::int64_t rows, std::int64_t columns, int part) {
            Dims own = shape;
            own[rank - 2] = rows;
            own[rank - 1] = columns;
            while (own.size() > 2 && make.chance(20)) own.erase(0);
            if (own.size() > 2 && make.chance(20)) own[0] = 1;
            return make.view(format, own, part, 3);
        };
        const View a = operand(shape[rank - 2], k, 1);
        const View b = operand(k, shape[rank - 1], 2);
        const View c = make.view(format, shape, 0, 3);
        const bool conjugate_a = make.chance(30);
        const bool conjugate_b = make.chance(30);
        const std::string trace = "// case " + std::to_string(number) + ", a: " + to_string(a) + "  b: " + to_string(b) + "  c: " + to_string(c);
        SCOPED_TRACE(trace);
        for (const View* view : {&a, &b})
            each_index(view->shape(),
                       [&](const Dims& index) { element<T>(*view, index) = T(static_cast<double>(make.pick(-9, 9))) + T(make.pick(0, 1) != 0 ? 2 : 0); });
        if constexpr (!std::is_same_v<T, double>) {
            for (const View* view : {&a, &b})
                each_index(view->shape(), [&](const Dims& index) { element<T>(*view, index).imag(static_cast<double>(make.pick(-9, 9))); });
        }
        std::optional<cublas::Gemm> g;
        try {
            g = cublas::gemm(c, a, b, {conjugate_a, conjugate_b});
        } catch (const Error& error) {
            ++refused;
            if (error.code() == errc::overlap) {
                EXPECT_NE(internal_overlap(c.layout(), c.itemsize()), Overlap::no) << error.what();
            } else if (error.code() == errc::not_expressible) {
                EXPECT_TRUE(conjugate_a || conjugate_b) << error.what();
                EXPECT_NE(std::string(error.what()).find("conjugates"), std::string::npos);
            } else {
                EXPECT_EQ(error.code(), errc::bad_layout);
                EXPECT_GE(error.index(), 0);
                EXPECT_FALSE(all_expressible(c, a, b)) << error.what();
            }
            continue;
        }
        ++accepted;
        EXPECT_TRUE(all_expressible(c, a, b));
        naive<T>(*g);
        each_index(shape, [&](const Dims& index) {
            T sum = 0;
            for (std::int64_t l = 0; l < k; ++l) {
                const T x = element<T>(a, operand_index(a, c, index, index[rank - 2], l));
                const T y = element<T>(b, operand_index(b, c, index, l, index[rank - 1]));
                sum += (conjugate_a ? conjugate(x) : x) * (conjugate_b ? conjugate(y) : y);
            }
            EXPECT_EQ(element<T>(c, index), sum);
        });
        if (::testing::Test::HasFailure()) return;
    }
    EXPECT_GT(accepted, cases / 10);
    EXPECT_GT(refused, cases / 10);
}

TEST(Cublas, gemm_of_random_views_does_what_the_elements_say) { gemm_of_random_views<double>(1, 6000); }
TEST(Cublas, gemm_of_complex_views_conjugates_what_it_was_asked_to) { gemm_of_random_views<Complex>(2, 4000); }

TEST(Cublas, a_matrix_is_refused_only_where_no_parameters_stand_for_it) {
    std::vector<double> data(4096);
    int accepted = 0;
    for (std::int64_t rows = 1; rows <= 3; ++rows) {
        for (std::int64_t columns = 1; columns <= 3; ++columns) {
            for (std::int64_t s0 = -4; s0 <= 7; ++s0) {
                for (std::int64_t s1 = -4; s1 <= 7; ++s1) {
                    SCOPED_TRACE(to_string(Layout({rows, columns}, {8 * s0, 8 * s1})));
                    const View view = View::lend(data.data() + 2048, Device::cpu(), Format::of<double>(), Layout({rows, columns}, {8 * s0, 8 * s1}));
                    try {
                        const cublas::Matrix m = cublas::matrix(view);
                        ++accepted;
                        EXPECT_GE(m.ld, m.rows);
                        each_index(view.shape(), [&](const Dims& at) {
                            const std::int64_t i = m.op == cublas::Op::n ? at[0] : at[1];
                            const std::int64_t j = m.op == cublas::Op::n ? at[1] : at[0];
                            EXPECT_TRUE(i < m.rows && j < m.columns);
                            EXPECT_EQ(static_cast<const double*>(m.data) + i + j * m.ld, &element<double>(view, at));
                        });
                    } catch (const Error& error) {
                        EXPECT_EQ(error.code(), errc::bad_layout);
                        EXPECT_TRUE(error.index() == 0 || error.index() == 1);
                        EXPECT_FALSE(expressible(rows, columns, s0, s1)) << error.what();
                    }
                }
            }
        }
    }
    EXPECT_GT(accepted, 300);
}

TEST(Cublas, messages_name_operand_axis_and_limit) {
    std::vector<double> data(64);
    const auto view = [&](Layout layout) { return View::lend(data.data() + 32, Device::cpu(), Format::of<double>(), std::move(layout)); };
    expect_refused([&] { (void)cublas::matrix(view(Layout({3, 3}, {48, 16}))); }, errc::bad_layout, "axis 1 has a stride of 2 elements; cuBLAS needs 1");
    expect_refused(
        [&] {
            (void)cublas::matrix(view(Layout({3, 3}, {16, 8})));
        },
        errc::bad_layout, "axis 0 has a stride of 2 elements; as a leading dimension it must be at least 3");
    expect_refused([&] { (void)cublas::matrix(view(Layout({3, 3}, {20, 8}))); }, errc::bad_layout, "20 bytes, no multiple of the 8");
    expect_refused([&] { (void)cublas::matrix(view(Layout({3}, {8}))); }, errc::bad_layout, "rank 2, the view has 1");
}

TEST(Cublas, stores_by_rows_and_by_columns) {
    std::vector<float> data(64);
    const View rows = View::lend(data.data(), Device::cpu(), Format::of<float>(), Layout({3, 4}, {40, 4}));
    const cublas::Matrix by_rows = cublas::matrix(rows);
    EXPECT_EQ(by_rows.op, cublas::Op::t);
    EXPECT_EQ(by_rows.ld, 10);
    EXPECT_EQ(by_rows.rows, 4);
    EXPECT_EQ(by_rows.type, EnumNumber{0});  // CUDA_R_32F
    const cublas::Matrix by_columns = cublas::matrix(rows.transpose());
    EXPECT_EQ(by_columns.op, cublas::Op::n);
    EXPECT_EQ(by_columns.ld, 10);
}

/// y[i] of the BLAS reference: a negative increment runs backwards from the end.
std::int64_t blas_index(std::int64_t i, std::int64_t n, std::int64_t increment) { return (increment < 0 ? (1 - n) * increment : 0) + i * increment; }

TEST(Cublas, gemv_with_any_increments) {
    StridedViews make(3, sizeof(double));
    int done = 0;
    for (int number = 0; number < 3000; ++number) {
        const Dims shape = make.shape(2, 5);
        const auto line = [&](std::int64_t n, int part) {
            std::int64_t stride = make.pick(-3, 3);
            if (stride == 0 && make.chance(80)) stride = 1;
            return make.view(Format::of<double>(), {n}, {stride}, part, 3);
        };
        const View a = make.view(Format::of<double>(), shape, 0, 3);
        const View x = line(shape[1], 1);
        const View y = line(shape[0], 2);
        SCOPED_TRACE("// a: " + to_string(a) + "  x: " + to_string(x) + "  y: " + to_string(y));
        for (const View* view : {&a, &x})
            each_index(view->shape(), [&](const Dims& index) { element<double>(*view, index) = static_cast<double>(make.pick(-9, 9)); });
        std::optional<cublas::Gemv> g;
        try {
            g = cublas::gemv(y, a, x);
        } catch (const Error& error) {
            const bool still = (x.strides()[0] == 0 && shape[1] > 1) || (y.strides()[0] == 0 && shape[0] > 1);
            EXPECT_TRUE(still || !expressible(shape[0], shape[1], a.strides()[0] / 8, a.strides()[1] / 8)) << error.what();
            continue;
        }
        ++done;
        EXPECT_NE(g->incx, 0);
        EXPECT_NE(g->incy, 0);
        for (std::int64_t i = 0; i < shape[0]; ++i) {
            double sum = 0;
            for (std::int64_t j = 0; j < shape[1]; ++j) {
                sum += read<double>(g->a, g->op, g->lda, i, j) * static_cast<const double*>(g->x)[blas_index(j, shape[1], g->incx)];
            }
            static_cast<double*>(g->y)[blas_index(i, shape[0], g->incy)] = sum;
        }
        for (std::int64_t i = 0; i < shape[0]; ++i) {
            double sum = 0;
            for (std::int64_t j = 0; j < shape[1]; ++j) sum += element<double>(a, {i, j}) * element<double>(x, {j});
            EXPECT_EQ(element<double>(y, {i}), sum);
        }
        if (HasFailure()) return;
    }
    EXPECT_GT(done, 500);
}

TEST(Cublas, products_without_elements) {
    const auto none = [](Dims shape) { return View::lend(static_cast<void*>(nullptr), Device::cpu(), Format::of<float>(), Layout::c_order(shape, 4)); };
    float result[6];
    const View c = View::lend(static_cast<void*>(result), Device::cpu(), Format::of<float>(), Layout::c_order({2, 3}, 4));
    const cublas::Gemm sum_of_none = cublas::gemm(c, none({2, 0}), none({0, 3}));
    EXPECT_EQ(sum_of_none.k, 0);
    EXPECT_EQ(sum_of_none.m * sum_of_none.n, 6);
    float input[12];
    const View b = View::lend(static_cast<const void*>(input), Device::cpu(), Format::of<float>(), Layout::c_order({4, 3}, 4));
    const cublas::Gemm nothing = cublas::gemm(none({5, 0, 3}), none({0, 4}), b);
    EXPECT_EQ(nothing.batch, 5);
    EXPECT_EQ(nothing.m * nothing.n, 0);
}

}  // namespace
}  // namespace ndlease
