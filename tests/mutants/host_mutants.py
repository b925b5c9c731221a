# SPDX-License-Identifier: Apache-2.0
"""Bugs in the lease's protocol, refused by the tests on streams whose every step the test decides."""

from arrow_mutants import ARROW
from library_mutants import LIBRARIES
from mutant import DOES_NOT_COMPILE, SURVIVED, Mutant

ORDER, SETTLE, RELEASE = "src/lease/order.cpp", "src/lease/settle.cpp", "src/lease/release.cpp"
USES, REAPER, SHARE = "src/lease/stream_uses.cpp", "src/lease/reaper.cpp", "src/lease/graph_share.cpp"
SHUTDOWN = "src/lease/shutdown.cpp"


def streams(*names):
    return ("lease/stream_lease_test " + ":".join("StreamLease." + name for name in names),)


def uses(*names):
    return ("lease/stream_lease_test " + ":".join("StreamUses." + name for name in names),)


def settles(*names):
    return ("lease/stream_lease_test " + ":".join("Settle." + name for name in names),)


def leases(*names):
    return ("lease/lease_test " + ":".join(names),)


def c_abi(*names):
    return ("capi/capi_test " + ":".join(names),)


def patterns(*names):
    return ("tools/patterns_test " + ":".join(names),)


WAITS = streams("wait_waits_for_every_stream_and_then_calls_back")
ORDERED = streams("stream_ordered_makes_its_stream_wait_and_nobody_else")
DEFERRED = streams("deferred_never_blocks_and_calls_back_when_the_last_use_is_over")
CONSUMERS = streams("consumers_are_ordered_after_the_producer_and_after_writes")
EXITS = streams("after_exit_or_in_a_child_no_device_call_is_made")
POOL = streams("events_come_from_a_pool")
REMEMBERS = streams("remembers_nothing_of_the_lease_before")
NOT_MADE = streams("a_lease_that_cannot_be_made_gives_its_block_back_and_skips_a_generation")
CAPTURED_RELEASE = streams("a_release_while_its_stream_is_captured_comes_after_the_capture")
GRAPH = streams("a_graph_holds_a_share_until_it_is_gone")
REFUSES = streams("a_stream_that_refuses_to_wait_is_stood_in_for_by_the_reaper")
UNANSWERED = streams("memory_that_nobody_can_answer_for_is_kept_counted_and_reported_once")
IN_DOUBT = streams("a_use_that_cannot_be_known_to_end_keeps_the_memory_until_the_device_is_asked")
EVERY_POLICY = settles("memory_in_doubt_is_kept_under_every_policy")
NO_FAILURES = settles("running_work_and_calls_that_a_capture_forbids_are_no_failures")
OUTLIVED = settles("failures_that_pass_are_outlived_by_each_lease_anew")
CHECK_POLICY_STREAM = "    if (const auto not_now = check_policy_stream(uses, memory)) return *not_now;\n"
LOST_STREAM = settles("a_stream_of_a_lost_device_is_believed_in_the_end")
ASKED_LOST = settles("a_device_that_is_lost_when_it_is_asked_frees_its_memory_alone")
FOR_EVER = uses("a_graph_that_cannot_hold_a_share_keeps_the_memory_for_ever")

RUNNER = [  # the runner itself: what changes nothing must survive, what does not compile is no catch
    Mutant("runner_comment_survives", SETTLE, "/// What can be said before any device is asked.", "/// Said before any device is asked.", WAITS, SURVIVED),
    Mutant("runner_compile_error_is_no_catch", SETTLE, ": wait_for_uses(uses, memory);", ": wait_for_use(uses, memory);",
           WAITS, DOES_NOT_COMPILE),
]

