// SPDX-License-Identifier: Apache-2.0
// Views as cuBLAS reads them: operation, leading dimension, batch stride, increment. No header of cuBLAS is needed: the functions compute numbers, and
// `run` finds cuBLAS's own functions through its handle where the program includes <cublas_v2.h>.
// Source: cuBLAS 13.0 documentation (column-major storage, element (i,j) at i + j*ld; ld >= max(1, rows as stored)); BLAS reference for increments.
#pragma once

#include <cstdint>

#include <ndlease/export.hpp>
#include <ndlease/interop/elements.hpp>
#include <ndlease/view.hpp>

namespace ndlease::cublas {

/// cublasOperation_t's numbers.
enum class Op : int { n = 0, t = 1, c = 2 };

/// A matrix as an operand: op(stored) is the View's matrix. Element (i,j) of the stored one is `i + j*ld` elements after data.
struct Matrix {
    const void* data = nullptr;
    EnumNumber type;  ///< cudaDataType_t
    Op op = Op::n;
    std::int64_t rows = 0, columns = 0;  ///< as stored, before op
    std::int64_t ld = 1;                 ///< elements, >= max(1, rows)
};

/// The matrix of a rank-2 View. `conjugated`: op(stored) is the complex conjugate of the View's matrix.
/// Throws Error: errc::bad_layout (rank, alignment, or neither axis has stride 1 with the other's stride large enough; index() is the axis, a copy by
/// contiguous() will do), errc::not_expressible (a type without a number, or a conjugate that would need no transposition).
[[nodiscard]] NDLEASE_API Matrix matrix(const View& view, bool conjugated = false);

/// n elements, `increment` apart. As in BLAS, data is the lowest address: with a negative increment element 0 is the last one there.
struct Vector {
    const void* data = nullptr;
    EnumNumber type;
    std::int64_t n = 0;
    std::int64_t increment = 1;  ///< elements, never 0
};

/// For AXPY, COPY, DOT, SWAP, GEMV and their like (functions of one vector alone, SCAL or NRM2, do nothing for a negative increment: flip the View).
/// Throws Error: errc::bad_layout (rank; stride 0), errc::not_expressible.
[[nodiscard]] NDLEASE_API Vector vector(const View& view);

struct GemmOptions {
    bool conjugate_a = false;
    bool conjugate_b = false;
};

/// C = alpha * A B + beta * C in cuBLAS's terms, batches of it where batch > 1. All strides are elements.
struct Gemm {
    Op op_a = Op::n, op_b = Op::n;
    std::int64_t m = 0, n = 0, k = 0;
    const void* a = nullptr;
    EnumNumber type_a;
    std::int64_t lda = 1, stride_a = 0;
    const void* b = nullptr;
    EnumNumber type_b;
    std::int64_t ldb = 1, stride_b = 0;
    void* c = nullptr;
    EnumNumber type_c;
    std::int64_t ldc = 1, stride_c = 0;
    std::int64_t batch = 1;
    bool swapped = false;  ///< C is stored by rows: this is C^T = B^T A^T, so a is the View b's
};

/// The Views' own matrices, whatever their storage: c (..., m, n), a (..., m, k), b (..., k, n). Leading axes are the batch; a and b are broadcast over it as
/// NumPy does. The batch axes are joined into one, in any order that fits all three; those of a and b may have stride 0.
/// Orders nothing: hold an Access on each View, and see that the stream's device reaches them.
/// Throws Error: errc::bad_layout (shapes do not match; strides that no op, leading dimension and batch stride can say, index() is the axis; the
/// message names the operand), errc::read_only (c), errc::overlap (elements of c share memory, or lie in a or b), errc::not_expressible (types, conjugates).
[[nodiscard]] NDLEASE_API Gemm gemm(const View& c, const View& a, const View& b, GemmOptions options = {});

/// y = alpha * A x + beta * y. rows and columns are those of the stored matrix, as cublas<t>gemv takes them.
struct Gemv {
    Op op = Op::n;
    std::int64_t rows = 0, columns = 0;
    const void* a = nullptr;
    EnumNumber type;
    std::int64_t lda = 1;
    const void* x = nullptr;
    std::int64_t incx = 1;
    void* y = nullptr;
    std::int64_t incy = 1;
};
/// y (m), a (m, n), x (n), all of one type. Throws as gemm does.
[[nodiscard]] NDLEASE_API Gemv gemv(const View& y, const View& a, const View& x, bool conjugate_a = false);

/// Calls cublasGemmStridedBatchedEx_64 on the handle's stream and returns its status; alpha and beta as the handle's pointer mode says. `compute`: a
/// cublasComputeType_t, `algorithm`: a cublasGemmAlgo_t. Needs <cublas_v2.h> of CUDA 12 or later in the program.
template <class Handle, class Compute, class Algorithm>
auto run(Handle handle, const Gemm& g, const void* alpha, const void* beta, Compute compute, Algorithm algorithm) {
    return cublasGemmStridedBatchedEx_64(handle, EnumNumber{static_cast<int>(g.op_a)}, EnumNumber{static_cast<int>(g.op_b)}, g.m, g.n, g.k, alpha, g.a,
                                         g.type_a, g.lda, g.stride_a, g.b, g.type_b, g.ldb, g.stride_b, beta, g.c, g.type_c, g.ldc, g.stride_c, g.batch,
                                         compute, algorithm);
}

}  // namespace ndlease::cublas
