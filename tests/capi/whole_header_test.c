/* SPDX-License-Identifier: Apache-2.0
 * Every function of ndlease.h, called from plain C99. Expected values are worked out by hand. check_abi.py sees to it that none is left out. */
#include <stdlib.h>
#include <string.h>

#include <ndlease/ndlease.h>

#include "check.h"

static ndl_error error;
static int released = 0;

static void give_back(void* context, int status, const ndl_stream* stream) {
    CHECK(status == NDL_RELEASE_OK);
    CHECK(stream->device.type == NDL_CPU && stream->handle == 0);
    ++released;
    *(int*)context += 1;
}

static ndl_format scalar(int kind, int64_t bytes, int64_t bits) {
    ndl_format format;
    memset(&format, 0, sizeof format);
    format.struct_size = sizeof format;
    format.kind = kind;
    format.itemsize = bytes;
    format.alignment = bytes;
    format.bits = bits;
    format.byte_order = bytes > 1 ? NDL_LITTLE_ENDIAN : NDL_NO_BYTE_ORDER;
    return format;
}

static ndl_view describe(void* data, const ndl_format* format, int rank, const int64_t* shape) {
    ndl_view view;
    memset(&view, 0, sizeof view);
    view.struct_size = sizeof view;
    view.abi_version = NDL_ABI_VERSION;
    view.data = data;
    view.device.type = NDL_CPU;
    view.format = format;
    view.rank = rank;
    view.shape = shape;
    return view;
}

/* An element of a host view of rank 2 or less. */
static const char* at(const ndl_view* view, int64_t i, int64_t j) {
    const char* p = (const char*)view->data;
    if (view->rank > 0) p += i * view->strides[0];
    if (view->rank > 1) p += j * view->strides[1];
    return p;
}
static float f32(const ndl_view* view, int64_t i, int64_t j) {
    float value;
    memcpy(&value, at(view, i, j), sizeof value);
    return value;
}

static int has(const ndl_view* view, int rank, int64_t a, int64_t b, int64_t c) {
    const int64_t expected[3] = {a, b, c};
    int i;
    if (view->rank != rank) return 0;
    for (i = 0; i < rank; ++i) {
        if (view->shape[i] != expected[i]) return 0;
    }
    return 1;
}

static void library(void) {
    char text[64];
    size_t length = 0;
    ndl_device device = {0, 0}, cpu = {NDL_CPU, 0}, pinned = {NDL_CUDA_HOST, 0}, gpu = {NDL_CUDA, 0};
    int32_t number = -1;
    CHECK(strlen(ndl_version()) >= 5);
    CHECK(ndl_abi_version() >> 16 == NDL_ABI_MAJOR);
    CHECK(strcmp(ndl_error_name(NDL_OUT_OF_BOUNDS), "out_of_bounds") == 0);
    CHECK(strcmp(ndl_error_name(12345), "unknown") == 0);
    OK(ndl_device_parse("cuda:1", &device, &error));
    CHECK(device.type == NDL_CUDA && device.id == 1);
    EXPECT(NDL_INVALID_ARGUMENT, ndl_device_parse("abacus", &device, &error));
    CHECK(error.code == NDL_INVALID_ARGUMENT && strstr(error.message, "abacus") != NULL && device.id == 1);
    EXPECT(NDL_INVALID_ARGUMENT, ndl_device_parse(NULL, &device, NULL));
    OK(ndl_device_print(&device, text, sizeof text, &length, &error));
    CHECK(strcmp(text, "cuda:1") == 0 && length == 6);
    OK(ndl_device_print(&device, NULL, 0, &length, &error));
    strcpy(text, "untouched");
    EXPECT(NDL_OUT_OF_RANGE, ndl_device_print(&device, text, 6, &length, &error));
    CHECK(length == 6 && strcmp(text, "untouched") == 0);
    OK(ndl_device_print(&device, text, 7, NULL, &error));
    OK(ndl_cuda_device_count(&number, &error));
    CHECK(number >= 0);
    OK(ndl_device_reaches(&cpu, &pinned, &number, &error));
    CHECK(number == 1);
    OK(ndl_device_reaches(&cpu, &gpu, &number, &error));
    CHECK(number == 0);
}

