/* SPDX-License-Identifier: Apache-2.0 */
/* The release protocol of a Lease (docs/design.md, section 5) among three consumers, their streams and graphs, a policy stream that
 * its owner captures, a reaper thread and a device that may be lost: every interleaving. check_model.py runs it, once as it is and
 * once per mutant; a mutant is the protocol with one rule left out (MUTANT_... below and in protocol.pml), and must be refuted.
 *
 * What holds in every run:
 *   - no piece of work ever runs on memory that was given back (Device);
 *   - the callback runs exactly once, or the memory is quarantined, counted and never given back (callback, quarantine);
 *   - with status ok it runs, or for stream_ordered its free runs, after every recorded use; device_lost is said only of a lost device;
 *   - no CUDA call where CUDA forbids it: in a graph's destructor, a wait in a capturing thread, a callback into a capturing stream;
 *   - it ends: nobody waits for ever, and after a loss for nothing at all (invalid end states).
 * Not modelled: several leases at once, exit, fork, and memory order (the count is acquire-release; the threads tests and TSan see to it).
 */
#include "machine.pml"
#include "protocol.pml"
#include "devices.pml"

/* One consumer: uses the memory at once, or in a graph that it captures, or both; then gives its share back. */
proctype Consumer(byte me; mtype kind) {
    byte stream = stream_of(me), position;
    bool last, result_ok;

    if
    :: kind != IN_GRAPH ->
       enqueue_two(stream);
       used_on(stream)
    :: else
    fi;
    if
    :: kind != AT_ONCE -> retain_for_graph()  /* its stream captures work on the memory into a graph */
    :: else
    fi;
    drop(last);
    if
    :: last -> release_as_consumer(stream)
    :: else
    fi;
    if
    :: scenario == DOUBLE_RELEASE && me == 0 ->
       drop(last);
       if
       :: last -> release_as_consumer(stream)
       :: else
       fi
    :: else
    fi;
    if
    :: kind != AT_ONCE ->
       retain_for_graph_too_late();
       launch_and_destroy_graph(me, stream)
    :: else
    fi
}

/* Takes what other threads may not finish themselves: shares from the destructors of graphs, releases that must wait. */
proctype Reaper() {
    byte stream = 0, position;
    bool last, result_ok;
end:
    do
    :: atomic { handed_back > 0 -> handed_back-- };
       drop(last);
       if
       :: last -> release(stream, false)
       :: else
       fi
    :: atomic { pending && reaper_may_go_on() -> pending = false };
       finish_release(stream)
    od
}

/* On streams of their own the consumers are alike: the order of kinds among them does not matter. */
inline run_consumers() {
    if
    :: scenario == SEPARATE_STREAMS -> run Consumer(0, IN_GRAPH); run Consumer(1, IN_GRAPH); run Consumer(2, IN_GRAPH)
    :: scenario == SEPARATE_STREAMS -> run Consumer(0, AT_ONCE); run Consumer(1, IN_GRAPH); run Consumer(2, BOTH)
    :: run Consumer(0, AT_ONCE); run Consumer(1, AT_ONCE); run Consumer(2, AT_ONCE)
    fi
}

init {
    atomic {
        shares = CONSUMERS;
#ifdef SCENARIO
        scenario = SCENARIO;
#else
        if
        :: scenario = SEPARATE_STREAMS
        :: scenario = SHARED_STREAM
        :: scenario = DOUBLE_RELEASE
        fi;
#endif
#ifdef POLICY
        policy = POLICY;
#else
        if
        :: policy = STREAM_ORDERED
        :: policy = WAIT
        :: policy = DEFERRED
        fi;
#endif
        run_consumers();
        run Device(0);
        run Device(1);
        run Device(2);
        run PolicyDevice();
        if
        :: policy == STREAM_ORDERED -> run PolicyOwner()
        :: else
        fi;
        run Reaper();
        if
        :: run Loss()
        :: true
        fi
    }
    /* Draining ends, and all consumers and the owner do: what never comes true here is an invalid end state. */
    called + quarantined == 1 && shares == 0 && refused == (scenario == DOUBLE_RELEASE -> 1 : 0);
    assert(quarantined == 0 || !freed && !free_queued)
}
