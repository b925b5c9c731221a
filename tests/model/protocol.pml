/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol: what the code of ndlease does on the threads of consumers and on the reaper's. One step is one CUDA call or one atomic. */
byte shares;               /* of the lease; 0: draining or over, and no event is taken any more */
byte recorded[CONSUMERS];  /* the lease's event per stream: the piece up to which it waits; 0: none */
bool unsure;               /* a use could neither be recorded nor waited for */
bool pending;              /* a release that the reaper has to finish */
bool waits_failed;         /* the policy stream could not be made to wait */
byte called, quarantined, refused;

/* The callback, exactly once. */
inline callback(status) {
    atomic {
        assert(called == 0 && quarantined == 0);
        assert(status != LOST || lost);
        called++;
        if
        :: status == OK -> exporter_frees()
        :: else  /* nothing can be freed on a lost device, and nothing runs there */
        fi
    }
}

inline quarantine() {
    atomic {
        assert(called == 0 && quarantined == 0);
        quarantined++;
#ifdef MUTANT_QUARANTINE_FREES
        freed = true
#endif
    }
}

/* Records that what was enqueued on `stream` uses the memory. Record and store are one step: two consumers of one stream are ordered. */
inline used_on(stream) {
    if
    :: atomic { shares == 0 }  /* after somebody's double release: refused, and nothing is promised */
    :: atomic { shares > 0 && lost -> promise(stream, enqueued[stream]) }  /* the release will meet the error as well */
#ifdef MUTANT_OLDER_EVENT_WINS
    :: atomic { shares > 0 && !lost -> position = enqueued[stream] };
       atomic { recorded[stream] = position; promise(stream, position) }
#else
    :: atomic { shares > 0 && !lost -> recorded[stream] = enqueued[stream]; promise(stream, enqueued[stream]) }
#endif
    :: atomic { shares > 0 && !lost -> position = enqueued[stream] };  /* the event cannot be recorded: wait for the stream here */
#ifdef MUTANT_EVENT_FAILURE_IGNORED
       atomic { promise(stream, position) }
#else
       if
       :: atomic { shares == 0 }
       :: atomic { shares > 0 && lost -> promise(stream, position) }
       :: atomic { shares > 0 && !lost && completed[stream] >= position -> promise(stream, position) }
       :: atomic { shares > 0 && !lost ->  /* the stream cannot be waited for either */
#ifndef MUTANT_SYNC_FAILURE_IGNORED
              unsure = true;
#endif
              promise(stream, position)
          }
       fi
#endif
    fi
}

inline take_share() { atomic { shares > 0 -> shares++ } }

/* A graph holds a share of its own from the capture on. */
inline retain_for_graph() {
#if !defined(MUTANT_GRAPH_WITHOUT_SHARE) && !defined(MUTANT_GRAPH_SHARE_TAKEN_LATE)
    take_share()
#else
    skip
#endif
}

inline retain_for_graph_too_late() {
#ifdef MUTANT_GRAPH_SHARE_TAKEN_LATE
    shares++
#else
    skip
#endif
}

/* In the destructor of a graph's user object no CUDA call may be made: its share goes to the reaper. */
inline in_destructor() {
#ifdef MUTANT_DESTRUCTOR_RELEASES
    shares--;
    assert(shares > 0)  /* the last share would make it call CUDA */
#elif !defined(MUTANT_GRAPH_WITHOUT_SHARE)
    handed_back++
#else
    skip
#endif
}

/* One share less; whoever takes the last one must run the release. A share too many is refused and counted. */
inline drop(last) {
#ifdef MUTANT_COUNT_NOT_ATOMIC
    position = shares;
    atomic { shares = position - 1; last = (position == 1) }
#else
    atomic {
        if
        :: shares == 0 ->
           refused++;
#ifdef MUTANT_DOUBLE_RELEASE_RUNS_AGAIN
           last = true
#else
           last = false
#endif
        :: else ->
           shares--;
           last = (shares == 0)
        fi
    }
#endif
}

#if defined(MUTANT_RELEASE_WITHOUT_WAIT)
#define events_complete(stream) true
#elif defined(MUTANT_LAST_EVENT_ONLY)
#define events_complete(stream) (completed[stream] >= recorded[stream])
#else
#define events_complete(stream) all_completed(recorded)
#endif

