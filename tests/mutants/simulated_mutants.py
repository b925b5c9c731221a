# SPDX-License-Identifier: Apache-2.0
"""Bugs in the CUDA backend, the kernels and the copies between host and devices, refused by the device tests on simulated CUDA."""

from arrow_mutants import ARROW_ON_DEVICE
from mutant import Mutant


def device(program, *names):
    return (f"cuda/{program} " + ":".join(names),)


def operations(*names):
    return device("device_stream_test", *names)


def memory(*names):
    return device("device_memory_test", *names)


def faults(*names):
    return device("simulated_backend_test", *names)


def budgets(*names):
    return device("device_copy_budget_test", *(f"copy_budget.{name}" for name in names))


def copies(*names):
    return device("device_copy_test", *names)


STREAMS = operations("stream_operations.streams_are_of_their_device_and_do_not_block")
UNDISTURBED = operations("capture.is_not_disturbed_by_what_asks_waits_or_allocates_elsewhere")
GRAPH = operations("capture.graph_keeps_a_payload_until_all_that_was_made_of_it_is_gone")
MOVED_BUFFER = memory("device_buffer.goes_back_in_the_order_of_the_stream_it_was_moved_to")
LENT_BUFFER = memory("device_buffer.lends_itself_in_stream_order")
COPY_FAULTS = device("device_copy_fault_test", "lazy/copy_fault.each_call_once_on_every_route/0")
SLOTS = device("device_copy_fault_test", "copy_staging.is_not_reused_while_a_transfer_reads_it", "link_memory.slots_are_not_reused_early")
LINK = device("device_link_copy_test", "link_copy.by_each_way_of_random_layouts", "link_copy.with_random_costs")
LINK_ORDER = device("device_link_copy_test", "link_copy.reads_a_pinned_source_in_the_order_of_the_stream")
CAPTURED_COPIES = copies("capture.copies_run_at_each_launch")
TILE_EDGES = copies("tile_sweep.edges_of_aligned_rows", "tile_sweep.edges_of_misaligned_rows")
RUN_TAILS = copies("run_sweep.every_misalignment_and_tail")
TILE_UNITS = copies("tile_sweep.any_unit")

CALLING = [
    Mutant("device_guard_forgotten", "cuda/isolated.cpp", "const DeviceGuard guard(device);", "const DeviceGuard guard(any_device);", STREAMS),
    Mutant("device_not_put_back", "include/ndlease/gpu/device_guard.hpp", "if (changed_ && cudaSetDevice(before_)",
           "if (false && cudaSetDevice(before_)", STREAMS),
    Mutant("last_error_left", "cuda/last_error_guard.hpp", "if (was_clear_) static_cast<void>(cudaGetLastError());", "",
           operations("last_error.a_failure_leaves_none")),
    Mutant("pending_error_lost", "cuda/isolated.cpp", "pending == cudaSuccess || is_sticky(pending)", "true",
           operations("last_error.pending_ones_survive_success_and_failure", "last_error.calls_beside_a_pending_one_are_made_on_another_thread")),
    Mutant("capture_mode_not_exchanged", "cuda/native_call.hpp", "const RelaxedCapture relaxed;\n    if (relaxed.code() == cudaSuccess) return call();",
           "const RelaxedCapture* none = nullptr;\n    if (none == nullptr) return call();\n    const RelaxedCapture relaxed;", UNDISTURBED),
    Mutant("capture_mode_not_put_back", "cuda/capture_mode.hpp", "if (code_ != cudaSuccess) return;", "return;", UNDISTURBED),
    Mutant("captured_stream_asked", "cuda/native_call.hpp", "return status == cudaStreamCaptureStatusNone ? cudaSuccess : cudaErrorStreamCaptureUnsupported;",
           "return cudaSuccess;", UNDISTURBED),
    Mutant("outside_event_not_external", "cuda/event_calls.cpp", "external ? cudaEventWaitExternal : cudaEventWaitDefault", "cudaEventWaitDefault",
           operations("capture.can_wait_for_an_event_from_outside")),
    Mutant("event_on_the_default_stream", "cuda/event_calls.cpp", "cudaEventRecord(event_of(event), stream_of(stream))",
           "cudaEventRecord(event_of(event), nullptr)",
           operations("stream_operations.events_mark_work_and_order_streams")),
    Mutant("streams_block", "cuda/stream_calls.cpp", "cudaStreamCreateWithPriority(&made, cudaStreamNonBlocking, priority)",
           "cudaStreamCreateWithPriority(&made, cudaStreamDefault, priority)", STREAMS),
    Mutant("calls_after_exit", "cuda/isolated.cpp", "if (detail::process_state() != ProcessState::running) return cudaErrorCudartUnloading;", "",
           faults("*process_state.forbids_every_call*")),
    Mutant("lost_device_taken_for_a_failure", "cuda/classify.cpp", "        case cudaErrorLaunchFailure:\n", "", operations("outcome.of_each_kind_of_code")),
    Mutant("graphs_payload_lost", "cuda/graph_calls.cpp", "kept->taken.store(true, std::memory_order_release);", "", GRAPH),
    Mutant("graphs_payload_kept_for_ever", "cuda/graph_calls.cpp", "cudaGraphUserObjectMove", "0", GRAPH),
]

