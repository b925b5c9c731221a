/* SPDX-License-Identifier: Apache-2.0
 * What the C tests say when something is not as it must be. Each check counts; a test that made none fails. */
#ifndef NDLEASE_TESTS_CAPI_CHECK_H
#define NDLEASE_TESTS_CAPI_CHECK_H

#include <stdio.h>

static int checks_made = 0;
static int checks_failed = 0;

#define CHECK(condition)                                                            \
    do {                                                                            \
        ++checks_made;                                                              \
        if (!(condition)) {                                                         \
            ++checks_failed;                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
        }                                                                           \
    } while (0)

/* The call's status, and the message where it is another one than expected. Needs `ndl_error error` in scope. */
#define EXPECT(status, call)                                                                                             \
    do {                                                                                                                 \
        const int got_ = (call);                                                                                         \
        ++checks_made;                                                                                                   \
        if (got_ != (status)) {                                                                                          \
            ++checks_failed;                                                                                             \
            fprintf(stderr, "%s:%d: %s gave %d: %s\n", __FILE__, __LINE__, #call, got_, got_ != 0 ? error.message : ""); \
        }                                                                                                                \
    } while (0)
#define OK(call) EXPECT(NDL_OK, call)

static int result_of_checks(void) {
    printf("%d checks, %d failed\n", checks_made, checks_failed);
    return checks_failed == 0 && checks_made > 0 ? 0 : 1;
}

#endif
