/* SPDX-License-Identifier: Apache-2.0
 * Two libraries that exchange views. `plain` knows ndl_view.h alone; `linked` is C++ on ndlease. Both are built by different compilers. */
#ifndef NDLEASE_TESTS_CAPI_LIBRARIES_H
#define NDLEASE_TESTS_CAPI_LIBRARIES_H

#include <ndlease/ndl_view.h>

#ifdef __cplusplus
extern "C" {
#endif
#define EXCHANGED __attribute__((visibility("default")))

/* A 3 x 4 view of the records {int32 tag; double value[2]} with the rows backwards: element (i, j) has value {12 - 4 i + j, -1}. */
EXCHANGED int plain_lend(ndl_view* out);
EXCHANGED int plain_live(void);     /* views lent by `plain` whose memory is not back yet */
EXCHANGED int plain_acquired(void); /* calls of acquire and of used_on so far */
/* The sum of a view of doubles, any rank; -1e9 where it is none. Takes a share of its own for as long as it needs it. */
EXCHANGED double plain_sum(const ndl_view* view);
/* Every second element of the first axis, made without any library; takes `view` over. */
EXCHANGED int plain_halve(ndl_view* view, ndl_view* out);

EXCHANGED int linked_lend(ndl_view* out); /* 1000 doubles, 0 to 999, in C order of (10, 5, 20) */
EXCHANGED int linked_live(void);
/* The sum of the first value of `plain`'s records, by C++ Views; takes the view over. NaN where it is refused, with the status. */
EXCHANGED double linked_sum_of_values(ndl_view* view, int* status);
/* field("value") and the first of it, as a view on the same owner. */
EXCHANGED int linked_values(const ndl_view* view, ndl_view* out, ndl_error* error);
EXCHANGED int linked_copy(const ndl_view* view, ndl_view* out, ndl_error* error);

#ifdef __cplusplus
}
#endif

#endif