static void formats(void) {
    char text[128];
    const ndl_format *record = NULL, *number = NULL, *copy = NULL;
    ndl_format item = scalar(NDL_FLOATING, 4, 32);
    size_t length = 0;
    int32_t equal = -1;
    OK(ndl_format_parse(NDL_SYNTAX_PEP3118, "T{<i:a:xxxx<(2,3)d:b:}", -1, &record, &error));
    CHECK(record->kind == NDL_RECORD && record->itemsize == 56 && record->field_count == 2 && record->struct_size == sizeof *record);
    CHECK(strcmp(record->fields[1].name, "b") == 0 && record->fields[1].offset == 8);
    CHECK(record->fields[0].format->kind == NDL_INTEGER && record->fields[0].format->bits == 32);
    CHECK(record->fields[1].format->kind == NDL_SUBARRAY && record->fields[1].format->rank == 2 && record->fields[1].format->shape[1] == 3);
    CHECK(record->fields[1].format->element->kind == NDL_FLOATING && record->fields[1].format->element->itemsize == 8);
    EXPECT(NDL_BAD_FORMAT, ndl_format_parse(NDL_SYNTAX_PEP3118, "<iY", -1, &number, &error));
    CHECK(error.index == 2 && number == NULL);
    EXPECT(NDL_INVALID_ARGUMENT, ndl_format_parse(99, "<i", -1, &number, &error));
    EXPECT(NDL_BAD_FORMAT, ndl_format_parse(NDL_SYNTAX_TYPESTR, "<f4", 8, &number, &error));
    OK(ndl_format_parse(NDL_SYNTAX_TYPESTR, "<f4", 4, &number, &error));
    OK(ndl_format_equal(number, &item, &equal, &error));
    CHECK(equal == 1);
    OK(ndl_format_equal(number, record, &equal, &error));
    CHECK(equal == 0);
    ndl_format_free(number);
    OK(ndl_format_print(NDL_SYNTAX_TYPESTR, &item, text, sizeof text, &length, &error));
    CHECK(strcmp(text, "<f4") == 0 && length == 3);
    OK(ndl_format_print(NDL_SYNTAX_DESCR, record, text, sizeof text, &length, &error));
    CHECK(strcmp(text, "[('a', '<i4'), ('', '|V4'), ('b', '<f8', (2, 3))]") == 0);
    OK(ndl_format_copy(record, &copy, &error));
    ndl_format_free(record);
    CHECK(copy->fields[1].format->element->kind == NDL_FLOATING && strcmp(copy->fields[0].name, "a") == 0);
    EXPECT(NDL_NOT_EXPRESSIBLE, ndl_format_print(NDL_SYNTAX_ARROW, copy, text, sizeof text, &length, &error));
    ndl_format_free(copy);
    ndl_format_free(NULL);
    item.bits = 31;
    EXPECT(NDL_BAD_FORMAT, ndl_format_copy(&item, &copy, &error));
}

/* A view of 3 x 4 floats, 0 to 11, which counts in `count` when it is given back. */
static ndl_view lend_floats(float* memory, int* count, const ndl_format* format) {
    static const int64_t shape[2] = {3, 4};
    ndl_view description = describe(memory, format, 2, shape), view;
    ndl_lend_options options;
    int i;
    for (i = 0; i < 12; ++i) memory[i] = (float)i;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.release = give_back;
    options.context = count;
    description.allocation = memory;
    description.allocation_bytes = 12 * (int64_t)sizeof(float);
    memset(&view, 0, sizeof view);
    OK(ndl_view_lend(&description, &options, &view, &error));
    return view;
}

