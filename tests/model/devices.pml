/* SPDX-License-Identifier: Apache-2.0 */
/* What runs beside the threads that use ndlease: the devices of the streams, the owner of the policy stream, the loss. */

proctype Device(byte stream) {
end:
    do
    :: atomic {
           !lost && completed[stream] < enqueued[stream] ->
           completed[stream]++;
           assert(!freed || !must_be_alive(stream))
       }
    :: atomic {  /* the driver destroys the graph, and calls the destructor of its user object */
           graph_destroyed[stream] && (lost || completed[stream] >= graph_last[stream] || MUTANT_GRAPH_SHARE_BACK_AT_DESTROY) ->
           graph_destroyed[stream] = false;
           in_destructor()
       }
    od
}

proctype PolicyDevice() {
end:
    do
    :: atomic {
           !lost && free_queued && all_completed(free_needs) ->
           free_queued = false;
           give_back()
       }
    od
}

/* The owner of the policy stream captures into it, now and then. It does not begin between the waits and the free of a release: nothing
 * in CUDA would let a library prevent that, so it is the exporter's part of the contract (MUTANT_CAPTURE_BEGINS_INSIDE shows why). */
proctype PolicyOwner() {
    do
    :: atomic { !policy_capturing && (!policy_busy || MUTANT_CAPTURE_BEGINS_INSIDE) -> policy_capturing = true };
       policy_capturing = false
    :: break  /* else its captures would hide that all others stand still */
    od
}

proctype Loss() { lost = true }