MEMORY = [
    Mutant("free_not_in_stream_order", "cuda/pool_memory.cpp", "cudaFreeAsync(data, stream.cuda());", "cudaFreeAsync(data, native_.get_if_made().stream);",
           MOVED_BUFFER + LENT_BUFFER),
    Mutant("early_free_of_plain_memory", "src/memory/memory_resource.cpp", "if (!stream.is_host() && !is_over(stream, device())) {", "if (false) {",
           memory("device_buffer.of_memory_without_stream_order_waits_before_it_goes_back")),
    Mutant("double_free_of_a_moved_buffer", "src/memory/buffer.cpp", "data_(std::exchange(other.data_, nullptr))", "data_(other.data_)",
           memory("device_buffer.remembers_device_and_stream")),
    Mutant("buffer_keeps_its_first_stream", "src/memory/buffer.cpp", "    stream_ = stream;\n}\n\nvoid Buffer::release_on",
           "}\n\nvoid Buffer::release_on", MOVED_BUFFER),
    Mutant("lent_buffer_without_pending_work", "src/memory/buffer.cpp", "    options.ready = stream_;\n", "", LENT_BUFFER),
    Mutant("pool_memory_before_its_allocation", "cuda/pool_memory.cpp", "isolated(ordinal_, [&] { return wait_for(handles.stream); })", "cudaSuccess",
           memory("device_resource.memory_is_where_it_says_and_holds_bytes")),
    Mutant("failed_free_not_counted", "cuda/allocation.cpp", "        detail::count_failed_free(bytes);\n", "        static_cast<void>(bytes);\n",
           faults("*memory_fault.loses_nothing_silently*")),
    Mutant("pool_closed_to_peers", "cuda/peer_access.cpp", "    open_pool_to(owner, user);", "    static_cast<void>(&open_pool_to);",
           copies("stream_copy.between_two_devices")),
]

