/* SPDX-License-Identifier: Apache-2.0
 * A library that speaks the protocol with nothing but ndl_view.h. */
#include "libraries.h"

#include <stdlib.h>

struct record {
    int32_t tag;
    double value[2];
};

struct memory {
    int holders;
    struct record records[3][4];
};

static int live = 0, acquired = 0;

static const int64_t shape[2] = {3, 4};
static const int64_t strides[2] = {-4 * (int64_t)sizeof(struct record), (int64_t)sizeof(struct record)};
static const int64_t pair[1] = {2};
static const ndl_format number = {sizeof(ndl_format), NDL_FLOATING, 8, 8, 64, NDL_LITTLE_ENDIAN, 0, NULL, NULL, NULL, 0, NULL, {0, 0}};
static const ndl_format tag = {sizeof(ndl_format), NDL_INTEGER, 4, 4, 32, NDL_LITTLE_ENDIAN, 0, NULL, NULL, NULL, 0, NULL, {0, 0}};
static const ndl_format value = {sizeof(ndl_format), NDL_SUBARRAY, 16, 8, 128, NDL_LITTLE_ENDIAN, 1, pair, &number, NULL, 0, NULL, {0, 0}};
static const ndl_field fields[2] = {{"tag", 0, &tag, 0}, {"value", (int64_t)offsetof(struct record, value), &value, 0}};
static const ndl_format item = {sizeof(ndl_format), NDL_RECORD, sizeof(struct record), 8, 0, NDL_NO_BYTE_ORDER, 0, NULL, NULL, fields, 2, NULL, {0, 0}};

static int order(const ndl_view* view, const ndl_stream* consumer, uint32_t use, ndl_error* error) {
    (void)view, (void)use, (void)error;
    ++acquired;
    return consumer == NULL || consumer->device.type == NDL_CPU ? NDL_OK : NDL_NOT_SUPPORTED;
}

static int retain(const ndl_view* view, ndl_error* error) {
    (void)error;
    ++((struct memory*)view->owner)->holders;
    return NDL_OK;
}

static void release(ndl_view* view) {
    struct memory* const owner = (struct memory*)view->owner;
    memset(view, 0, sizeof *view);
    if (--owner->holders > 0) return;
    --live;
    free(owner);
}

static const ndl_view_ops ops = {sizeof(ndl_view_ops), 0, order, order, retain, release, {0, 0, 0}};

int plain_live(void) { return live; }
int plain_acquired(void) { return acquired; }

int plain_lend(ndl_view* out) {
    struct memory* const memory = (struct memory*)calloc(1, sizeof *memory);
    int i, j;
    if (memory == NULL) return NDL_OUT_OF_MEMORY;
    memory->holders = 1;
    for (i = 0; i < 3; ++i) {
        for (j = 0; j < 4; ++j) {
            memory->records[i][j].tag = 10 * i + j;
            memory->records[i][j].value[0] = 4.0 * i + j + 4;
            memory->records[i][j].value[1] = -1;
        }
    }
    memset(out, 0, sizeof *out);
    out->struct_size = sizeof *out;
    out->abi_version = NDL_ABI_VERSION;
    out->data = memory->records[2];
    out->device.type = NDL_CPU;
    out->format = &item;
    out->rank = 2;
    out->shape = shape;
    out->strides = strides;
    out->allocation = memory->records;
    out->allocation_bytes = (int64_t)sizeof memory->records;
    out->ops = &ops;
    out->owner = memory;
    ++live;
    return NDL_OK;
}

static double sum(const ndl_view* view, const char* at, int axis) {
    double result = 0;
    int64_t i;
    if (axis == view->rank) {
        memcpy(&result, at, sizeof result);
        return result;
    }
    for (i = 0; i < view->shape[axis]; ++i) result += sum(view, at + i * view->strides[axis], axis + 1);
    return result;
}

double plain_sum(const ndl_view* view) {
    ndl_view mine;
    double result;
    const int is_double = view->format->kind == NDL_FLOATING && view->format->bits == 64 && view->format->byte_order == NDL_LITTLE_ENDIAN;
    if (!is_double || view->suboffsets != NULL || ndl_view_share(view, &mine, NULL) != NDL_OK) return -1e9;
    if (ndl_view_acquire(&mine, NULL, NDL_USE_READ, NULL) != NDL_OK) return -1e9;
    result = sum(&mine, (const char*)mine.data, 0);
    ndl_view_release(&mine);
    return result;
}

/* A share of somebody else's view with arrays of our own: the owner is ours, and holds theirs. */
struct half {
    int holders;
    ndl_view whole;
    int64_t shape[NDL_MAX_RANK], strides[NDL_MAX_RANK];
};

static int half_acquire(const ndl_view* view, const ndl_stream* consumer, uint32_t use, ndl_error* error) {
    return ndl_view_acquire(&((struct half*)view->owner)->whole, consumer, use, error);
}
static int half_used_on(const ndl_view* view, const ndl_stream* consumer, uint32_t use, ndl_error* error) {
    return ndl_view_used_on(&((struct half*)view->owner)->whole, consumer, use, error);
}
static int half_retain(const ndl_view* view, ndl_error* error) {
    (void)error;
    ++((struct half*)view->owner)->holders;
    return NDL_OK;
}
static void half_release(ndl_view* view) {
    struct half* const owner = (struct half*)view->owner;
    memset(view, 0, sizeof *view);
    if (--owner->holders > 0) return;
    ndl_view_release(&owner->whole);
    free(owner);
}
static const ndl_view_ops half_ops = {sizeof(ndl_view_ops), 0, half_acquire, half_used_on, half_retain, half_release, {0, 0, 0}};

int plain_halve(ndl_view* view, ndl_view* out) {
    struct half* const owner = (struct half*)calloc(1, sizeof *owner);
    size_t bytes;
    if (owner == NULL) return NDL_OUT_OF_MEMORY;
    if (view->rank < 1 || view->strides == NULL) {
        free(owner);
        return NDL_BAD_LAYOUT;
    }
    bytes = (size_t)view->rank * sizeof(int64_t);
    memcpy(owner->shape, view->shape, bytes);
    memcpy(owner->strides, view->strides, bytes);
    owner->shape[0] = (owner->shape[0] + 1) / 2;
    owner->strides[0] *= 2;
    owner->holders = 1;
    ndl_view_move(view, &owner->whole);
    *out = owner->whole;
    out->shape = owner->shape;
    out->strides = owner->strides;
    out->ops = &half_ops;
    out->owner = owner;
    return NDL_OK;
}
