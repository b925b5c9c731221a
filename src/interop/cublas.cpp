// SPDX-License-Identifier: Apache-2.0
#include <ndlease/interop/cublas.hpp>

#include <algorithm>
#include <optional>
#include <string>

#include <ndlease/error.hpp>

namespace ndlease::cublas {
namespace {

/// A rank-2 (part of a) View in elements, and how messages name it.
struct Rectangle {
    std::int64_t rows, columns, row_stride, column_stride;
    std::string name;
    int first_axis;  // of the View: that of the rows
};

/// The leading dimension when it is stored by columns; nothing where it is not.
std::optional<std::int64_t> leading_by_columns(std::int64_t rows, std::int64_t columns, std::int64_t row_stride, std::int64_t column_stride) {
    const std::int64_t least = std::max<std::int64_t>(1, rows);
    if (rows == 0 || columns == 0) return least;
    if (rows > 1 && row_stride != 1) return std::nullopt;
    if (columns == 1) return least;
    if (column_stride < least) return std::nullopt;
    return column_stride;
}

std::optional<std::int64_t> leading(const Rectangle& r, bool transposed) {
    return transposed ? leading_by_columns(r.columns, r.rows, r.column_stride, r.row_stride)
                      : leading_by_columns(r.rows, r.columns, r.row_stride, r.column_stride);
}

/// Names the axis that stands in the way of the storage which is nearer: the one of the smaller stride should have 1, else the other one is too short.
[[noreturn]] void refuse(const Rectangle& r) {
    const bool rows_are_near = r.rows > 1 && (r.columns <= 1 || std::abs(r.row_stride) <= std::abs(r.column_stride));
    const std::int64_t near = rows_are_near ? r.row_stride : r.column_stride;
    const std::int64_t far = rows_are_near ? r.column_stride : r.row_stride;
    const int near_axis = r.first_axis + (rows_are_near ? 0 : 1);
    const int far_axis = r.first_axis + (rows_are_near ? 1 : 0);
    const std::string copy = "; contiguous() makes a copy that will do";
    if (near != 1) {
        throw Error(errc::bad_layout,
                    r.name + ": axis " + std::to_string(near_axis) + " has a stride of " + std::to_string(near) +
                        " elements; cuBLAS needs 1 along rows or along columns" + copy,
                    near_axis);
    }
    throw Error(errc::bad_layout,
                r.name + ": axis " + std::to_string(far_axis) + " has a stride of " + std::to_string(far) +
                    " elements; as a leading dimension it must be at least " + std::to_string(rows_are_near ? r.rows : r.columns) + copy,
                far_axis);
}

struct Operand {
    Op op;
    std::int64_t ld;
};

/// Stored by columns as it is, or by rows as its transpose, whichever fits; a conjugate is the conjugate transpose of the latter.
Operand operand(const Rectangle& r, bool conjugated) {
    const auto plain = leading(r, false);
    const auto turned = leading(r, true);
    if (!plain && !turned) refuse(r);
    if (conjugated) {
        if (turned) return {Op::c, *turned};
        throw Error(errc::not_expressible, r.name +
                                               ": it is stored by columns, and cuBLAS conjugates only what it transposes as well; conjugate another operand, "
                                               "or copy with contiguous(view, Order::c)");
    }
    if (plain) return {Op::n, *plain};
    return {Op::t, *turned};
}

/// op(X) as an operand of the transposed product: X^T, X, or the conjugate without transposition, which does not exist.
Rectangle turned(Rectangle r) {
    std::swap(r.rows, r.columns);
    std::swap(r.row_stride, r.column_stride);
    return r;
}

Rectangle rectangle(const View& view, const Dims& strides, const char* name) {
    const int first = view.rank() - 2;
    return {view.shape()[first], view.shape()[first + 1], strides[first], strides[first + 1], name, first};
}

void check_rank(const View& view, int least, const char* name) {
    if (view.rank() < least) {
        throw Error(errc::bad_layout, std::string(name) + " has rank " + std::to_string(view.rank()) + "; it must have at least " + std::to_string(least));
    }
}

const void* moved(const void* data, std::int64_t elements, std::int64_t itemsize) { return static_cast<const char*>(data) + elements * itemsize; }

void check_apart(const View& written, const View& read, const char* name) {
    if (written.layout().is_empty() || read.layout().is_empty()) return;
    if (mutual_overlap(reinterpret_cast<std::uintptr_t>(written.data()), written.layout(), written.itemsize(), reinterpret_cast<std::uintptr_t>(read.data()),
                       read.layout(), read.itemsize()) != Overlap::no) {
        throw Error(errc::overlap, std::string("the result shares memory with ") + name);
    }
}

void check_written(const View& view, const char* name) {
    (void)view.mutable_data();
    if (internal_overlap(view.layout(), view.itemsize()) != Overlap::no) {
        throw Error(errc::overlap, std::string("elements of ") + name + " share memory: " + to_string(view.layout()));
    }
}

void check_same(std::int64_t a, std::int64_t b, const char* what) {
    if (a != b) throw Error(errc::bad_layout, std::string("shapes do not match: ") + what + ", " + std::to_string(a) + " and " + std::to_string(b));
}

/// Stride of an operand along batch axis `axis` of c, by NumPy's rules.
std::int64_t batch_stride(const View& view, const Dims& strides, const View& c, int axis, const char* name) {
    const int own = axis - (c.rank() - view.rank());
    if (own < 0 || (view.shape()[own] == 1 && c.shape()[axis] != 1)) return 0;
    if (view.shape()[own] != c.shape()[axis]) {
        throw Error(errc::bad_layout,
                    std::string(name) + ": axis " + std::to_string(own) + " has extent " + std::to_string(view.shape()[own]) + ", the result's batch has " +
                        std::to_string(c.shape()[axis]),
                    own);
    }
    return strides[own];
}

}  // namespace

Matrix matrix(const View& view, bool conjugated) {
    const int type = detail::cuda_number(view, "cuBLAS");
    if (view.rank() != 2) throw Error(errc::bad_layout, "a matrix has rank 2, the view has " + std::to_string(view.rank()));
    const Rectangle r = rectangle(view, detail::element_strides(view, "cuBLAS"), "the matrix");
    const auto [op, ld] = operand(r, conjugated && view.format().is_complex());
    const bool transposed = op != Op::n;
    return {view.data(), {type}, op, transposed ? r.columns : r.rows, transposed ? r.rows : r.columns, ld};
}

Vector vector(const View& view) {
    const int type = detail::cuda_number(view, "cuBLAS");
    if (view.rank() != 1) throw Error(errc::bad_layout, "a vector has rank 1, the view has " + std::to_string(view.rank()));
    const std::int64_t n = view.shape()[0];
    const std::int64_t stride = n > 1 ? detail::element_strides(view, "cuBLAS")[0] : 1;
    if (stride == 0) throw Error(errc::bad_layout, "axis 0 has a stride of 0; an increment of cuBLAS is never 0; contiguous() makes a copy that will do", 0);
    return {stride < 0 ? moved(view.data(), (n - 1) * stride, view.itemsize()) : view.data(), {type}, n, stride};
}

Gemm gemm(const View& c, const View& a, const View& b, GemmOptions options) {
    Gemm g;
    g.type_a = {detail::cuda_number(a, "cuBLAS")};
    g.type_b = {detail::cuda_number(b, "cuBLAS")};
    g.type_c = {detail::cuda_number(c, "cuBLAS")};
    check_rank(c, 2, "c");
    check_rank(a, 2, "a");
    check_rank(b, 2, "b");
    for (const View* input : {&a, &b}) {
        if (input->rank() > c.rank())
            throw Error(errc::bad_layout, "a or b has rank " + std::to_string(input->rank()) + ", more than the result's " + std::to_string(c.rank()));
    }
    const Dims strides_a = detail::element_strides(a, "cuBLAS");
    const Dims strides_b = detail::element_strides(b, "cuBLAS");
    const Dims strides_c = detail::element_strides(c, "cuBLAS");
    const Rectangle of_a = rectangle(a, strides_a, "a");
    const Rectangle of_b = rectangle(b, strides_b, "b");
    const Rectangle of_c = rectangle(c, strides_c, "c");
    check_same(of_c.rows, of_a.rows, "rows of c and a");
    check_same(of_c.columns, of_b.columns, "columns of c and b");
    check_same(of_a.columns, of_b.rows, "columns of a and rows of b");

    detail::SharedAxes batch;
    for (int axis = 0; axis < c.rank() - 2; ++axis) {
        batch.axes[batch.count++] = {
            axis, c.shape()[axis], {strides_c[axis], batch_stride(a, strides_a, c, axis, "a"), batch_stride(b, strides_b, c, axis, "b")}};
    }
    check_written(c, "the result");
    check_apart(c, a, "a");
    check_apart(c, b, "b");
    if (!c.layout().is_empty()) {
        detail::join(batch, 3);
        if (batch.count > 1) {
            throw Error(errc::bad_layout,
                        "batch axis " + std::to_string(batch.axes[0].axis) +
                            " cannot be joined with the others into one stride for each of c, a and b; "
                            "contiguous() makes copies that will do, or call once for each index of it",
                        batch.axes[0].axis);
        }
        if (batch.count == 1) {
            const detail::SharedAxis& axis = batch.axes[0];
            for (int i = 1; i < 3; ++i) {
                if (axis.stride[i] < 0) {
                    throw Error(errc::bad_layout,
                                std::string(i == 1 ? "a" : "b") + ": batch axis " + std::to_string(axis.axis) +
                                    " runs against the result's; cuBLAS documents no negative batch strides; contiguous() makes a copy that will do",
                                axis.axis);
                }
            }
            g.batch = axis.extent;
        }
    } else {
        for (int axis = 0; axis < c.rank() - 2; ++axis) {
            if (c.shape()[axis] == 0) g.batch = 0;
        }
        for (int axis = 0; axis < c.rank() - 2 && g.batch != 0; ++axis) g.batch = checked_mul(g.batch, c.shape()[axis], "matrices of the batch");
        batch.count = 0;
    }
    const std::int64_t* const step = batch.axes[0].stride;
    const bool batched = batch.count == 1;
    g.a = moved(a.data(), batch.start[1], a.itemsize());
    g.b = moved(b.data(), batch.start[2], b.itemsize());
    g.c = static_cast<char*>(c.mutable_data()) + batch.start[0] * c.itemsize();
    g.stride_c = batched ? step[0] : 0;
    g.stride_a = batched ? step[1] : 0;
    g.stride_b = batched ? step[2] : 0;
    g.m = of_c.rows;
    g.n = of_c.columns;
    g.k = of_a.columns;

    const bool conjugate_a = options.conjugate_a && a.format().is_complex();
    const bool conjugate_b = options.conjugate_b && b.format().is_complex();
    const auto by_columns = leading(of_c, false);
    const auto by_rows = leading(of_c, true);
    if (!by_columns && !by_rows) refuse(of_c);
    const auto fill = [&](bool swapped) {
        const Operand first = operand(swapped ? turned(of_a) : of_a, conjugate_a);
        const Operand second = operand(swapped ? turned(of_b) : of_b, conjugate_b);
        g.op_a = first.op;
        g.lda = first.ld;
        g.op_b = second.op;
        g.ldb = second.ld;
        g.ldc = swapped ? *by_rows : *by_columns;
        g.swapped = swapped;
    };
    if (by_columns) {
        try {
            fill(false);
            return g;
        } catch (const Error& error) {
            if (!by_rows || error.code() != errc::not_expressible) throw;  // stored both ways: conjugates may fit the other one
        }
    }
    fill(true);
    std::swap(g.m, g.n);
    std::swap(g.op_a, g.op_b);
    std::swap(g.a, g.b);
    std::swap(g.type_a, g.type_b);
    std::swap(g.lda, g.ldb);
    std::swap(g.stride_a, g.stride_b);
    return g;
}

Gemv gemv(const View& y, const View& a, const View& x, bool conjugate_a) {
    const Vector in = vector(x);
    const Vector out = vector(y);
    const Matrix by = matrix(a, conjugate_a);
    if (!(a.format() == x.format() && a.format() == y.format())) {
        throw Error(errc::not_expressible,
                    "gemv takes one type for all operands, not " + y.format().to_string() + ", " + a.format().to_string() + " and " + x.format().to_string());
    }
    check_same(y.shape()[0], a.shape()[0], "y and rows of a");
    check_same(x.shape()[0], a.shape()[1], "x and columns of a");
    check_written(y, "the result");
    check_apart(y, a, "a");
    check_apart(y, x, "x");
    return {by.op, by.rows, by.columns, by.data, by.type, by.ld, in.data, in.increment, const_cast<void*>(out.data), out.increment};
}

}  // namespace ndlease::cublas
