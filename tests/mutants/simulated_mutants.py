# SPDX-License-Identifier: Apache-2.0
"""Bugs in the CUDA backend, the kernels and the copies between host and devices, refused by the device tests on simulated CUDA."""

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

TILES = "cuda/kernels/tiles.cu"
KERNELS = [
    Mutant("missing_barrier", TILES, "        __syncthreads();\n        write_tile", "        write_tile", budgets("tiles_of_4_bytes")),
    Mutant("off_by_one_tile_edge", TILES, "at_d + 1 == p.tiles_d.divisor", "at_d == p.tiles_d.divisor", budgets("tiles_of_4_bytes_with_edges")),
    Mutant("edge_of_the_other_axis", TILES, "is_edge_s ? p.by_edge_s : p.by_s", "is_edge_d ? p.by_edge_s : p.by_s",
           CAPTURED_COPIES + budgets("tiles_of_4_bytes_with_edges")),
    Mutant("uncoalesced_loads", TILES, "const std::byte* src, std::uint32_t words, const Divider<std::uint32_t>& by_row,\n"
           "                                          const TilesParameters& p) {\n    for (std::uint32_t first = threadIdx.x;",
           "const std::byte* src, std::uint32_t words, const Divider<std::uint32_t>& by_row,\n"
           "                                          const TilesParameters& p) {\n    for (std::uint32_t first = threadIdx.x % 8 * 32 + threadIdx.x / 8;",
           budgets("tiles_of_4_bytes")),
    Mutant("uncoalesced_stores", TILES, "std::byte* dst, std::uint32_t words, const Divider<std::uint32_t>& by_row,\n"
           "                                           const TilesParameters& p) {\n    for (std::uint32_t first = threadIdx.x;",
           "std::byte* dst, std::uint32_t words, const Divider<std::uint32_t>& by_row,\n"
           "                                           const TilesParameters& p) {\n    for (std::uint32_t first = threadIdx.x % 8 * 32 + threadIdx.x / 8;",
           budgets("tiles_of_4_bytes")),
    Mutant("bank_conflict", TILES, "return (words + (unit * units_of_a_row + lanes - words % lanes) % lanes) * word_bytes_;", "return words * word_bytes_;",
           budgets("tiles_of_4_bytes")),
    Mutant("bank_conflict_of_small_words", TILES, "((s * unit_bytes_ + 3) / 4 | 1U) * 4", "(s * unit_bytes_ + 3) / 4 * 4",
           budgets("tiles_of_every_item_have_no_bank_conflicts")),
    Mutant("run_read_from_before_its_start", "cuda/kernels/runs.cu", "if (begin < skip) begin += 16;", "", budgets("runs")),
    Mutant("last_byte_of_runs_forgotten", "cuda/kernels/runs.cu", "begin + 16 * count, bytes, lane, lanes)",
           "begin + 16 * count, bytes - 1, lane, lanes)", CAPTURED_COPIES),
    Mutant("misaligned_runs_shifted_wrongly", "cuda/kernels/runs.cu", "0x1111U * (skip & 3U)", "0x1111U * (skip & 2U)", CAPTURED_COPIES),
    Mutant("one_word_too_many", "cuda/kernels/words.cu", "threadIdx.x < p.count) store", "threadIdx.x <= p.count) store", CAPTURED_COPIES),
    Mutant("division_one_too_small", "cuda/kernels/divider.hpp", "/ d + 1)", "/ d)", device("device_divide_test", "divide.powers_of_two_and_their_neighbours")),
    Mutant("launch_unchecked", "cuda/copy.cpp", "check(isolated(stream, enqueue), call, stream.device().id, where);",
           "static_cast<void>(isolated(stream, enqueue));",
           COPY_FAULTS),
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

MUTANTS = CALLING + MEMORY + KERNELS + COPYING + OVER_LINK + RELEASING
