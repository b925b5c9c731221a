/* SPDX-License-Identifier: Apache-2.0
 * A program between two libraries, which links none but them. */
#include "../check.h"
#include "libraries.h"

static ndl_error error;

/* 8..11 + 4..7 + ... : the values of all records of plain_lend are 4 to 15. */
#define SUM_OF_VALUES 114.0

static void plain_to_linked(void) {
    ndl_view view, share, values, copy, half;
    int status = -1;
    OK(plain_lend(&view));
    OK(ndl_view_share(&view, &share, &error));
    CHECK(plain_live() == 1);
    CHECK(linked_sum_of_values(&view, &status) == SUM_OF_VALUES && status == NDL_OK);
    CHECK(view.struct_size == 0 && plain_live() == 1 && plain_acquired() > 0);

    /* A part made there is on the owner here, and comes back here to be read. */
    OK(linked_values(&share, &values, &error));
    ndl_view_release(&share);
    CHECK(plain_live() == 1 && values.rank == 2 && values.strides[0] == -96 && values.data != NULL);
    CHECK(plain_sum(&values) == SUM_OF_VALUES);
    OK(plain_halve(&values, &half));
    CHECK(plain_sum(&half) == 12 + 13 + 14 + 15 + 4 + 5 + 6 + 7);
    status = plain_acquired();
    OK(linked_copy(&half, &copy, &error));
    CHECK(plain_acquired() == status + 2); /* acquired and recorded, through both libraries */
    CHECK(copy.shape[0] == 2 && copy.strides[0] == 32 && plain_sum(&copy) == 12 + 13 + 14 + 15 + 4 + 5 + 6 + 7);
    ndl_view_release(&half);
    CHECK(plain_live() == 0);
    ndl_view_release(&copy);
}

static void linked_to_plain(void) {
    ndl_view view, half, share, refused;
    OK(linked_lend(&view));
    CHECK(linked_live() == 1 && view.rank == 3 && plain_sum(&view) == 499500.0);
    OK(plain_halve(&view, &half));
    OK(ndl_view_share(&half, &share, &error));
    ndl_view_release(&half);
    OK(linked_copy(&share, &view, &error)); /* contiguous? no: every second block */
    CHECK(view.data != share.data && plain_sum(&view) == plain_sum(&share));
    CHECK(plain_sum(&share) == 5 * (100 * 99 / 2) + 100 * (0 + 200 + 400 + 600 + 800));
    CHECK(linked_values(&share, &refused, &error) != NDL_OK && strstr(error.message, "value") != NULL);
    ndl_view_release(&view);
    CHECK(linked_live() == 1);
    ndl_view_release(&share);
    CHECK(linked_live() == 0);
}

static void refusals(void) {
    ndl_view view, broken;
    int status = 0;
    OK(plain_lend(&view));
    broken = view;
    broken.abi_version = 2u << 16;
    CHECK(linked_sum_of_values(&broken, &status) != 0 && status == NDL_NOT_SUPPORTED && broken.owner == view.owner);
    broken = view;
    broken.data = (char*)view.data + 8;
    EXPECT(NDL_OUT_OF_BOUNDS, linked_copy(&broken, &broken, &error));
    CHECK(strstr(error.message, "allocation") != NULL);
    CHECK(plain_live() == 1);
    ndl_view_release(&view);
    CHECK(plain_live() == 0);
}

int main(void) {
    plain_to_linked();
    linked_to_plain();
    refusals();
    return result_of_checks();
}