/* The release, on the thread that gave the last share back; that thread may be capturing, and then may not wait. */
inline release(stream, thread_captures) {
    if
    :: unsure ->
       if  /* a call tells whether the device is lost */
       :: atomic { lost -> callback(LOST) }
       :: atomic { !lost -> quarantine() }
       fi
    :: !unsure && policy == WAIT && (!thread_captures || MUTANT_WAIT_IN_CAPTURE) ->
       assert(!thread_captures);
       wait_on_host(stream)
    :: !unsure && policy == STREAM_ORDERED -> in_stream_order(stream)
    :: !unsure && (policy == DEFERRED || policy == WAIT && thread_captures && !MUTANT_WAIT_IN_CAPTURE) -> hand_to_reaper()
    fi
}

/* The thread that gives the last share back may be capturing, into a graph with this memory or any other. */
inline release_as_consumer(stream) {
    if
    :: release(stream, false)
    :: policy == WAIT -> release(stream, true)
    fi
}

inline hand_to_reaper() {
#ifdef MUTANT_RELEASE_IN_CAPTURE_FORGOTTEN
    pending = (policy != STREAM_ORDERED)
#else
    pending = true
#endif
}

/* Waits for every event, and for nothing once the device is lost. Even with no event left to wait for (all uses were in graphs, say) it
 * makes a call that tells of a loss: else `ok` would be said of memory whose last launch never ended. */
inline wait_on_host(stream) {
    if
    :: atomic { events_complete(stream) && (!lost || MUTANT_LOSS_NOT_ASKED_FOR) -> result_ok = true }
#ifndef MUTANT_WAITS_AFTER_LOSS
    :: atomic { lost -> result_ok = false };
       callback(LOST)
#endif
    :: atomic { !lost && !events_complete(stream) -> result_ok = MUTANT_WAIT_FAILURE_IGNORED };  /* the wait fails */
       if
       :: result_ok
       :: else -> quarantine()
       fi
    fi;
    if
    :: result_ok -> to_policy_stream(); callback(OK)
    :: else
    fi;
#ifdef MUTANT_CALLBACK_AGAIN_AFTER_LOSS
    if
    :: !result_ok && lost -> callback(LOST)
    :: else
    fi;
#endif
    policy_busy = false;
    result_ok = false
}

/* The callback of stream_ordered enqueues on the policy stream: never into a capture. */
inline to_policy_stream() { atomic { policy != STREAM_ORDERED || !policy_capturing -> policy_busy = true } }

/* The policy stream waits for the events, the callback runs at once; the host waits for nothing. */
inline in_stream_order(stream) {
    if
    :: atomic { policy_capturing && !MUTANT_CALLBACK_IN_CAPTURE -> hand_to_reaper() }
    :: atomic { !policy_capturing || MUTANT_CALLBACK_IN_CAPTURE -> policy_busy = true };
       if
       :: atomic { lost -> callback(LOST); policy_busy = false }
       :: atomic { !lost -> stream_waits(stream) };
          callback(OK);
          atomic { stream_waits_late(); policy_busy = false }
       :: atomic { !lost -> waits_failed = true; policy_busy = false; pending = true }  /* the reaper waits on the host instead */
       fi
    fi
}

inline copy_waits() {
    policy_waits[0] = recorded[0];
    policy_waits[1] = recorded[1];
    policy_waits[2] = recorded[2]
}

inline stream_waits(stream) {
#if defined(MUTANT_LAST_EVENT_ONLY)
    policy_waits[stream] = recorded[stream]
#elif !defined(MUTANT_RELEASE_WITHOUT_WAIT) && !defined(MUTANT_CALLBACK_BEFORE_EVENTS)
    copy_waits()
#else
    skip
#endif
}

inline stream_waits_late() {
#ifdef MUTANT_CALLBACK_BEFORE_EVENTS
    copy_waits()
#else
    skip
#endif
}

#define reaper_may_go_on() (policy != STREAM_ORDERED || waits_failed || !policy_capturing || MUTANT_CALLBACK_IN_CAPTURE)

inline finish_release(stream) {
    if
    :: policy == STREAM_ORDERED && !waits_failed -> in_stream_order(stream)
    :: else -> wait_on_host(stream)
    fi
}
