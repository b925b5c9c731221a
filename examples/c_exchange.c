/* SPDX-License-Identifier: Apache-2.0
 * C99: records of a sensor are lent with their format as a tree of structures; another part of the program takes one field of every second record, copies it
 * into an array of doubles, and gives everything back. The owner is told when nobody uses its memory any more. */
#include <stdio.h>
#include <stdlib.h>

#include <ndlease/ndlease.h>

struct sample {
    int32_t station;
    float level[3];
};

static int64_t three[1] = {3};
static const ndl_format int32 = {sizeof(ndl_format), NDL_INTEGER, 4, 4, 32, NDL_LITTLE_ENDIAN, 0, NULL, NULL, NULL, 0, NULL, {0}};
static const ndl_format float32 = {sizeof(ndl_format), NDL_FLOATING, 4, 4, 32, NDL_LITTLE_ENDIAN, 0, NULL, NULL, NULL, 0, NULL, {0}};
static const ndl_format levels = {sizeof(ndl_format), NDL_SUBARRAY, 12, 4, 96, NDL_LITTLE_ENDIAN, 1, three, &float32, NULL, 0, NULL, {0}};
static const ndl_field members[2] = {{"station", 0, &int32, 0}, {"level", offsetof(struct sample, level), &levels, 0}};
static const ndl_format sample_format = {sizeof(ndl_format), NDL_RECORD, 16, 4, 128, NDL_NO_BYTE_ORDER, 0, NULL, NULL, members, 2, NULL, {0}};

static void give_back(void* samples, int status, const ndl_stream* stream) {
    (void)status, (void)stream; /* host memory: every use is over */
    printf("the owner frees its samples\n");
    free(samples);
}

static int lend_samples(int64_t count, ndl_view* out, ndl_error* error) {
    struct sample* const samples = calloc((size_t)count, sizeof *samples);
    ndl_view description = {0};
    ndl_lend_options options = {0};
    int status, i;
    if (samples == NULL) return NDL_OUT_OF_MEMORY;
    for (i = 0; i < count; ++i) samples[i].level[2] = (float)i / 4;
    description.struct_size = sizeof description;
    description.abi_version = NDL_ABI_VERSION;
    description.data = description.allocation = samples;
    description.allocation_bytes = count * (int64_t)sizeof *samples;
    description.device.type = NDL_CPU;
    description.format = &sample_format;
    description.rank = 1;
    description.shape = &count; /* copied, as all that is described here */
    options.struct_size = sizeof options;
    options.release = give_back;
    options.context = samples;
    status = ndl_view_lend(&description, &options, out, error);
    if (status != NDL_OK) free(samples);
    return status;
}

int main(void) {
    ndl_view samples = {0}, level = {0}, some = {0}, doubles = {0};
    ndl_error error;
    ndl_copy_options options = {0};
    const ndl_format* float64 = NULL;
    char text[100];
    int right = 0;
    options.struct_size = sizeof options;
    options.conversion = NDL_CONVERSION_CPP;
    if (lend_samples(1000, &samples, &error) == NDL_OK && ndl_view_field(&samples, "level", &level, &error) == NDL_OK &&
        ndl_view_at(&level, "[::2, 2]", &some, &error) == NDL_OK && ndl_view_print(&some, text, sizeof text, NULL, &error) == NDL_OK &&
        ndl_format_parse(NDL_SYNTAX_PEP3118, "<d", 8, &float64, &error) == NDL_OK &&
        ndl_convert(&some, float64, NDL_ORDER_C, NULL, &options, &doubles, &error) == NDL_OK) {
        const double* const values = doubles.data;
        printf("level[2] of every second sample: %s\n", text);
        right = doubles.shape[0] == 500 && values[1] == 0.5 && values[499] == 998.0 / 4;
    } else {
        fprintf(stderr, "%s: %s\n", ndl_error_name(error.code), error.message);
    }
    ndl_view_release(&samples); /* the parts still hold the memory */
    ndl_view_release(&level);
    ndl_view_release(&some); /* now the owner is told */
    ndl_view_release(&doubles);
    ndl_format_free(float64);
    return right ? 0 : 1;
}