TILES = "cuda/kernels/tiles.cuh"
RUNS = "cuda/kernels/runs.cu"
UNIT_TILES = "cuda/kernels/unit_tiles.cu"
KERNELS = [
    Mutant("missing_barrier", TILES, "    __syncthreads();\n    if (tile.is_whole) {\n        write_tile", "    if (tile.is_whole) {\n        write_tile",
           budgets("tiles_of_words")),
    Mutant("off_by_one_tile_edge", TILES, "static_cast<std::uint32_t>(left_s) : T::s;", "static_cast<std::uint32_t>(left_s) + 1 : T::s;", TILE_EDGES),
    Mutant("edge_of_the_other_axis", TILES, "!Whole && row >= tile.s", "!Whole && row >= tile.d", TILE_EDGES),
    Mutant("chunk_behind_a_rows_end_read", TILES, "(at + (skip == 0 ? 1 : 2)) * chunk_bytes <= tile.behind + skip", "(at + 1) * chunk_bytes <= tile.behind + skip",
           TILE_EDGES),
    Mutant("chunk_before_a_rows_start_read", TILES, "first_s == 0 ? 0 : chunk_bytes", "chunk_bytes", TILE_EDGES),
    Mutant("rows_end_forgotten", TILES, "            if (at == 0) store_last<Bytes>(memory, dst, row, skip, tile.d * Bytes);\n", "", TILE_EDGES),
    Mutant("bytes_of_a_word_swapped", TILES, "k % 4 < 2 ? 0x5140U : 0x7362U", "k % 4 < 2 ? 0x5140U : 0x3726U", TILE_EDGES),
    Mutant("chunks_read_out_of_order", TILES, "        const std::uint32_t at = block % T::src_chunks;\n"
           "        const std::uint32_t row = block / T::src_chunks * T::rows + i % T::rows;",
           "        const std::uint32_t at = block * 5 % T::src_chunks;\n        const std::uint32_t row = block / T::src_chunks * T::rows + i % T::rows;",
           TILE_EDGES + budgets("tiles_of_words")),
    Mutant("uncoalesced_stores", TILES, "        const std::uint32_t at = number % T::dst_chunks;\n        const std::uint32_t row = number / T::dst_chunks;",
           "        const std::uint32_t at = number / T::s;\n        const std::uint32_t row = number % T::s;", budgets("tiles_of_words")),
    Mutant("bank_conflict", TILES, "(at / chunk_bytes) ^ (row / chunk_words & 7U)", "at / chunk_bytes", budgets("tiles_of_words")),
    Mutant("off_by_one_unit_tile_edge", UNIT_TILES, "at_d + 1 == p.tiles_d.divisor", "at_d == p.tiles_d.divisor", TILE_UNITS),
    Mutant("edge_of_a_unit_tiles_other_axis", UNIT_TILES, "is_edge_s ? p.by_edge_s : p.by_s", "is_edge_d ? p.by_edge_s : p.by_s", TILE_UNITS),
    Mutant("bank_conflict_of_units", UNIT_TILES, "return (words + (unit * units_of_a_row + lanes - words % lanes) % lanes) * word_bytes_;", "return words * word_bytes_;",
           budgets("tiles_of_units")),
    Mutant("bank_conflict_of_small_words", UNIT_TILES, "((s * unit_bytes_ + 3) / 4 | 1U) * 4", "(s * unit_bytes_ + 3) / 4 * 4", budgets("tiles_of_units")),
    Mutant("run_read_from_before_its_start", RUNS, "if (first < 16) begin = 16;", "", RUN_TAILS),
    Mutant("run_read_beyond_its_end", RUNS, "if (run_bytes - first - end < 16) end -= 16;", "", RUN_TAILS),
    Mutant("last_byte_of_runs_forgotten", RUNS, "at < size; at +=", "at < size - 1; at +=", RUN_TAILS),
    Mutant("parts_of_a_run_overlap", RUNS, "start + run_part_bytes < p.run_bytes ? start + run_part_bytes", "start + run_part_bytes < p.run_bytes ? start + 15 + run_part_bytes",
           copies("run_sweep.several_parts") + budgets("runs_of_every_source")),
    Mutant("last_repeats_forgotten", RUNS, "p.repeats - done < runs_per_reading ? p.repeats - done", "p.repeats - done < runs_per_reading ? p.repeats - done - 1",
           copies("run_sweep.repeated")),
    Mutant("mirrored_halves_only", RUNS, "make_uint4(chunk.w, chunk.z, chunk.y, chunk.x)", "make_uint4(chunk.z, chunk.w, chunk.x, chunk.y)", copies("run_sweep.mirrored")),
    Mutant("rows_repeated_at_any_pitch", "src/copy/device_kernel.cpp", " && task.dst_strides[i] % widest_word == 0", "", copies("run_sweep.repeated")),
    Mutant("chunks_shifted_wrongly", "cuda/kernels/chunk.cuh", "0x1111U * (skip & 3U)", "0x1111U * (skip & 2U)", RUN_TAILS),
    Mutant("one_word_too_many", "cuda/kernels/words.cu", "* threads) < p.count) store", "* threads) <= p.count) store", copies("kernel_sweep.words_of_every_item_and_tail")),
    Mutant("triples_meet_in_banks", "cuda/kernels/triples.cu", "const std::uint32_t at = number / (2 * T::s) * 2 + number % 2;\n"
           "        const std::uint32_t row = number / 2 % T::s;",
           "const std::uint32_t at = number % T::dst_chunks;\n        const std::uint32_t row = number / T::dst_chunks;", budgets("tiles_of_triples")),
    Mutant("triples_taken_as_pairs", "cuda/kernels/triples.cu", "(row * 3 + word % 3) * Bytes", "(row * 3 + word % 2) * Bytes", copies("tile_sweep.edges_of_triples")),
    Mutant("triples_of_any_alignment", "src/copy/device_kernel.cpp", " && has_aligned_rows(task, dst, src)", "", copies("tile_sweep.any_unit")),
    Mutant("strip_takes_the_next_column", "cuda/kernels/strips.cu", "word % Columns * 16 + word / Columns * Bytes", "(word + 1) % Columns * 16 + word / Columns * Bytes",
           copies("strip_sweep.every_width_item_and_tail")),
    Mutant("strips_meet_in_banks", "cuda/kernels/strips.cu", "(i ^ (i / 8 & turns))", "i", budgets("strips")),
    Mutant("strip_without_a_barrier", "cuda/kernels/strips.cu", "        __syncthreads();\n        NDLEASE_UNROLL\n        for (std::uint32_t i = 0; i < Columns; ++i) {\n"
           "            held.set_chunk", "        NDLEASE_UNROLL\n        for (std::uint32_t i = 0; i < Columns; ++i) {\n            held.set_chunk", budgets("strips")),
    Mutant("block_beyond_its_cut", "cuda/kernels/packed.cu", "index + 1 == p.cut[0].blocks", "index == p.cut[0].blocks", copies("packed_sweep.small_extents_reversed")),
    Mutant("block_cut_along_the_other_axis", "cuda/kernels/packed.cu", "runs.cut == 0 ? limit[0] : limit[1]", "runs.cut == 0 ? limit[1] : limit[0]",
           copies("packed_sweep.small_extents_reversed")),
    Mutant("bits_meet_in_banks", "cuda/kernels/packed.cu", "(at ^ at / lanes ^ at / (lanes * lanes)) % lanes", "at % lanes", budgets("packed_blocks_of_bits")),
    Mutant("division_one_too_small", "cuda/kernels/divider.hpp", "/ d + 1)", "/ d)", device("device_divide_test", "divide.powers_of_two_and_their_neighbours")),
    Mutant("launch_unchecked", "cuda/copy.cpp", "check(isolated(stream, enqueue), call, stream.device().id, where);",
           "static_cast<void>(isolated(stream, enqueue));",
           COPY_FAULTS),
]