RELEASING = [
    Mutant("wait_skipped", SETTLE, ": wait_for_uses(uses, memory);", ": done(ReleaseStatus::ok);", WAITS),
    Mutant("only_the_last_use_is_waited_for", SETTLE, "if (must_be_over(use) && ", "if (&use == &uses.uses.back() && ", WAITS),
    Mutant("policy_stream_waits_for_itself_alone", SETTLE, "use.stream_id == uses.policy_stream_id", "use.stream_id != uses.policy_stream_id", ORDERED),
    Mutant("producers_work_ignored_at_release", SETTLE, "uses.ready_capture_id == 0 && must_be_over", "false && must_be_over",
           streams("the_producers_pending_work_is_waited_for_as_well")),
    Mutant("callback_before_waits", RELEASE, "conclude(block, settle(*uses, block.memory))", "run_callback(block, {ReleaseStatus::ok, uses->policy.stream()})",
           WAITS + DEFERRED),
    Mutant("deferred_blocks", SETTLE, "if (uses.policy.is_deferred()) return later();", "", DEFERRED),
    Mutant("failed_wait_taken_for_order", SETTLE, "if (!waits.ok()) result = recover(uses, memory, use, waits);", "", REFUSES),
    Mutant("release_into_a_capturing_stream", SETTLE, CHECK_POLICY_STREAM + "    const StreamRef stream", "    const StreamRef stream", CAPTURED_RELEASE),
    Mutant("reaper_calls_back_into_a_capture", SETTLE, CHECK_POLICY_STREAM + "    if (uses.doubt", "    if (uses.doubt", CAPTURED_RELEASE),
    Mutant("reaper_drops_what_is_not_over", REAPER, "            rest = block;\n", "", DEFERRED),
    Mutant("reaper_concludes_what_is_not_over", SETTLE, "if (!asked.ok()) result = recover(uses, memory, use, asked);",
           "if (!asked.ok() && asked.outcome != Outcome::not_ready) result = recover(uses, memory, use, asked);", DEFERRED),
    Mutant("forbidden_call_taken_for_failure", SETTLE, "case Outcome::not_ready:\n        case Outcome::capturing: return later();",
           "case Outcome::not_ready: return later();\n        case Outcome::capturing: break;", NO_FAILURES),
    Mutant("running_work_taken_for_failure", SETTLE, "case Outcome::not_ready:\n        case Outcome::capturing: return later();",
           "case Outcome::capturing: return later();\n        case Outcome::not_ready: break;", NO_FAILURES),
    Mutant("nested_release_recurses", RELEASE, "if (queue.running) {", "if (false) {", leases("Release.a_callback_may_make_and_drop_leases")),
    Mutant("resize_lock_kept", RELEASE, "    block.unlock_exporter();\n", "", leases("ResizeLock.counts_the_leases_and_not_their_holders")),
]

COUNTING = [
    Mutant("stale_token_frees_the_next_lease", "src/lease/control_block.hpp",
           "generation_of(word) != generation || holders_of(word) == 0) return Dropped::stale",
           "holders_of(word) == 0) return Dropped::stale", leases("LeaseToken.a_stale_token_does_not_touch_the_lease_that_has_the_block_now")),
    Mutant("double_release_frees_twice", "src/lease/control_block.hpp", "holders_of(word) == 0) return Dropped::stale", "false) return Dropped::stale",
           leases("LeaseToken.a_second_release_is_refused_and_counted")),
    Mutant("copies_are_not_counted", "src/lease/lease.cpp", "(void)block_of(token_).add_holder(token_.generation);", "(void)block_of(token_);",
           leases("Lease.the_callback_runs_once_when_the_last_holder_goes")),
]