static void parts(void) {
    const ndl_format item = scalar(NDL_FLOATING, 4, 32), bytes4 = scalar(NDL_UNSIGNED_INTEGER, 1, 8);
    const int64_t six_two[2] = {6, -1}, two_two[2] = {2, 2}, four[1] = {4}, three_three_four[3] = {3, 3, 4}, steps[2] = {20, 8};
    const int32_t axes[2] = {1, 0}, bad_axes[2] = {0, 0};
    float memory[12];
    char text[128];
    int count = 0;
    int32_t contiguous = -1;
    size_t length = 0;
    ndl_view view = lend_floats(memory, &count, &item), part, other, moved;
    CHECK(view.ops != NULL && view.owner != NULL && view.data == memory && view.strides[0] == 16 && view.strides[1] == 4);
    OK(ndl_view_check(&view, &error));
    OK(ndl_view_print(&view, text, sizeof text, &length, &error));
    CHECK(strcmp(text, "<f (3,4):(16,4) on cpu") == 0);
    OK(ndl_view_is_contiguous(&view, NDL_ORDER_C, &contiguous, &error));
    CHECK(contiguous == 1);
    OK(ndl_view_is_contiguous(&view, NDL_ORDER_F, &contiguous, &error));
    CHECK(contiguous == 0);

    OK(ndl_view_at(&view, "[::-1, 1]", &part, &error));
    CHECK(has(&part, 1, 3, 0, 0) && f32(&part, 0, 0) == 9 && f32(&part, 2, 0) == 1);
    ndl_view_release(&part);
    CHECK(part.struct_size == 0 && part.data == NULL && count == 0);
    EXPECT(NDL_RELEASED, ndl_view_check(&part, &error));
    EXPECT(NDL_BAD_FORMAT, ndl_view_at(&view, "[1:", &part, &error));
    OK(ndl_view_index(&view, -1, 2, &part, &error));
    CHECK(has(&part, 1, 3, 0, 0) && f32(&part, 1, 0) == 6);
    ndl_view_release(&part);
    EXPECT(NDL_OUT_OF_RANGE, ndl_view_index(&view, 0, 3, &part, &error));
    CHECK(error.index == 0);
    OK(ndl_view_slice(&view, 1, NDL_NONE, NDL_NONE, -2, &part, &error));
    CHECK(has(&part, 2, 3, 2, 0) && f32(&part, 0, 0) == 3 && f32(&part, 2, 1) == 9);
    ndl_view_release(&part);
    OK(ndl_view_slice(&view, 0, 1, NDL_NONE, NDL_NONE, &part, &error));
    CHECK(has(&part, 2, 2, 4, 0) && f32(&part, 0, 0) == 4);
    ndl_view_release(&part);
    OK(ndl_view_diagonal(&view, 1, 0, 1, &part, &error));
    CHECK(has(&part, 1, 3, 0, 0) && f32(&part, 2, 0) == 11);
    ndl_view_release(&part);
    OK(ndl_view_sliding_window(&view, 1, 3, 1, &part, &error));
    CHECK(has(&part, 3, 3, 2, 3) && (part.flags & NDL_VIEW_READ_ONLY) != 0);
    ndl_view_release(&part);
    OK(ndl_view_permute(&view, axes, 2, &part, &error));
    CHECK(has(&part, 2, 4, 3, 0) && f32(&part, 3, 1) == 7);
    ndl_view_release(&part);
    CHECK(ndl_view_permute(&view, bad_axes, 2, &part, NULL) != NDL_OK);
    OK(ndl_view_transpose(&view, &part, &error));
    OK(ndl_view_swap_axes(&part, 0, 1, &other, &error));
    CHECK(has(&other, 2, 3, 4, 0) && f32(&other, 1, 2) == 6);
    ndl_view_release(&other);
    ndl_view_release(&part);
    OK(ndl_view_flip(&view, 0, &part, &error));
    CHECK(f32(&part, 0, 3) == 11);
    ndl_view_release(&part);
    OK(ndl_view_expand(&view, 1, &part, &error));
    CHECK(has(&part, 3, 3, 1, 4));
    OK(ndl_view_squeeze(&part, &other, &error));
    CHECK(has(&other, 2, 3, 4, 0));
    ndl_view_release(&other);
    OK(ndl_view_squeeze_axis(&part, 1, &other, &error));
    CHECK(has(&other, 2, 3, 4, 0));
    ndl_view_release(&other);
    ndl_view_release(&part);
    OK(ndl_view_broadcast_to(&view, three_three_four, 3, &part, &error));
    CHECK(has(&part, 3, 3, 3, 4) && part.strides[0] == 0 && (part.flags & NDL_VIEW_READ_ONLY) != 0);
    ndl_view_release(&part);
    OK(ndl_view_reshape(&view, six_two, 2, NDL_ORDER_C, &part, &error));
    CHECK(has(&part, 2, 6, 2, 0) && f32(&part, 5, 0) == 10);
    ndl_view_release(&part);
    OK(ndl_view_split(&view, 1, two_two, 2, &part, &error));
    CHECK(has(&part, 3, 3, 2, 2));
    OK(ndl_view_merge(&part, 1, 2, &other, &error));
    CHECK(has(&other, 2, 3, 4, 0));
    ndl_view_release(&other);
    ndl_view_release(&part);
    OK(ndl_view_reinterpret(&view, &bytes4, &part, &error));
    CHECK(has(&part, 2, 3, 16, 0));
    ndl_view_release(&part);
    OK(ndl_view_as_bytes(&view, &part, &error));
    CHECK(has(&part, 3, 3, 4, 4));
    ndl_view_release(&part);
    OK(ndl_view_as_strided(&view, two_two, steps, 2, 4, &part, &error));
    CHECK(has(&part, 2, 2, 2, 0) && f32(&part, 1, 1) == 8);
    ndl_view_release(&part);
    EXPECT(NDL_OUT_OF_BOUNDS, ndl_view_as_strided(&view, four, steps, 1, 0, &part, &error));
    OK(ndl_view_read_only(&view, &part, &error));
    CHECK(part.flags == NDL_VIEW_READ_ONLY && f32(&part, 0, 1) == 1);
    EXPECT(NDL_READ_ONLY, ndl_view_acquire(&part, NULL, NDL_USE_WRITE, &error));
    OK(ndl_view_acquire(&part, NULL, NDL_USE_READ, &error));
    OK(ndl_view_used_on(&part, NULL, NDL_USE_READ, &error));
    ndl_view_move(&part, &moved);
    CHECK(part.ops == NULL && moved.data == memory);
    OK(ndl_view_share(&moved, &other, &error));
    ndl_view_release(&moved);
    ndl_view_release(&moved); /* zeroes: nothing happens */
    ndl_view_release(&view);
    CHECK(count == 0 && f32(&other, 2, 3) == 11);
    ndl_view_release(&other);
    CHECK(count == 1);
}