def conversions(*names):
    return device("device_conversion_test", *(f"device_conversion.{name}" for name in names))


ALL_VALUES = conversions("every_pair_on_all_edge_values")
VALUES = "cuda/kernels/convert_value.cuh"
CONVERTING = [
    Mutant("ties_rounded_up", VALUES, "0xfffU + (magnitude >> 13 & 1U)", "0x1000U", ALL_VALUES),
    Mutant("double_rounded_twice", VALUES, "odd += back < value ? 1U : back > value ? ~0U : 0U", "odd += 0U", ALL_VALUES),
    Mutant("payload_of_nan_lost", VALUES, "0x7fc0'0000U | static_cast<std::uint32_t>(bits >> 29 & 0x003f'ffffU)", "0x7fc0'0000U", ALL_VALUES),
    Mutant("subnormal_halves_flushed", VALUES, "magnitude < 0x3880'0000U ? subnormal : normal", "magnitude < 0x3880'0000U ? 0 : normal", ALL_VALUES),
    Mutant("saturated_at_the_signed_limit", "cuda/convert_rules.cpp", "rules.to_unsigned ? 0 : 1", "1", ALL_VALUES),
    Mutant("negative_zero_is_true", "cuda/convert_rules.cpp", "held == Held::binary32 ? 0x7fff'ffffU", "held == Held::binary32 ? 0xffff'ffffU",
           ALL_VALUES),
    Mutant("destination_not_swapped", "cuda/kernels/convert_numbers.cuh", "if (rules.dst_swapped) reverse_bytes(number, rules.dst_bytes);", "",
           conversions("every_pair_in_every_byte_order")),
    Mutant("tail_of_a_row_forgotten", "cuda/kernels/convert_runs.cu", "if (at.numbers[k] != Chunk && i < at.numbers[k]) store_number",
           "if (at.numbers[k] != Chunk && i + 1 < at.numbers[k]) store_number", conversions("rows_of_every_tail")),
    Mutant("halves_of_16_bytes_not_exchanged", "cuda/kernels/convert_runs.cu", "number[2 * k] = p.exchange ? number[2 * k + 1] : low;", "",
           conversions("byte_swaps")),
    Mutant("misaligned_numbers_taken_whole", "src/copy/device_convert.cpp", "is_pair && aligned >= itemsize / 2 ? static_cast<int>(itemsize / 2) : 1",
           "static_cast<int>(is_pair ? itemsize / 2 : itemsize)", conversions("every_pair_with_gaps_and_misaligned")),
    Mutant("converted_tile_without_padding", "cuda/kernels/convert_tiles.cu", "(s | 1U) * numbers", "s * numbers", budgets("conversions_by_tiles")),
    Mutant("converted_tile_edge", "cuda/kernels/convert_tiles.cu", "is_edge_d ? p.by_edge_d : p.by_d", "p.by_d", conversions("tiles_of_every_shape")),
    Mutant("conversion_over_itself", "src/copy/device_copy.cpp", "    if (!job.overlaps) {\n        run_task",
           "    if (!job.overlaps || job.conversion != nullptr) {\n        run_task", copies("capture.conversions")),
]