FAILING = [
    Mutant("device_lost_frees_host_memory", SETTLE, "if (memory.type == DeviceType::cuda) return", "if (memory.type != DeviceType::cpu) return",
           streams("a_lost_device_ends_leases_on_its_memory_and_keeps_host_memory")),
    Mutant("quarantine_calls_back", RELEASE, "quarantine(block, settlement); break", "run_callback(block, settlement.info); break",
           UNANSWERED),
    Mutant("quarantine_is_for_ever", SHUTDOWN, "    ask_again_for_quarantined();\n    destroy_idle", "    destroy_idle",
           streams("shutdown_asks_the_device_about_what_did_not_end_in_time")),
    Mutant("shutdown_leaves_spare_events", USES, "uses->give_spare();", "(void)uses;", streams("shutdown_destroys_the_events_that_leases_left")),
    Mutant("spare_event_of_another_device", USES, " || spare.device != stream.device().id", "",
           streams("the_event_of_pending_work_stays_for_the_next_lease_on_its_device")),
    Mutant("quarantine_is_asked_when_the_reaper_is_gone", SHUTDOWN,
           "    ask_again_for_quarantined();  // callbacks may drop further leases, which the reaper still takes\n", "",
           streams("shutdown_loses_no_lease_that_a_callback_drops_on_its_way")),
    Mutant("retry_asks_nobody", SHUTDOWN, "if (process_state() == ProcessState::running) ask_again_for_quarantined();", "", IN_DOUBT),
    Mutant("retry_frees_what_no_device_answers_for", SETTLE, 'return quarantine("neither events nor the device say',
           'return done(ReleaseStatus::ok); static_cast<void>("neither events nor the device say', UNANSWERED),
    Mutant("one_lost_answer_is_believed_at_once", SETTLE, "if (ask_again().outcome == Outcome::device_lost) return", "if (static_cast<void>(ask_again), true) return",
           streams("one_lying_sticky_error_does_not_free_memory_in_use")),
    Mutant("second_lost_answer_is_not_believed", SETTLE, "if (ask_again().outcome", "if (false && ask_again().outcome",
           streams("a_lost_device_ends_leases_on_its_memory_and_keeps_host_memory")),
    Mutant("lost_stream_taken_for_silence", SETTLE, "if (!asked.ok()) return recover(uses, memory, asked, ask);", "if (!asked.ok()) return quarantine(used_by_a_graph);", LOST_STREAM),
    Mutant("lost_device_taken_for_an_idle_one", SETTLE, "    if (any_lost) return lost(memory, lost_device);\n", "", ASKED_LOST),
    Mutant("patience_never_ends", SETTLE, "if (++uses.failures < patience) return later();", "return later();",
           streams("memory_that_nobody_can_answer_for_is_kept_counted_and_reported_once")),
    Mutant("no_patience", SETTLE, "if (++uses.failures < patience) return later();", "", REFUSES + OUTLIVED),
    Mutant("patience_used_up_by_earlier_leases", USES, "    failures = 0;\n", "", OUTLIVED),
    Mutant("failure_waits_for_the_whole_device", SETTLE, "if (++uses.failures < patience) return later();", "return settle_by_devices(uses, memory);", REFUSES),
    Mutant("failed_wait_not_repeated", SETTLE, "if (waited.outcome == Outcome::failed) waited =", "if (false) waited =",
           settles("a_wait_that_fails_once_is_repeated_at_once")),
    Mutant("doubt_releases_instead_of_quarantine", SETTLE, 'return quarantine("a use could be neither',
           'return done(ReleaseStatus::ok); static_cast<void>("a use could be neither', IN_DOUBT),
    Mutant("doubt_waits_for_the_whole_device", SETTLE, 'return quarantine("a use could be neither',
           'return settle_by_devices(uses, memory); static_cast<void>("a use could be neither', IN_DOUBT),
    Mutant("doubt_ignored_where_the_host_waits", SETTLE, "uses.doubt == Doubt::ask_devices",
           "uses.doubt == Doubt::ask_devices && uses.policy.is_stream_ordered()", IN_DOUBT),
    Mutant("doubt_ignored_in_stream_order", SETTLE, "uses.doubt == Doubt::ask_devices", "uses.doubt == Doubt::ask_devices && !uses.policy.is_stream_ordered()",
           EVERY_POLICY),
    Mutant("doubt_left_to_the_reaper", SETTLE, "uses.doubt == Doubt::ask_devices", "uses.doubt == Doubt::ask_devices && !uses.policy.is_deferred()",
           EVERY_POLICY),
    Mutant("one_doubtful_device_forgotten", USES, "doubtful_devices |= std::uint64_t{1}", "doubtful_devices = std::uint64_t{1}", uses("every_device_in_doubt_is_asked")),
    Mutant("unrecorded_use_not_waited_for", ORDER, "if (operations.synchronize_stream(native(stream)).ok()) return;", "return;",
           streams("a_use_that_cannot_be_recorded_is_waited_for")),
    Mutant("exit_ignored", SETTLE, "case ProcessState::exiting: return done(ReleaseStatus::exiting);", "case ProcessState::exiting: break;", EXITS),
    Mutant("fork_ignored", SETTLE, "case ProcessState::forked: return done(ReleaseStatus::forked);", "case ProcessState::forked: break;", EXITS),
    Mutant("shutdown_goes_on_calling", SHUTDOWN, "    set_process_state(ProcessState::shut_down);\n", "",
           streams("shutdown_waits_for_what_drains_and_then_makes_no_device_call")),
]