static void records(void) {
    struct sample {
        float pair[2];
        int32_t tag;
    } memory[2] = {{{1, 2}, 7}, {{3, 4}, 8}};
    static const int64_t shape[1] = {2}, pair_shape[1] = {2};
    ndl_format number = scalar(NDL_FLOATING, 4, 32), complex = scalar(NDL_COMPLEX, 8, 64), tag = scalar(NDL_INTEGER, 4, 32), pair, record;
    ndl_field fields[2];
    ndl_view description, view, part, axis, imaginary;
    memset(&pair, 0, sizeof pair);
    pair.struct_size = sizeof pair;
    pair.kind = NDL_SUBARRAY;
    pair.itemsize = 8;
    pair.alignment = 4;
    pair.byte_order = NDL_LITTLE_ENDIAN;
    pair.rank = 1;
    pair.shape = pair_shape;
    pair.element = &number;
    memset(fields, 0, sizeof fields);
    fields[0].name = "pair";
    fields[0].format = &pair;
    fields[1].name = "tag";
    fields[1].format = &tag;
    fields[1].offset = (int64_t)offsetof(struct sample, tag);
    memset(&record, 0, sizeof record);
    record.struct_size = sizeof record;
    record.kind = NDL_RECORD;
    record.itemsize = sizeof(struct sample);
    record.alignment = 4;
    record.byte_order = NDL_NO_BYTE_ORDER;
    record.fields = fields;
    record.field_count = 2;
    description = describe(memory, &record, 1, shape);
    OK(ndl_view_lend(&description, NULL, &view, &error));
    OK(ndl_view_field(&view, "tag", &part, &error));
    CHECK(part.strides[0] == 12 && *(const int32_t*)(const void*)at(&part, 1, 0) == 8);
    ndl_view_release(&part);
    OK(ndl_view_field(&view, "pair", &part, &error));
    CHECK(has(&part, 2, 2, 2, 0) && f32(&part, 1, 1) == 4);
    ndl_view_release(&part);
    EXPECT(NDL_INVALID_ARGUMENT, ndl_view_field(&view, NULL, &part, &error));
    ndl_view_release(&view);

    complex.alignment = 4;
    description = describe(memory[0].pair, &complex, 0, NULL);
    OK(ndl_view_imag(&description, &imaginary, &error)); /* a borrowed view will do */
    CHECK(f32(&imaginary, 0, 0) == 2);
    ndl_view_release(&imaginary);
    OK(ndl_view_real(&description, &part, &error));
    CHECK(f32(&part, 0, 0) == 1 && part.format->kind == NDL_FLOATING);
    ndl_view_release(&part);
    description = describe(memory[1].pair, &pair, 0, NULL);
    OK(ndl_view_expand_subarray(&description, &axis, &error));
    CHECK(has(&axis, 1, 2, 0, 0) && f32(&axis, 1, 0) == 4);
    ndl_view_release(&axis);
}