def batches(*names):
    return device("device_copy_batch_test", *(f"copy_batch_on_device.{name}" for name in names))


BATCHING = [
    Mutant("entry_before_the_blocks", "cuda/kernels/batch_entry.cuh", "p.entry[middle].first_block <= block", "p.entry[middle].first_block < block",
           batches("a_thousand_pages_are_one_launch")),
    Mutant("blocks_counted_from_the_wrong_entry", "cuda/batch.cpp", "        entry.first_block = p.blocks;\n", "        entry.first_block = p.count;\n",
           batches("runs_at_every_misalignment_and_tail")),
    Mutant("tail_of_a_batched_run", "cuda/kernels/batch_runs.cu", "    copy_bytes(dst + done, src + done, bytes - done);\n", "",
           batches("runs_at_every_misalignment_and_tail")),
    Mutant("words_wider_than_both_sides_allow", "cuda/kernels/batch_runs.cu", "(apart & 7U) == 0", "(apart & 3U) == 0",
           batches("runs_at_every_misalignment_and_tail")),
    Mutant("runs_of_a_batch_are_no_boxes", "cuda/batch.cpp", "boxes = entries.begin();", "(void)0;", batches("six_faces_of_a_grid_are_one_launch")),
    Mutant("read_after_write_forgotten", "src/copy/batch_order.cpp", "!(other.is_written || reach.is_written)", "!(other.is_written && reach.is_written)",
           batches("random_pairs")),
    Mutant("later_pair_first", "src/copy/batch_order.cpp", "order[static_cast<std::size_t>(earlier)] + 1", "order[static_cast<std::size_t>(earlier)]",
           batches("random_pairs")),
    Mutant("lease_of_a_batch_not_entered", "src/copy/batch.cpp", "accesses_.emplace_back(pairs[i].src, user_of(pairs[i].src), Use::read);",
           "static_cast<void>(0);", batches("orders_itself_after_and_before_other_streams")),
    Mutant("captured_before_it_is_refused", "src/copy/planned_batch.cpp", "if (PlanParts::is_capturable(batch.copies[number], stream)) return;", "return;",
           batches("becomes_part_of_a_graph", "a_plan_that_cannot_be_captured_enqueues_nothing")),
    Mutant("unlike_neighbours_share_a_plan", "src/copy/planned_batch.cpp", "           a.layout() == b.layout();", "           true;", batches("random_plans")),
    Mutant("neighbour_at_the_addresses_of_its_plan", "src/copy/planned_batch.cpp",
           "PlanParts::place(plans->back(), pair.dst.mutable_data(), pair.src.data())", "PlanParts::placed(plans->back())", batches("random_plans")),
    Mutant("overlap_of_a_neighbour_not_looked_at", "src/copy/plan_parts.cpp", "{&plan, dst, src, plan.route_of(dst, src)}", "{&plan, dst, src, plan.route_}",
           batches("random_plans")),
    Mutant("null_address_taken", "src/copy/batch_plan.cpp", "(addresses[i].dst != nullptr && addresses[i].src != nullptr)", "true",
           batches("a_plan_refuses_before_anything_is_enqueued")),
]