USING = [
    Mutant("use_not_recorded_on_leaving", "src/view/access.cpp", "lease.used_on(stream_, use_);", "(void)lease;",
           streams("access_orders_on_entering_and_records_on_leaving")),
    Mutant("not_ordered_on_entering", "src/view/access.cpp", "    lease_.order_after(stream, use);\n", "",
           streams("access_orders_on_entering_and_records_on_leaving")),
    Mutant("producers_work_ignored_at_acquire", ORDER, "} else if (uses.ready.event != nullptr && (", "} else if (false && (", CONSUMERS),
    Mutant("wait_for_the_wrong_use", ORDER, "consumer.wait_for(other, external);", "consumer.wait_for(uses.ready, external);", CONSUMERS),
    Mutant("readers_wait_for_readers", ORDER, "return use == Use::write || other.wrote;", "return true;", CONSUMERS),
    Mutant("writers_do_not_wait_for_readers", ORDER, "return use == Use::write || other.wrote;", "return other.wrote;", CONSUMERS),
    Mutant("host_does_not_wait", ORDER, "for (const RecordedUse& other : waited_for) wait_on_host(other);", "", CONSUMERS),
    Mutant("newer_use_not_recorded", ORDER, "known != nullptr ? record_event(uses, *known, native(stream))", "known != nullptr ? Result{}",
           uses("the_newest_work_of_a_stream_is_what_is_waited_for")),
    Mutant("newer_use_beside_the_older", USES, "if (use.stream_id == stream_id && ", "if (use.stream_id != stream_id && ",
           streams("one_event_a_stream_the_newer_use_replaces_the_older")),
    Mutant("later_read_hides_a_write", ORDER, "known->wrote = known->wrote || use == Use::write", "known->wrote = use == Use::write",
           uses("a_stream_that_wrote_stays_a_writer")),
    Mutant("later_write_taken_for_a_read", ORDER, "known->wrote = known->wrote || use == Use::write", "known->wrote = known->wrote",
           uses("a_reader_that_writes_becomes_a_writer")),
    Mutant("event_given_back_while_in_use", USES, "event.detach()", "event.cuda()", uses("the_event_of_the_producer_serves_no_use")),
    Mutant("events_of_uses_leaked", USES, "for (RecordedUse& use : uses) give_event(use);", "", POOL),
    Mutant("event_of_the_producer_leaked", USES, "    give_event(ready);\n", "",
           streams("the_event_of_pending_work_stays_for_the_next_lease_on_its_device")),
    Mutant("event_given_back_twice", USES, "    use = {};\n", "", streams("an_event_is_given_back_once")),
    Mutant("policy_of_the_lease_before", USES, "    policy = {};\n", "", REMEMBERS),
    Mutant("capture_of_the_lease_before", USES, "    kept_in_capture = 0;\n", "", REMEMBERS),
    Mutant("block_of_a_failed_lease_lost", "src/lease/lease.cpp", "            give_block(block);\n", "", NOT_MADE),
    Mutant("block_of_a_failed_lease_twice_in_a_generation", "src/lease/lease.cpp", "            block->skip_generation();\n", "", NOT_MADE),
    Mutant("event_of_a_failed_lease_lost", "src/stream/event.cpp", "        give_event(*operations_, device_.id, event_);\n", "",
           streams("a_lease_that_cannot_be_made_leaves_its_event_to_the_next")),
    Mutant("forked_child_takes_from_a_pool", "src/stream/event_pool.cpp", "if (process_state() == ProcessState::forked) return {Outcome::unavailable};", "",
           streams("a_forked_child_touches_no_pool_of_events")),
]

CAPTURING = [
    Mutant("capture_share_not_kept", ORDER, "        keep_in_graph(uses, identity.capture.id, stream, token_);\n        return;", "        return;", GRAPH),
    Mutant("share_of_a_graph_lost_with_the_streams_number", ORDER, "if (identity.capture.active) {", "if (result.ok() && identity.capture.active) {",
           streams("a_captured_stream_whose_number_cannot_be_had_still_takes_a_share")),
    Mutant("capture_share_kept_at_every_use", SHARE, "if (uses.kept_in_capture == capture_id) return;", "", GRAPH),
    Mutant("capture_share_lost", REAPER, "(void)Lease::release_token(share->share);", "", GRAPH),
    Mutant("graph_without_share_forgotten", SHARE, "uses.doubt = Doubt::for_ever;", "", FOR_EVER),
    Mutant("graph_without_share_overlooked", SETTLE, "return quarantine(used_by_a_graph);\n    if (", "{}\n    if (", FOR_EVER),
    Mutant("devices_answer_for_a_graph_without_share", SETTLE, "return quarantine(used_by_a_graph);\n    Result lost_device;",
           "{}\n    Result lost_device;", FOR_EVER),
    Mutant("outside_work_not_external", ORDER, "operations.wait(native(stream), use.event, external)", "operations.wait(native(stream), use.event, false)",
           streams("a_capturing_consumer_waits_within_the_graph")),
    Mutant("captured_work_used_outside", ORDER, "if (!consumer.capture.active || consumer.capture.id != uses.ready_capture_id) {", "if (false) {",
           streams("captured_pending_work_is_for_the_same_capture_alone")),
]

TILE_TESTS = ("copy/copy_tile_test *Tiles.every_remainder_in_two_dimensions/*:*Tiles.runs_longer_than_a_tile/*",)
TILE_RANKS = ("copy/copy_tile_test *Tiles.every_rank_with_small_extents/*",)
TILES, TILE_SHAPE, TRANSPOSE = "src/cpu/tiles.cpp", "src/cpu/tile_shape.cpp", "src/cpu/simd/transpose.cpp"
TILE_ROOM = "src/cpu/tile_room.cpp"
TILE_ROOM_TESTS = ("copy/copy_tile_room_test *",)

