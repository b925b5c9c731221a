# SPDX-License-Identifier: Apache-2.0
"""Bugs in the adaptors to C++ and CUDA libraries."""

from mutant import Mutant

CUBLAS, CUFFT, ELEMENTS = "src/interop/cublas.cpp", "src/interop/cufft.cpp", "src/interop/elements.cpp"
TYPED_VIEW, MDSPAN, ITERATOR = "include/ndlease/typed_view.hpp", "include/ndlease/interop/mdspan.hpp", "include/ndlease/element_iterator.hpp"


def tests(program, *names):
    return (f"interop/{program}_test " + ":".join(names),)


GEMM = tests("cublas", "Cublas.gemm_of_random_views_does_what_the_elements_say")
CONJUGATES = tests("cublas", "Cublas.gemm_of_complex_views_conjugates_what_it_was_asked_to")
MATRIX = tests("cublas", "Cublas.a_matrix_is_refused_only_where_no_parameters_stand_for_it")
COMPLEX = tests("cufft", "Cufft.complex_transforms_of_random_views")
REAL = tests("cufft", "Cufft.real_to_complex_transforms_of_random_views")

LIBRARIES = [
    Mutant("leading_dimension_too_short", CUBLAS, "if (column_stride < least) return std::nullopt;", "if (column_stride < 1) return std::nullopt;", MATRIX),
    Mutant("leading_dimension_refused_that_fits", CUBLAS, "if (column_stride < least) return std::nullopt;", "if (column_stride <= least) return std::nullopt;",
           MATRIX),
    Mutant("operations_not_swapped", CUBLAS, "    std::swap(g.op_a, g.op_b);\n", "", GEMM),
    Mutant("batch_stride_of_the_other_operand", CUBLAS, "g.stride_b = batched ? step[2] : 0;", "g.stride_b = batched ? step[1] : 0;", GEMM),
    Mutant("conjugate_forgotten", CUBLAS, "if (turned) return {Op::c, *turned};", "if (turned) return {Op::t, *turned};", CONJUGATES),
    Mutant("increment_backwards_from_the_front", CUBLAS, "stride < 0 ? moved(view.data(), (n - 1) * stride, view.itemsize()) : view.data()", "view.data()",
           tests("cublas", "Cublas.gemv_with_any_increments")),
    Mutant("batch_turned_round_where_it_stands", ELEMENTS, "            shared.start[i] += (a->extent - 1) * a->stride[i];\n", "", GEMM),
    Mutant("batch_axes_joined_for_the_result_alone", ELEMENTS, "for (int i = 0; i < operands; ++i) {\n                std::int64_t step = 0;",
           "for (int i = 0; i < 1; ++i) {\n                std::int64_t step = 0;", GEMM),
    Mutant("embeds_of_packed_axes", CUFFT, "result.embed[i] = outer / inner;", "result.embed[i] = extent(i);", COMPLEX),
    Mutant("halved_axis_moves", CUFFT, "int* const end = order + rank - (last_stays ? 1 : 0);", "int* const end = order + rank;", REAL),
    Mutant("distance_of_the_other_side", CUFFT, "plan.idist = axis.stride[1];", "plan.idist = axis.stride[0];", COMPLEX),
    Mutant("strides_of_single_elements_count", "src/interop/cudnn.cpp", "t.extents[axis] == 1 ? packed : strides[axis]", "strides[axis]",
           tests("tensor_descriptors", "Cudnn.descriptors_of_random_views_reach_the_same_elements")),
    Mutant("broadcast_modes_kept", "src/interop/cutensor.cpp", "        if (moves && strides[axis] == 0) continue;\n", "",
           tests("tensor_descriptors", "Cutensor.operands_of_random_views_reach_the_same_elements")),
    Mutant("any_order_is_contiguous_for_nccl", "src/interop/nccl.cpp", "if (!view.is_contiguous(order)) {", "if (!view.is_contiguous(Order::any)) {",
           tests("tensor_descriptors", "Nccl.buffers_of_random_views")),
    Mutant("offset_of_an_mdspan_lost_at_export", TYPED_VIEW, "Mapping(extents, list, static_cast<Offset>(before))", "Mapping(extents, list, Offset{0})",
           tests("mdspan_view", "MdspanViews.C1*", "MdspanViews.C2*")),
    Mutant("offset_of_an_mdspan_lost_at_import", MDSPAN, "first == 0 ? data : data + first", "data", tests("mdspan_view", "MdspanViews.C1*")),
    Mutant("const_elements_may_be_written", MDSPAN, "    options.read_only = options.read_only || std::is_const_v<T>;\n", "", tests("mdspan_view", "MdspanViews.C6*")),
    Mutant("span_with_gaps", "include/ndlease/interop/span.hpp", "if (!view.is_contiguous(order)) {", "if (view.rank() > 9) {",
           tests("span", "Span.of_contiguous_views_of_any_rank")),
    Mutant("walk_joined_across_gaps", "src/view/element_iterator.cpp", "mul_fits(inner.extent, inner.stride, &whole) && whole == next.stride",
           "mul_fits(inner.extent, inner.stride, &whole) && whole <= next.stride", ("view/element_iterator_test ElementIterators.*",)),
    Mutant("divisor_rounded_down", ITERATOR, "<< (64 + shift_)) + d - 1) / d", "<< (64 + shift_))) / d", ("view/element_iterator_test Divisor.*",)),
]