static void copies(void) {
    const ndl_format item = scalar(NDL_FLOATING, 4, 32), wide = scalar(NDL_FLOATING, 8, 64), narrow = scalar(NDL_INTEGER, 1, 8);
    const int64_t shape[2] = {3, 4};
    const ndl_device cpu = {NDL_CPU, 0};
    const ndl_stream none = {{NDL_CUDA, 0}, -1};
    ndl_copy_options options;
    float memory[12];
    int count = 0;
    ndl_view view = lend_floats(memory, &count, &item), turned, target, other;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    OK(ndl_view_transpose(&view, &turned, &error));
    OK(ndl_contiguous(&turned, NDL_ORDER_F, NULL, NULL, &other, &error));
    CHECK(other.data == memory); /* it has that order already */
    ndl_view_release(&other);
    OK(ndl_contiguous(&turned, NDL_ORDER_C, NULL, &options, &other, &error));
    CHECK(other.data != (void*)memory && has(&other, 2, 4, 3, 0) && other.strides[1] == 4 && f32(&other, 3, 1) == 7);
    ndl_view_release(&other);
    OK(ndl_view_allocate(&item, 2, shape, NDL_ORDER_F, &cpu, NULL, &target, &error));
    CHECK(target.strides[0] == 4 && target.strides[1] == 12);
    OK(ndl_copy(&target, &view, NULL, &options, &error));
    CHECK(f32(&target, 2, 1) == 9 && memcmp(at(&target, 0, 1), at(&view, 0, 1), 4) == 0);
    EXPECT(NDL_INVALID_ARGUMENT, ndl_copy(&target, &view, &none, NULL, &error));
    EXPECT(NDL_BAD_LAYOUT, ndl_copy(&target, &turned, NULL, NULL, &error));
    OK(ndl_to_device(&view, &cpu, NDL_ORDER_ANY, NULL, NULL, &other, &error));
    CHECK(other.data == memory);
    ndl_view_release(&other);
    EXPECT(NDL_NOT_EXPRESSIBLE, ndl_convert(&view, &wide, NDL_ORDER_C, NULL, NULL, &other, &error));
    options.conversion = NDL_CONVERSION_CPP;
    OK(ndl_convert(&view, &wide, NDL_ORDER_C, NULL, &options, &other, &error));
    CHECK(*(const double*)(const void*)at(&other, 2, 3) == 11.0);
    ndl_view_release(&other);
    memory[5] = 300;
    options.conversion = NDL_CONVERSION_CHECKED;
    EXPECT(NDL_LOSSY, ndl_convert(&view, &narrow, NDL_ORDER_C, NULL, &options, &other, &error));
    OK(ndl_view_read_only(&view, &other, &error));
    EXPECT(NDL_READ_ONLY, ndl_copy(&other, &target, NULL, NULL, &error));
    options.struct_size = 8;
    EXPECT(NDL_INVALID_ARGUMENT, ndl_copy(&target, &view, NULL, &options, &error));
    ndl_view_release(&other);
    ndl_view_release(&target);
    ndl_view_release(&turned);
    ndl_view_release(&view);
    CHECK(count == 1);
}

static void files(const char* path) {
    const ndl_format item = scalar(NDL_FLOATING, 4, 32);
    float memory[12];
    int count = 0;
    ndl_view view = lend_floats(memory, &count, &item), file;
    OK(ndl_npy_write(path, &view, &error));
    ndl_view_release(&view);
    OK(ndl_npy_open(path, &file, &error));
    CHECK(has(&file, 2, 3, 4, 0) && f32(&file, 2, 3) == 11 && (file.flags & NDL_VIEW_READ_ONLY) != 0);
    ndl_view_release(&file);
    remove(path);
    EXPECT(NDL_IO, ndl_npy_open(path, &file, &error));
}

/* Arrow's structures and NumPy's, as their documents declare them. */
struct ArrowSchema {
    const char* format;
    const char* name;
    const char* metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema** children;
    struct ArrowSchema* dictionary;
    void (*release)(struct ArrowSchema*);
    void* private_data;
};
struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void** buffers;
    struct ArrowArray** children;
    struct ArrowArray* dictionary;
    void (*release)(struct ArrowArray*);
    void* private_data;
};
struct ArrowDeviceArray {
    struct ArrowArray array;
    int64_t device_id;
    int32_t device_type;
    void* sync_event;
    int64_t reserved[3];
};
typedef struct {
    int two;
    int nd;
    char typekind;
    int itemsize;
    int flags;
    intptr_t* shape;
    intptr_t* strides;
    void* data;
    void* descr;
} PyArrayInterface;

/* Imports may give back on a thread of ndlease's. */
static void settle(void) {
    ndl_lease_statistics now;
    long tries;
    for (tries = 0; tries < 500000000; ++tries) {
        if (ndl_get_lease_statistics(&now, NULL) != NDL_OK || now.draining == 0) return;
    }
}

/* DLPack 1.x. */
typedef struct {
    void* data;
    ndl_device device;
    int32_t ndim;
    uint8_t code, bits;
    uint16_t lanes;
    int64_t* shape;
    int64_t* strides;
    uint64_t byte_offset;
} DLTensor;
struct DLManagedTensorVersioned {
    uint32_t major, minor;
    void* manager_ctx;
    void (*deleter)(struct DLManagedTensorVersioned*);
    uint64_t flags;
    DLTensor dl_tensor;
};
struct DLManagedTensor {
    DLTensor dl_tensor;
    void* manager_ctx;
    void (*deleter)(struct DLManagedTensor*);
};

static int deleted = 0;
static void delete_tensor(struct DLManagedTensorVersioned* tensor) {
    (void)tensor;
    ++deleted;
}