COPYING = [
    Mutant("tile_edge_left_out", TILES, "std::min(shape.s.block, axes.extent[s_axis] - s);", "std::min(shape.s.block, axes.extent[s_axis] - s - 1);", TILE_TESTS),
    Mutant("tile_flip_forgotten", TILES, "        axes.dst_stride[source_axis] = -dst_step;\n", "", TILE_TESTS),
    Mutant("tile_positions_listed_in_the_wrong_order", TILES, "table[j] + k * strides[axis]", "table[j] + (times - k) * strides[axis]", TILE_RANKS),
    Mutant("streamed_tail_lost", TRANSPOSE, "        move_bytes(row + at, from + at, bytes - at);\n", "", TILE_TESTS),
    Mutant("tile_room_taken_for_every_copy", TILE_ROOM, "    if (bytes <= small_copy) return;\n", "", TILE_ROOM_TESTS),
    Mutant("tile_room_never_given_back", TILE_ROOM, "        ::operator delete(bytes_, page);\n", "", TILE_ROOM_TESTS),
    Mutant("tile_room_used_after_its_end", TILE_ROOM, "    if (ended) return nullptr;\n", "", TILE_ROOM_TESTS),
    Mutant("tiles_larger_than_a_small_room", TILES, "{room.bytes(), room.positions()}", "{65536, 2048}", TILE_ROOM_TESTS),
    Mutant("wide_move_beyond_the_last_item", TILES, "i < rows - 1; ++i) wider.move", "i < rows; ++i) wider.move", TILE_TESTS),
    Mutant("transposed_columns_left_out", TRANSPOSE, "            square(columns - n);  // some a second time", "", TILE_TESTS),
    Mutant("source_group_taken_for_a_run", TILE_SHAPE, "if (magnitude(axes.src_stride[axis]) >= line) break;  // it leads to other lines\n            *is_run = false;",
           "if (magnitude(axes.src_stride[axis]) >= line) break;  // it leads to other lines", TILE_RANKS),
]

KERNELS = ("copy/copy_kernel_test *",)
STRIDED = ("copy/copy_strided_test *Strided.items_of_a_line/*:*Strided.rows_of_every_length/*",)
CONVERTED = ("copy/copy_strided_test *Strided.conversions/*:*Strided.long_conversions/*",)
PACK_TABLES, STREAM, FILL, CONVERT = "src/cpu/pack_tables.cpp", "src/cpu/simd/stream.cpp", "src/cpu/simd/fill.cpp", "src/cpu/simd/convert.cpp"

PACKING = [
    Mutant("table_forgets_where_an_item_begins", PACK_TABLES, "p = at * stride + within;", "p = at * stride;", KERNELS),
    Mutant("staged_bytes_written_to_the_line_before", "src/cpu/staged.hpp", "        base_ += whole;\n", "", STRIDED),
    Mutant("first_bytes_of_woven_rows_left_out", STREAM, "            if (end == 0) copy_part(row.dst, row.src, head);\n", "", KERNELS),
    Mutant("fill_ends_out_of_step", FILL, "const std::int64_t phase = (begin + whole * line) % round;", "const std::int64_t phase = begin % round;", KERNELS),
    Mutant("signalling_nan_becomes_infinity", CONVERT, "hn::Or(high, hn::Set(d, 0x40U))", "high", KERNELS),
    Mutant("imaginary_parts_taken_for_numbers", "src/copy/conversion.cpp", "    if (read != from_.itemsize()) return {};  // it leaves some of the source out\n", "", CONVERTED),
    Mutant("tile_of_a_conversion_cut_short", "src/cpu/converting.cpp", "d_count = std::min(d_count, task.shape[d_] - d);", "d_count = std::min(d_count, task.shape[d_] - d - 1);", CONVERTED),
]

PLANES, PLANE_TESTS = "src/cpu/simd/planes.cpp", ("copy/copy_kernel_test *Kernels.planes/*", "copy/copy_strided_test *Strided.planes/*")
WHOLE_ROWS = ("copy/copy_strided_test *Strided.rows_of_whole_lines_in_every_order/*:*Strided.rows_of_every_length/*",)
SMALL_RUNS = ("copy/copy_test copy.*",)

ORDERING = [  # where what is copied in another order, or without a plan
    Mutant("mirrored_items_packed_without_the_first", "src/cpu/simd/pack.cpp", "for (std::int64_t round = rounds - 1; round >= 0; --round)",
           "for (std::int64_t round = rounds - 1; round > 0; --round)", KERNELS),
    Mutant("source_order_forgets_where_it_begins", "src/cpu/strided.cpp", "        rows.dst += dst_stride * (rows.axes.extent[i] - 1);\n", "", WHOLE_ROWS),
    Mutant("last_far_items_left_out", "src/cpu/strided.cpp", "src + asked * src_stride, src_stride, far_ahead);", "src + asked * src_stride, src_stride, far_ahead - 1);",
           ("copy/copy_strided_test FarItems.*",)),
    Mutant("rows_of_lines_taken_from_any_address", "src/cpu/strided.cpp", "    return bits % StagedOutput::line == 0;", "    return bits % 16 == 0;", WHOLE_ROWS),
    Mutant("string_of_several_pieces_begins_anew", "src/cpu/fill_string.cpp", "        left -= words;\n", "        left = 0;\n", ("copy/copy_kernel_test KernelsOfX86.*",)),
    Mutant("planes_apart_read_from_the_first_ones_line", PLANES, "from[p] = words<T>(src) + head[p] * planes;", "from[p] = words<T>(src) + head[0] * planes;", PLANE_TESTS),
    Mutant("pixels_after_the_vectors_left_out", PLANES, "    join_words<planes, T>(dst, src, end, count);\n", "", PLANE_TESTS),
    Mutant("planes_backwards_not_turned", "src/cpu/planes.cpp", "(backwards ? planes - 1 - p : p)", "p", PLANE_TESTS),
    Mutant("small_arrays_of_other_formats_copied_as_they_are", "src/copy/copy.cpp", "format != src.format() || ", "", SMALL_RUNS),
    Mutant("small_arrays_of_other_strides_taken_for_a_run", "src/copy/copy.cpp", "src_strides[i] != run || ", "src_strides[i] < 0 || ", SMALL_RUNS),
]