COPYING = [
    Mutant("slot_filled_while_it_is_read", "src/copy/staged.cpp", "            staging.ring().wait(number);\n", "", SLOTS),
    Mutant("use_of_a_slot_forgotten", "src/copy/staged.cpp", "            staging.ring().used(number, stream);\n            done +=",
           "            done +=", SLOTS),
    Mutant("slot_read_before_it_is_filled", "src/copy/staged.cpp", "            staging.ring().wait(staging.slot_of(i));\n", "", COPY_FAULTS),
    Mutant("other_device_does_not_wait", "src/copy/device_copy.cpp", "    own.ref().wait(Event::record(stream));\n", "",
           device("device_copy_fault_test", "copy_order.on_another_device_is_after_the_work_of_the_callers_stream")),
    Mutant("nobody_waits_for_the_other_device", "src/copy/device_copy.cpp", "stream.wait(Event::record(own));", "static_cast<void>(own);", COPY_FAULTS),
    Mutant("part_sent_before_it_is_packed", "src/copy/across.cpp", "            follow(stream, src.stream);\n", "", COPY_FAULTS),
    Mutant("part_unpacked_before_it_arrives", "src/copy/across.cpp", "            follow(dst.stream, stream);\n", "", COPY_FAULTS),
]

OVER_LINK = [
    Mutant("gaps_of_a_pinned_destination_written", "src/copy/link_way.cpp", "if (!sides_.to_device || axes == host_.axes.rank) return best;",
           "if (axes == host_.axes.rank) return best;", LINK),
    Mutant("part_of_a_box_from_its_start", "src/copy/link_copy.cpp", "const std::byte* const src = job.src + box.src_offset;",
           "const std::byte* const src = job.src;", LINK),
    Mutant("planes_at_any_stride", "src/copy/dma_rows.cpp", "return stride % pitch == 0 && stride / pitch >= row.extent;",
           "return stride / pitch >= row.extent;", LINK),
    Mutant("rows_closer_than_they_are_wide", "src/copy/dma_rows.cpp", "return axis.dst_stride >= width && axis.src_stride >= width &&",
           "return axis.dst_stride > 0 && axis.src_stride > 0 &&", LINK),
    Mutant("turned_side_not_moved_to_its_start", "src/copy/side_order.cpp", "            order.src_offset += axis.src_stride * (axis.extent - 1);\n", "", LINK),
    Mutant("pinned_memory_read_behind_a_stream", "src/copy/device_copy.cpp", "run_on(plan.route, job, stream, false);", "run_on(plan.route, job, stream, true);",
           LINK_ORDER),
    Mutant("scratch_memory_in_a_capture", "src/copy/link_copy.cpp", " || stream_.is_capturing()) return false;", ") return false;",
           device("device_copy_fault_test", "link_memory.none_is_taken_in_a_capture")),
    Mutant("scratch_of_any_size", "src/copy/link_boxes.cpp", "if (extent - 1 > (limit_bytes - bytes) / stride) break;", "",
           device("device_copy_fault_test", "link_memory.held_is_scratch_alone_between_pinned_and_device_memory")),
    Mutant("nobody_says_how_far_a_copy_in_parts_got", "src/copy/link_copy.cpp", "        if (done == 0) throw;\n", "        throw;\n", COPY_FAULTS),
]

RELEASING = [
    Mutant("share_given_back_within_the_driver", "src/lease/graph_share.cpp", "give_share_later(static_cast<GraphShare*>(payload));",
           "const std::unique_ptr<GraphShare> gone(static_cast<GraphShare*>(payload)); (void)Lease::release_token(gone->share);",
           memory("lease_capture.a_callback_after_the_end_of_a_graph_may_call_the_runtime")),
    Mutant("release_spoils_a_capture", "cuda/event_calls.cpp",
           "[&](CallName& call) { return unseen_by_captures(call, [&] { return cudaEventSynchronize(event_of(event)); }); }",
           "[&](CallName&) { return cudaEventSynchronize(event_of(event)); }", memory("lease_capture.a_release_leaves_the_captures_of_other_threads_alone")),
]

C_ABI_IMPORT = device("device_capi_test", "CAbiOnDevice.memory_of_another_owner_is_ordered_both_ways_by_an_import")

C_INTERFACE = [
    Mutant("an_import_tells_its_owner_of_no_use", "src/interop/c_abi_import.cpp", "static_cast<void>(view.ops->used_on(&view, &ordered, use_of(view), nullptr));", "static_cast<void>(ordered);",
           C_ABI_IMPORT),
    Mutant("an_import_forgets_what_is_pending", "src/interop/c_abi_import.cpp", "        options.ready = Event::record(stream);\n", "", C_ABI_IMPORT),
    Mutant("memory_that_c_lends_is_ready_at_once", "src/capi/make.cpp", "result.ready = *ready;", "static_cast<void>(*ready);",
           device("device_capi_test", "CAbiOnDevice.memory_that_c_lends_is_freed_in_its_streams_order")),
]