static void dlpack(void) {
    const ndl_format item = scalar(NDL_FLOATING, 4, 32);
    const ndl_stream host = {{NDL_CPU, 0}, 0};
    float memory[12];
    int count = 0;
    ndl_view view = lend_floats(memory, &count, &item), back, part;
    struct DLManagedTensorVersioned* tensor = NULL;
    struct DLManagedTensor* legacy = NULL;
    struct DLManagedTensorVersioned future;
    OK(ndl_view_at(&view, "[::-1, 1:3]", &part, &error));
    ndl_view_release(&view);
    OK(ndl_to_dlpack_versioned(&part, &host, &tensor, &error));
    CHECK(tensor->major == 1 && tensor->dl_tensor.ndim == 2 && tensor->dl_tensor.code == 2 && tensor->dl_tensor.bits == 32);
    CHECK(tensor->dl_tensor.strides[0] == -4 && tensor->dl_tensor.shape[1] == 2);
    CHECK((char*)tensor->dl_tensor.data + tensor->dl_tensor.byte_offset == (char*)part.data);
    OK(ndl_from_dlpack_versioned(tensor, NULL, &back, &error));
    CHECK(has(&back, 2, 3, 2, 0) && f32(&back, 0, 0) == 9 && back.flags == 0 && back.strides[0] == -16);
    OK(ndl_to_dlpack(&back, NULL, &legacy, &error));
    ndl_view_release(&back);
    OK(ndl_from_dlpack(legacy, NULL, &back, &error));
    CHECK(f32(&back, 2, 1) == 2 && back.flags == NDL_VIEW_READ_ONLY);
    EXPECT(NDL_NOT_EXPRESSIBLE, ndl_to_dlpack(&back, NULL, &legacy, &error));
    ndl_view_release(&part);
    CHECK(count == 0);
    ndl_view_release(&back);
    settle();
    CHECK(count == 1);
    EXPECT(NDL_INVALID_ARGUMENT, ndl_from_dlpack(NULL, NULL, &back, &error));
    memset(&future, 0, sizeof future);
    future.major = 2;
    future.deleter = delete_tensor;
    EXPECT(NDL_NOT_SUPPORTED, ndl_from_dlpack_versioned(&future, NULL, &back, &error));
    CHECK(deleted == 1);
}

static void arrow(void) {
    const ndl_format item = scalar(NDL_FLOATING, 4, 32);
    const ndl_stream host = {{NDL_CPU, 0}, 0};
    float memory[12];
    int count = 0;
    ndl_view view = lend_floats(memory, &count, &item), back, part;
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowDeviceArray device;
    memset(&schema, 0, sizeof schema);
    memset(&array, 0, sizeof array);
    EXPECT(NDL_INVALID_ARGUMENT, ndl_to_arrow(&view, 8, &schema, &array, &error));
    OK(ndl_view_slice(&view, 1, 0, 4, 2, &part, &error));
    EXPECT(NDL_NOT_EXPRESSIBLE, ndl_to_arrow(&part, 0, &schema, &array, &error));
    CHECK(schema.release == NULL && array.release == NULL);
    ndl_view_release(&part);
    OK(ndl_to_arrow(&view, 0, &schema, &array, &error));
    ndl_view_release(&view);
    CHECK(strcmp(schema.format, "+w:4") == 0 && strcmp(schema.children[0]->format, "f") == 0);
    CHECK(array.length == 3 && array.children[0]->length == 12 && array.children[0]->buffers[1] == memory);
    OK(ndl_from_arrow(&schema, &array, &back, &error));
    CHECK(array.release == NULL && count == 0 && has(&back, 2, 3, 4, 0) && f32(&back, 2, 3) == 11 && back.flags == NDL_VIEW_READ_ONLY);
    EXPECT(NDL_RELEASED, ndl_from_arrow(&schema, &array, &part, &error));
    schema.release(&schema);
    memset(&schema, 0, sizeof schema);
    OK(ndl_to_arrow_device(&back, NDL_ARROW_TENSOR, &host, &schema, &device, &error));
    ndl_view_release(&back);
    CHECK(device.device_type == NDL_CPU && device.sync_event == NULL && device.array.length == 3 && count == 0);
    OK(ndl_from_arrow_device(&schema, &device, &back, &error));
    schema.release(&schema);
    CHECK(has(&back, 2, 3, 4, 0) && f32(&back, 0, 3) == 3 && count == 0);
    ndl_view_release(&back);
    settle();
    CHECK(count == 1);
}