ORACLE, COMPARE = "benchmarks/patterns/oracle.cpp", "benchmarks/patterns/compare.cpp"
ANY_LAYOUT = patterns("Oracle.agrees_with_indices_made_from_scratch_for_any_layout")

CHECKING = [  # in what checks the benchmarks' results
    Mutant("last_piece_is_taken_for_a_whole_one", COMPARE, "std::min(group.piece, group.whole - piece_index * group.piece)", "group.piece", ANY_LAYOUT),
    Mutant("last_piece_is_left_out", COMPARE, "axis = {(axis.extent + count - 1) / count,", "axis = {axis.extent / count,", ANY_LAYOUT),
    Mutant("one_thread_speaks_for_all", COMPARE, "        if (!good) all_right = false;\n", "        if (begin == 0) all_right = good;\n",
           patterns("Oracle.uses_threads_on_large_copies_and_sees_one_wrong_byte")),
    Mutant("gaps_are_taken_for_dense", ORACLE, "if (stride != length) return {0, 0};", "", ANY_LAYOUT),
    Mutant("first_of_a_batch_speaks_for_all", ORACLE, "for (std::size_t i = 0; i < copies.size(); ++i) {", "for (std::size_t i = 0; i < 1; ++i) {",
           patterns("Oracle.checks_all_copies_of_a_batch")),
    Mutant("bytes_between_are_not_looked_at", ORACLE, "return check_outside(dst, 0, bytes, threads);", 'return "";',
           patterns("Oracle.sees_every_wrong_byte")),
    Mutant("half_way_rounds_up", "benchmarks/patterns/expected.hpp", "(lower == 0x1000U && (upper & 1U) != 0)", "lower == 0x1000U",
           patterns("Oracle.knows_what_items_change_to")),
]

C_READ, C_EXPORT, C_IMPORT, C_FORMAT = (f"src/interop/c_abi_{part}.cpp" for part in ("read", "export", "import", "format_import"))
FOREIGN_PARTS = c_abi("ForeignViews.parts_are_shares_of_the_first_owner")
FOREIGN_RETURN = c_abi("CAbiRoundTrip.random_views_of_another_owner_come_back_the_same_and_are_given_back_once")

C_INTERFACE = [
    Mutant("unknown_flags_are_ignored", C_READ, "view.flags & ~NDL_VIEW_READ_ONLY; unknown != 0", "view.flags & ~NDL_VIEW_READ_ONLY; false && unknown != 0",
           c_abi("Classes/CAbiBadInput.*unknown_flag")),
    Mutant("a_part_takes_no_share_of_a_foreign_owner", C_READ, "ForeignShare::retain(*foreign)", "ForeignShare(*foreign)", FOREIGN_PARTS),
    Mutant("streams_stop_at_the_owner_of_a_part", C_EXPORT, "    if (owner.foreign) return owner.foreign.view().ops->used_on(&owner.foreign.view(), consumer, use, error);\n", "",
           FOREIGN_PARTS),
    Mutant("an_owner_goes_with_its_first_share", C_EXPORT, "std::memory_order_acq_rel) != 1) return;", "std::memory_order_acq_rel) < 1) return;",
           c_abi("ForeignViews.lending_calls_back_once_and_never_where_it_fails")),
    Mutant("an_import_leaves_the_share_with_the_caller", C_IMPORT, "        std::memset(&view, 0, sizeof view);\n        return result;", "        return result;", FOREIGN_RETURN),
    Mutant("read_only_memory_is_acquired_for_writing", C_IMPORT, "!= 0 ? NDL_USE_READ : NDL_USE_WRITE", "!= 0 ? NDL_USE_WRITE : NDL_USE_WRITE",
           c_abi("ForeignViews.read_only_memory_is_acquired_for_reading")),
    Mutant("promises_of_alignment_are_lost", C_FORMAT, "return format.with_alignment(node.alignment);", "return format;",
           c_abi("CFormat.promises_of_alignment_come_back")),
    Mutant("shared_nodes_count_once", C_FORMAT, "Shared{format, nodes_ - before}", "Shared{format, before - before}",
           c_abi("CFormat.a_small_tree_that_means_a_huge_one_is_refused_at_once")),
    Mutant("a_copy_writes_without_asking", "src/capi/copy.cpp", "ForeignUse write(to, on, NDL_USE_WRITE);", "ForeignUse write(to, on, NDL_USE_READ);",
           c_abi("ForeignViews.copies_ask_before_and_tell_afterwards")),
    Mutant("messages_are_cut_within_a_character", "src/interop/c_abi_guard.cpp", "while (length > 0 && continues_character(message[length])) --length;", "",
           c_abi("ForeignViews.messages_are_cut_between_characters")),
]