SHARE_OF_EXPORT = "src/interop/exported_share.cpp"


def shares(*names):
    return device("device_exported_share_test", *("exported_share." + name for name in names))


EXPORTING = [
    Mutant("end_of_an_export_spoils_a_capture", SHARE_OF_EXPORT, "if (asked.outcome == Outcome::capturing) return", "if (false) return",
           shares("the_legacy_stream_is_left_alone_while_a_stream_that_it_waits_for_captures")),
    Mutant("per_thread_stream_of_another_thread", SHARE_OF_EXPORT, "if (consumer_.id() != own_stream_) return", "if (false) return",
           shares("a_per_thread_default_stream_is_known_on_its_own_thread_alone")),
    Mutant("device_that_reaches_the_memory_forgotten", SHARE_OF_EXPORT, "return shared || memory.id < count ? all : 0;", "return 0;",
           shares("without_a_named_consumer_the_memory_waits_until_the_device_is_asked")),
    Mutant("frameworks_stream_not_waited_for", "src/interop/dlpack_exchange.cpp", "options.ready = current_work(api, tensor->dl_tensor.device);", "static_cast<void>(current_work(api, tensor->dl_tensor.device));",
           device("device_dlpack_test", "dlpack_device.an_objects_pending_work_is_on_its_frameworks_current_stream")),
]

CUDA_DICT = "src/interop/cuda_array_dict.cpp"


def cuda_arrays(*names):
    return device("cuda_array_interface_test", *names)


INTERFACES = [
    Mutant("producers_stream_forgotten", CUDA_DICT, "    if (dict.stream && has_elements) ready = ", "    if (dict.stream && !has_elements) ready = ",
           cuda_arrays("CudaArrayInterfaceOnDevice.consumers_come_after_the_producers_stream")),
    Mutant("imported_memory_is_always_on_device_0", CUDA_DICT, "    return found.device;", "    return Device::cuda(0);",
           cuda_arrays("CudaArrayInterfaceOnTwoDevices.*", "CudaArrayInterfaceOnDevice.the_pointer_says_where_the_memory_is")),
    Mutant("consumers_stream_not_recorded", CUDA_DICT, "share(view, stream) {}", "share(view, stream ? StreamRef::host() : StreamRef::host()) {}",
           cuda_arrays("CudaArrayInterfaceOnDevice.an_export_names_its_stream_which_comes_after_pending_work")),
    Mutant("host_shown_memory_too_early", "src/interop/host_memory_rules.cpp",
           "    view.lease().order_after(StreamRef::host(), view.is_read_only() ? Use::read : Use::write);\n", "",
           cuda_arrays("CudaArrayInterfaceOnDevice.the_hosts_protocols_know_pinned_and_managed_memory_and_wait_for_it")),
    Mutant("device_memory_taken_for_the_hosts", "src/interop/host_memory_rules.cpp", "if (!reachable_from(found.device, Device::cpu())) {", "if (false) {",
           cuda_arrays("CudaArrayInterfaceOnDevice.the_hosts_protocols_take_and_show_no_device_memory")),
]

LIBRARIES = [  # in what adaptors do with streams
    Mutant("policy_without_its_access", "include/ndlease/interop/thrust.hpp", "access(entry.use.view, entry.stream, entry.use.use)",
           "access(entry.use.view, StreamRef::host(), entry.use.use)", ("cuda/device_libraries_test Libraries.a_policy_is_ordered*",)),
    Mutant("unpacked_the_wrong_way", "include/ndlease/copy_for.hpp", "if (is_copy_) copy(target_, packed_, stream);", "if (is_copy_) copy(packed_, target_, stream);",
           ("cuda/device_libraries_test Libraries.a_copy_on_request_is_made_on_the_device",)),
]

MUTANTS = CALLING + MEMORY + KERNELS + CONVERTING + BATCHING + COPYING + OVER_LINK + RELEASING
MUTANTS += C_INTERFACE + EXPORTING + ARROW_ON_DEVICE + INTERFACES + LIBRARIES
