/* SPDX-License-Identifier: Apache-2.0 */
/* What surrounds the protocol: streams and their devices, graphs, the exporter and its policy stream, the loss of the device. */
#include "mutants.pml"

#define CONSUMERS 3

mtype = { SEPARATE_STREAMS, SHARED_STREAM, DOUBLE_RELEASE };  /* scenario: of consumers 0 and 1; consumer 0 gives its share back twice */
mtype = { AT_ONCE, IN_GRAPH, BOTH };                         /* how a consumer uses the memory */
mtype = { WAIT, DEFERRED, STREAM_ORDERED };                   /* policy */
mtype = { OK, LOST };                                         /* status that the callback is told */
mtype scenario, policy;

/* Work on the memory, per stream: the numbers of pieces enqueued and completed name the pieces and order them. */
byte enqueued[CONSUMERS], completed[CONSUMERS];
/* What the protocol has promised to wait for, per stream. Written by the checks alone; the protocol does not read it. */
byte promised[CONSUMERS];
bool lost;   /* a sticky error: no device work runs any more, every call fails */
bool freed;  /* the memory is someone else's */

bool graph_destroyed[CONSUMERS];  /* by its user; launches may be in flight */
byte graph_last[CONSUMERS];       /* the last piece that a launch of the graph enqueued */
byte handed_back;                 /* shares that destructors of graphs gave to the reaper */

bool policy_capturing, policy_busy;
byte policy_waits[CONSUMERS];  /* what the policy stream waits for, for anything enqueued from here on */
byte free_needs[CONSUMERS];    /* the same, when the free was enqueued on it */
bool free_queued;

#define stream_of(consumer) (scenario == SHARED_STREAM && consumer == 1 -> 0 : consumer)
#define all_completed(position) (completed[0] >= position[0] && completed[1] >= position[1] && completed[2] >= position[2])

inline enqueue_two(stream) { enqueued[stream] = enqueued[stream] + 2 }

inline promise(stream, upto) {
    if
    :: promised[stream] < upto -> promised[stream] = upto
    :: else
    fi
}

/* Where a share was stolen by a double release, only work that was recorded is safe; else all work is. */
#define must_be_alive(stream) (scenario != DOUBLE_RELEASE || completed[stream] <= promised[stream])

/* The user of a graph launches it, any time, or not at all, and destroys it. */
inline launch_and_destroy_graph(me, stream) {
    if
    :: atomic {
           enqueued[stream]++;
           graph_last[stream] = enqueued[stream];
           promise(stream, graph_last[stream])
       }
    :: true
    fi;
    graph_destroyed[me] = true
}

/* The exporter gets its memory back: nobody may use it from here on. */
inline give_back() {
    assert(!freed);
    assert(all_completed(promised));
    freed = true
}

/* What the exporter does in its callback. */
inline exporter_frees() {
    if
    :: policy == STREAM_ORDERED ->
       assert(!policy_capturing);  /* else the free would be recorded in somebody's graph, or refused */
       free_needs[0] = policy_waits[0];
       free_needs[1] = policy_waits[1];
       free_needs[2] = policy_waits[2];
       free_queued = true
    :: else -> give_back()
    fi
}