SHARE_OF_EXPORT = "src/interop/exported_share"


def unnamed(*names):
    return ("lease/stream_lease_test " + ":".join("UnnamedUse." + name for name in names),)


def shares(*names):
    return ("interop/exported_share_test " + ":".join("ExportedShares." + name for name in names),)


EXPORTED = [
    Mutant("unnamed_use_forgotten", SETTLE, "if (uses.doubt == Doubt::unnamed_streams) return device_wait_is_automatic() ? later() : quarantine(used_by_unnamed);", "",
           unnamed("memory_is_kept_under_every_policy_until_the_device_is_asked")),
    Mutant("unnamed_use_waits_for_the_device_unasked", "src/lease/unnamed_use.cpp", "== DeviceWait::automatic;", "<= DeviceWait::automatic;",
           unnamed("memory_is_kept_under_every_policy_until_the_device_is_asked")),
    Mutant("failed_use_taken_for_an_unnamed_one", USES, "if (doubt < Doubt::ask_devices) doubt", "if (doubt == Doubt::none) doubt",
           unnamed("a_use_that_failed_to_be_recorded_is_the_stronger_doubt")),
    Mutant("consumers_work_forgotten", SHARE_OF_EXPORT + ".hpp", "if (!consumer_.is_host()) record_use();", "",
           shares("a_named_stream_waits_for_the_producer_and_is_waited_for")),
    Mutant("consumer_not_ordered", SHARE_OF_EXPORT + ".cpp", "if (order == PendingOrder::ordered) lease_.order_after", "if (false) lease_.order_after",
           shares("a_named_stream_waits_for_the_producer_and_is_waited_for", "a_host_consumer_gets_memory_that_is_ready")),
    Mutant("end_records_after_exit", SHARE_OF_EXPORT + ".cpp", "    if (process_state() != ProcessState::running) return;\n", "",
           shares("ending_after_exit_or_in_a_child_makes_no_device_call")),
]

DLPACK_IN, DLPACK_OUT, DLPACK_ITEM = "src/interop/dlpack_import.cpp", "src/interop/dlpack_export.cpp", "src/interop/dlpack_item.cpp"


def dlpack(*names):
    return ("interop/dlpack_test " + ":".join(names),)


DLPACK = [
    Mutant("dlpack_offset_ignored", DLPACK_IN, "static_cast<std::byte*>(tensor.data) + offset;", "static_cast<std::byte*>(tensor.data);", dlpack("DlpackImport.I5_*")),
    Mutant("dlpack_offset_lost_on_the_way_out", DLPACK_OUT, "    tensor.data = const_cast<void*>(allocation.data);\n", "", dlpack("DlpackImport.C1_*", "DlpackExport.E2_*")),
    Mutant("dlpack_other_major_not_deleted", DLPACK_IN, "        discard(tensor);\n        throw", "        throw", dlpack("DlpackImport.I1_*")),
    Mutant("dlpack_unknown_flags_ignored", DLPACK_IN, "if ((tensor->flags & ~known) != 0) throw", "if (false) throw", dlpack("DlpackImport.I13_*")),
    Mutant("dlpack_null_strides_by_the_wrong_version", DLPACK_IN, "rules.minor < 2", "rules.minor < 3", dlpack("DlpackImport.I6_*")),
    Mutant("dlpack_legacy_taken_for_writable", DLPACK_IN, "!options.legacy_is_writable", "false", dlpack("DlpackImport.I12_*")),
    Mutant("dlpack_deleter_called_at_exit", DLPACK_IN, "if (on_device && (info", "if (false && (info", shares("an_imported_tensor_on_a_device_is_left_alone_at_exit")),
    Mutant("dlpack_share_not_held", DLPACK_OUT, "share(view, options.consumer,", "share(View(), options.consumer,", dlpack("DlpackExport.E11_*")),
    Mutant("dlpack_padding_not_said", DLPACK_OUT, "(item.padded ? flag_subbyte_padded : 0)", "0", dlpack("DlpackExport.E10_*")),
    Mutant("dlpack_stamp_older_than_its_rules", DLPACK_OUT, "std::max(item.minor, std::min(", "std::max(0U, std::min(", dlpack("DlpackExport.E1_*")),
    Mutant("dlpack_strides_in_bytes", DLPACK_OUT, "strides[axis] = stride / itemsize;", "strides[axis] = stride;", dlpack("DlpackExport.E2_*")),
    Mutant("dlpack_lossy_formats_go_out", DLPACK_ITEM, "if (!(format_of(item.type, item.padded, false) == format))", "if (false)", dlpack("DlpackExport.E6_*", "DlpackRoundTrip.*")),
    Mutant("dlpack_reach_before_a_handle", DLPACK_IN, "if (!is_handle) return {data, {}};", "return {data, {}};", dlpack("DlpackImport.a_handle_*")),
]