static void array_interfaces(void) {
    const ndl_format item = scalar(NDL_FLOATING, 4, 32);
    float memory[12];
    char json[400], expected[400];
    int count = 0, again = 0;
    size_t length = 0;
    void* block = NULL;
    ndl_exported* exported = NULL;
    const PyArrayInterface* numpy;
    ndl_view view = lend_floats(memory, &count, &item), back;
    OK(ndl_to_array_struct(&view, &block, &error));
    numpy = (const PyArrayInterface*)block;
    CHECK(numpy->two == 2 && numpy->nd == 2 && numpy->typekind == 'f' && numpy->itemsize == 4 && numpy->shape[1] == 4 && numpy->data == memory);
    OK(ndl_from_array_struct(block, NULL, give_back, &again, &back, &error));
    CHECK(has(&back, 2, 3, 4, 0) && f32(&back, 1, 0) == 4);
    settle();
    CHECK(again == 0);
    ndl_view_release(&back);
    settle();
    CHECK(again == 1);
    EXPECT(NDL_INVALID_ARGUMENT, ndl_from_array_struct(NULL, NULL, give_back, &again, &back, &error));
    ndl_view_release(&view);
    CHECK(count == 0);
    ndl_array_struct_free(block);
    ndl_array_struct_free(NULL);
    CHECK(count == 1);

    view = lend_floats(memory, &count, &item);
    OK(ndl_to_array_interface(&view, json, sizeof json, &length, &error));
    sprintf(expected, "\"data\":[%llu,false]", (unsigned long long)(uintptr_t)memory);
    CHECK(strstr(json, "\"shape\":[3,4]") != NULL && strstr(json, expected) != NULL && strlen(json) == length);
    OK(ndl_from_array_interface(json, give_back, &again, &back, &error));
    CHECK(f32(&back, 2, 3) == 11);
    ndl_view_release(&back);
    settle();
    CHECK(again == 2);
    EXPECT(NDL_BAD_FORMAT, ndl_from_array_interface("{", give_back, &again, &back, &error));
    settle();
    CHECK(again == 2);

    /* Host memory is none of CUDA's, without a CUDA device too. */
    EXPECT(NDL_DEVICE, ndl_to_cuda_array_interface(&view, NULL, json, sizeof json, &length, &exported, &error));
    CHECK(exported == NULL);
    ndl_exported_end(exported);
    CHECK(ndl_from_cuda_array_interface("{\"shape\":[2],\"typestr\":\"<f4\",\"data\":[64,false],\"version\":9}", give_back, &again, &back, &error) ==
          NDL_NOT_SUPPORTED);
    settle();
    CHECK(again == 2);
    ndl_view_release(&view);
    CHECK(count == 2);
}

/* The values of PyBUF_ that Python.h has. */
enum { BUF_SIMPLE = 0, BUF_WRITABLE = 1, BUF_FORMAT = 4, BUF_ND = 8, BUF_STRIDES = 0x18, BUF_C_CONTIGUOUS = 0x38, BUF_READ = 0x100, BUF_FULL = 0x11D };

static void end_export(void* context, int status, const ndl_stream* stream) {
    (void)status, (void)stream;
    ndl_exported_end((ndl_exported*)context);
}

