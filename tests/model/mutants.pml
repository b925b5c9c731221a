/* SPDX-License-Identifier: Apache-2.0 */
/* Mutants that are a condition in the model are false unless spin is given -DMUTANT_...=true; the others are #ifdefs. */
#ifndef MUTANT_GRAPH_SHARE_BACK_AT_DESTROY
#define MUTANT_GRAPH_SHARE_BACK_AT_DESTROY false
#endif
#ifndef MUTANT_CAPTURE_BEGINS_INSIDE
#define MUTANT_CAPTURE_BEGINS_INSIDE false
#endif
#ifndef MUTANT_CALLBACK_IN_CAPTURE
#define MUTANT_CALLBACK_IN_CAPTURE false
#endif
#ifndef MUTANT_WAIT_IN_CAPTURE
#define MUTANT_WAIT_IN_CAPTURE false
#endif
#ifndef MUTANT_WAIT_FAILURE_IGNORED
#define MUTANT_WAIT_FAILURE_IGNORED false
#endif
#ifndef MUTANT_LOSS_NOT_ASKED_FOR
#define MUTANT_LOSS_NOT_ASKED_FOR false
#endif