STRUCT, DICT, CUDA_DICT = "src/interop/array_struct.cpp", "src/interop/array_dict.cpp", "src/interop/cuda_array_dict.cpp"
ANSWER, PY_BUFFER = "src/interop/buffer_answer.cpp", "include/ndlease/interop/py_buffer.hpp"


def arrays(*names):
    return ("interop/array_interface_test " + ":".join(names),)


def buffers(*names):
    return ("interop/buffer_request_test " + ":".join(names),)


def interpreters(*names):
    return ("interop/py_buffer_interpreter_test " + ":".join("BufferInterpreter." + name for name in names),)


EVERY_REQUEST = buffers("BufferRequest.every_request_gets_its_answer")
ARRAYS = [
    Mutant("byte_order_flag_read_the_other_way", STRUCT, "& not_swapped) != 0 ? ByteOrder", "& not_swapped) == 0 ? ByteOrder", arrays("ArrayLaw.struct_with_descr")),
    Mutant("read_only_structs_written", STRUCT, "{.read_only = (block.flags & writeable) == 0,", "{.read_only = false,", arrays("ArrayLaw.struct_with_descr")),
    Mutant("descr_not_given_back", STRUCT, "if (object != nullptr && release != nullptr) release(object);", "if (object == nullptr && release != nullptr) release(object);",
           arrays("ArrayStruct.descr_is_given_back_once")),
    Mutant("alignment_of_strides_not_looked_at", "src/interop/array_item.cpp", "if (layout.extent(axis) > 1) bits |= ", "if (layout.extent(axis) > 4096) bits |= ",
           arrays("ArrayLaw.dict")),
    Mutant("mask_overlooked", DICT, '    if (dict.has_mask) fail(errc::not_supported, "mask: arrays with a mask are not read");\n', "", arrays("ArrayDictBadInput.*")),
    Mutant("offset_into_the_buffer_forgotten", DICT, "const_cast<void*>(buffer.data())) + dict.offset;", "const_cast<void*>(buffer.data()));", arrays("ArrayDictBadInput.*")),
    Mutant("last_of_two_keys_wins", "src/interop/array_json.cpp", '            if (std::find(seen.begin(), seen.end(), key) != seen.end()) fail(key, "the key appears twice");\n',
           "", arrays("ArrayJsonBadInput.*")),
    Mutant("stream_before_version_3_taken", CUDA_DICT, "    if (dict.version < first_with_stream) fail(", "    if (dict.version < 0) fail(", arrays("CudaDictBadInput.*")),
    Mutant("pointer_of_no_elements_kept", CUDA_DICT, "view.size() > 0 || options.version < first_with_zero_pointer;", "true;", arrays("CudaArrayLaw.dict")),
    Mutant("format_given_unasked", ANSWER, "    if (asks(flags, with_format)) fields.format = ", "    fields.format = ", EVERY_REQUEST),
    Mutant("fortran_order_given_without_strides", ANSWER, "if (!asks(flags, with_strides) && !in_c_order)", "if (!asks(flags, with_strides) && !view.is_contiguous(Order::any))",
           EVERY_REQUEST),
    Mutant("suboffsets_dropped", "src/interop/buffer_import.cpp", "{fields.strides, rank}, {fields.suboffsets, rank});", "{fields.strides, rank});", buffers("BufferLaw.full")),
    Mutant("exception_of_the_caller_lost", PY_BUFFER, "    PyErr_Restore(type, value, traceback);\n    PyGILState_Release", "    PyGILState_Release",
           interpreters("a_pending_exception_stays_pending")),
    Mutant("buffer_given_to_the_next_interpreter", PY_BUFFER, "closed_ || interpreter != interpreter_", "closed_ || interpreter > interpreter_",
           interpreters("a_buffer_of_an_earlier_interpreter_is_none_of_the_next_ones")),
]

MUTANTS = RUNNER + RELEASING + COUNTING + FAILING + USING + CAPTURING + COPYING + PACKING + ORDERING + CHECKING
MUTANTS += C_INTERFACE + EXPORTED + DLPACK + ARROW + ARRAYS + LIBRARIES