static void buffers(void) {
    const ndl_format item = scalar(NDL_FLOATING, 4, 32);
    const intptr_t shape[2] = {2, 3}, strides[2] = {8, -2}, bad_shape[1] = {-1};
    float memory[12];
    int16_t numbers[7] = {0, 1, 2, 3, 4, 5, 6};
    int count = 0, again = 0;
    ndl_buffer buffer, untouched;
    ndl_exported* exported = NULL;
    ndl_view view = lend_floats(memory, &count, &item), back, part;
    OK(ndl_to_buffer(&view, BUF_FULL, &buffer, &exported, &error));
    CHECK(buffer.buf == memory && buffer.len == 48 && buffer.itemsize == 4 && buffer.readonly == 0 && buffer.ndim == 2 && strcmp(buffer.format, "f") == 0);
    CHECK(buffer.shape[0] == 3 && buffer.shape[1] == 4 && buffer.strides[0] == 16 && buffer.strides[1] == 4 && buffer.suboffsets == NULL);
    OK(ndl_from_buffer(&buffer, end_export, exported, &back, &error));
    OK(ndl_view_slice(&view, 1, 0, 4, 2, &part, &error));
    ndl_view_release(&view);
    CHECK(has(&back, 2, 3, 4, 0) && f32(&back, 2, 3) == 11 && count == 0);
    ndl_view_release(&back);
    settle();
    CHECK(count == 0);

    /* What the view cannot answer leaves both results as they were. */
    memset(&buffer, 0, sizeof buffer);
    untouched = buffer;
    exported = NULL;
    EXPECT(NDL_BAD_LAYOUT, ndl_to_buffer(&part, BUF_C_CONTIGUOUS | BUF_FORMAT, &buffer, &exported, &error));
    EXPECT(NDL_BAD_LAYOUT, ndl_to_buffer(&part, BUF_SIMPLE, &buffer, &exported, &error));
    EXPECT(NDL_INVALID_ARGUMENT, ndl_to_buffer(&part, BUF_READ, &buffer, &exported, &error));
    EXPECT(NDL_INVALID_ARGUMENT, ndl_to_buffer(&part, BUF_FULL, NULL, &exported, &error));
    EXPECT(NDL_INVALID_ARGUMENT, ndl_to_buffer(&part, BUF_FULL, &buffer, NULL, &error));
    EXPECT(NDL_INVALID_ARGUMENT, ndl_to_buffer(NULL, BUF_FULL, &buffer, &exported, &error));
    OK(ndl_view_read_only(&part, &back, &error));
    EXPECT(NDL_READ_ONLY, ndl_to_buffer(&back, BUF_STRIDES | BUF_WRITABLE, &buffer, &exported, &error));
    CHECK(exported == NULL && memcmp(&buffer, &untouched, sizeof buffer) == 0);
    ndl_view_release(&back);
    OK(ndl_to_buffer(&part, BUF_STRIDES, &buffer, &exported, &error));
    CHECK(buffer.format == NULL && buffer.strides[1] == 8 && buffer.len == 24);
    ndl_view_release(&part);
    CHECK(count == 0);
    ndl_exported_end(exported);
    CHECK(count == 1);
    exported = NULL;
    EXPECT(NDL_RELEASED, ndl_to_buffer(&part, BUF_FULL, &buffer, &exported, &error));
    CHECK(exported == NULL);

    memset(&buffer, 0, sizeof buffer);
    buffer.buf = numbers + 2;
    buffer.len = 12;
    buffer.itemsize = 2;
    buffer.readonly = 1;
    buffer.ndim = 2;
    buffer.format = "h";
    buffer.shape = shape;
    buffer.strides = strides;
    OK(ndl_from_buffer(&buffer, give_back, &again, &back, &error));
    CHECK(back.data == numbers + 2 && back.rank == 2 && back.shape[1] == 3 && back.strides[0] == 8 && back.strides[1] == -2);
    CHECK(back.flags == NDL_VIEW_READ_ONLY && back.format->kind == NDL_INTEGER && again == 0);
    ndl_view_release(&back);
    settle();
    CHECK(again == 1);
    buffer.shape = bad_shape;
    buffer.ndim = 1;
    EXPECT(NDL_BAD_LAYOUT, ndl_from_buffer(&buffer, give_back, &again, &back, &error));
    buffer.ndim = 65;
    EXPECT(NDL_OUT_OF_RANGE, ndl_from_buffer(&buffer, give_back, &again, &back, &error));
    buffer.ndim = -1;
    EXPECT(NDL_OUT_OF_RANGE, ndl_from_buffer(&buffer, give_back, &again, &back, &error));
    buffer.ndim = 2;
    buffer.shape = shape;
    buffer.len = -12;
    EXPECT(NDL_BAD_LAYOUT, ndl_from_buffer(&buffer, give_back, &again, &back, &error));
    buffer.len = 12;
    buffer.buf = NULL;
    EXPECT(NDL_INVALID_ARGUMENT, ndl_from_buffer(&buffer, give_back, &again, &back, &error));
    buffer.buf = numbers + 2;
    buffer.format = "d";
    EXPECT(NDL_BAD_FORMAT, ndl_from_buffer(&buffer, give_back, &again, &back, &error));
    EXPECT(NDL_INVALID_ARGUMENT, ndl_from_buffer(NULL, give_back, &again, &back, &error));
    buffer.format = NULL; /* bytes */
    buffer.itemsize = 1;
    buffer.shape = buffer.strides = NULL;
    buffer.ndim = 1;
    OK(ndl_from_buffer(&buffer, NULL, NULL, &back, &error));
    CHECK(back.rank == 1 && back.shape[0] == 12);
    ndl_view_release(&back);
    settle();
    CHECK(again == 1);
}

int main(int argc, char** argv) {
    ndl_lease_statistics before, after;
    OK(ndl_get_lease_statistics(&before, &error));
    library();
    formats();
    parts();
    records();
    copies();
    dlpack();
    arrow();
    array_interfaces();
    buffers();
    files(argc > 1 ? argv[1] : "ndlease_capi_test.npy");
    CHECK(released == 3 + 6 + 2);
    OK(ndl_get_lease_statistics(&after, &error));
    CHECK(after.live == before.live && after.released > before.released && after.double_releases == 0);
    OK(ndl_retry_quarantined(NULL, &error));
    EXPECT(NDL_OUT_OF_RANGE, ndl_shutdown(-1, NULL, &error));
    OK(ndl_shutdown(1000, &after, &error));
    CHECK(after.live == 0 && after.draining == 0);
    return result_of_checks();
}
