# SPDX-License-Identifier: Apache-2.0
"""Bugs in Arrow's import and export, refused by its tests on the host and on simulated CUDA."""

from mutant import Mutant

LEAVES, LEVEL, IMPORT, PLAN, EXPORT = (f"src/interop/arrow_{name}.cpp" for name in ("leaves", "level", "import", "plan", "export"))


def arrow(*names):
    return ("interop/arrow_test " + ":".join(names),)


def on_device(*names):
    return ("cuda/device_arrow_test " + ":".join("arrow_device." + name for name in names),)


OFFSETS = arrow("ArrowImport.offsets_count_at_every_level")
TENSOR = arrow("ArrowImport.a_fixed_shape_tensor_has_its_logical_axes", "ArrowLaw.a_view_comes_back_as_it_was_or_is_refused_for_a_reason")
NULLS = arrow("ArrowImport.nulls_are_refused_and_uncounted_ones_counted")

ARROW = [
    Mutant("offset_of_a_child_forgotten", "src/interop/arrow_level.hpp", "return array.offset + first;", "return path.depth > 0 ? first : array.offset + first;",
           OFFSETS),
    Mutant("permutation_read_backwards", LEAVES, "strides[axis + i] = physical[list->permutation.empty() ? i : static_cast<int>(list->permutation[i])];",
           "strides[axis + (list->permutation.empty() ? i : static_cast<int>(list->permutation[i]))] = physical[i];", TENSOR),
    Mutant("permutation_written_backwards", PLAN, "tensor.permutation[static_cast<int>(order[i]) - 1] = i;", "tensor.permutation[i] = order[i] - 1;",
           arrow("ArrowExport.a_permuted_view_is_a_tensor")),
    Mutant("nulls_counted_from_the_first_bit", LEVEL, "count_zeros(bitmap, level.begin(), count)", "count_zeros(bitmap, 0, count)", NULLS),
    Mutant("refused_and_taken_all_the_same", IMPORT, "        if (!is_ours || array.release == nullptr) return;\n", "",
           ("interop/arrow_allocation_test ArrowAllocation.an_import_that_runs_out_of_memory_takes_nothing",)),
    Mutant("source_not_marked_as_moved", IMPORT, "    source.array.release = nullptr;\n", "", arrow("ArrowImport.a_primitive_array_is_a_view_of_rank_one")),
    Mutant("length_of_a_child_believed", LEVEL, "if (first > array.length || count > array.length - first) {", "if (first > array.length) {",
           arrow("Classes/ArrowBadInput.is_refused_and_stays_the_callers/child_too_short")),
    Mutant("children_not_released", EXPORT, "    if (parts->child.release != nullptr) parts->child.release(&parts->child);\n", "",
           arrow("ArrowLaw.a_view_comes_back_as_it_was_or_is_refused_for_a_reason")),
    Mutant("bits_of_a_byte_taken_from_its_start", LEAVES, "if (level.begin() % 8 != 0 && level.count > 0) {", "if (false) {",
           arrow("ArrowImport.a_boolean_array_is_one_item_of_packed_bits")),
]

ARROW_ON_DEVICE = [
    Mutant("event_of_the_producer_ignored", "src/interop/arrow_device.cpp", "if (array.sync_event == nullptr) return {};", "return {};",
           on_device("a_consumer_waits_for_the_producers_event_and_the_producer_for_the_consumer")),
    Mutant("event_of_the_producer_pooled", "src/lease/stream_uses.cpp", "    if (std::exchange(ready_is_borrowed, false)) ready.event = nullptr;\n",
           "    ready_is_borrowed = false;\n", ("cuda/device_stream_ref_test stream.an_event_of_somebody_else_orders_consumers_and_stays_his",)),
    Mutant("exported_without_pending_work", EXPORT, "    view.lease().order_after(stream.ref(), Use::read);\n", "",
           on_device("without_a_declared_consumer_the_event_orders_and_the_device_answers_for_the_end")),
    Mutant("host_tag_believed", IMPORT, "check_device_tag(leaf.data, source.device);", "{}", on_device("pointers_that_contradict_the_device_are_refused")),
]
