/* SPDX-License-Identifier: Apache-2.0
 *
 * The structures by which libraries share n-dimensional memory. They are the protocol: a library that takes or hands out an ndl_view needs this file and
 * nothing to link. C99 or C++. docs/protocols/c_abi.md explains the rules with an example.
 *
 * Version 1 is frozen: every size and offset below is asserted at the end, no member is ever moved, removed or given another meaning, and none has padding.
 * What version 1 grows into lies in `reserved` members, and a bit of `flags` says where that must be understood.
 */
#ifndef NDLEASE_NDL_VIEW_H
#define NDLEASE_NDL_VIEW_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ndl_view::abi_version: the major version in the upper 16 bits, the minor one below. A reader refuses another major version and takes any minor one. */
#define NDL_ABI_MAJOR 1u
#define NDL_ABI_MINOR 0u
#define NDL_ABI_VERSION ((NDL_ABI_MAJOR << 16) | NDL_ABI_MINOR)

/* The largest rank of a view or a sub-array, and the deepest nesting of a format. */
#define NDL_MAX_RANK 64
#define NDL_MAX_FORMAT_DEPTH 64

/* What every function here returns. The numbers are frozen; new ones may come, and a reader takes what it does not know for a failure. */
enum ndl_status {
    NDL_UNEXPECTED = -1,  /* a failure that has no number; the message says more */
    NDL_OK = 0,           /* no error */
    NDL_INVALID_ARGUMENT, /* an argument makes no sense by itself: NULL data with a size, a step of 0 */
    NDL_OUT_OF_RANGE,     /* an index, axis, field or number lies outside its limit */
    NDL_OVERFLOW,         /* a size or an offset does not fit in 63 bits */
    NDL_BAD_FORMAT,       /* a format string or tree cannot be read; index is the byte position in a string */
    NDL_BAD_LAYOUT,       /* shape or strides are wrong, or the wish cannot be had without a copy; index is the axis */
    NDL_OUT_OF_BOUNDS,    /* a view would reach outside the memory that its owner stated */
    NDL_READ_ONLY,        /* a write was asked of a read-only view */
    NDL_NOT_EXPRESSIBLE,  /* the target protocol or type has no way to say this */
    NDL_LOSSY,            /* a checked conversion would change a value */
    NDL_OVERLAP,          /* elements of a destination share memory */
    NDL_RELEASED,         /* the view was given back or moved before */
    NDL_BUSY,             /* the memory is lent and may not be moved or resized */
    NDL_OUT_OF_MEMORY,    /* an allocation failed */
    NDL_IO,               /* the operating system refused; the message has its reason */
    NDL_BAD_FILE,         /* a file's content is malformed; index is the byte position where known */
    NDL_DEVICE,           /* a device call failed, or memory is not reachable from where it is needed */
    NDL_NOT_SUPPORTED     /* a valid wish that this build, machine or version cannot serve */
};

/* Why a call failed. The caller owns it and need not initialise it; NULL where it is not wanted. A call that fails fills it, one that succeeds leaves it. */
typedef struct ndl_error {
    int32_t code; /* the status that the call returned */
    uint32_t reserved;
    int64_t index;     /* the position that the message speaks of (a byte of a string, an axis, an element); -1: none */
    char message[496]; /* UTF-8 with a NUL, cut where it is longer: names the thing, the value and the limit; its text may change */
} ndl_error;

/* Where memory is, or where work runs. type: DLPack's DLDeviceType. id: 0 for the host's kinds of memory, the ordinal for others. */
typedef struct ndl_device {
    int32_t type;
    int32_t id;
} ndl_device;

enum ndl_device_type {
    NDL_CPU = 1,
    NDL_CUDA = 2,
    NDL_CUDA_HOST = 3, /* pinned host memory, allocated through CUDA */
    NDL_OPENCL = 4,
    NDL_VULKAN = 7,
    NDL_METAL = 8,
    NDL_VPI = 9,
    NDL_ROCM = 10,
    NDL_ROCM_HOST = 11,
    NDL_EXT_DEV = 12,
    NDL_CUDA_MANAGED = 13,
    NDL_ONEAPI = 14,
    NDL_WEBGPU = 15,
    NDL_HEXAGON = 16,
    NDL_MAIA = 17,
    NDL_TRN = 18,
    NDL_TPU = 19,
    NDL_TPU_HOST = 20,
    NDL_ASCEND = 21
};

/* An order of work. device NDL_CPU: the host, whose work is done when the call that does it returns (a NULL ndl_stream* says the same); handle is 0.
 * device NDL_CUDA: handle 1 is the legacy default stream, 2 the calling thread's own, a larger number a cudaStream_t, -1 "no order is wanted: I see to it
 * myself"; 0 is refused as ambiguous. */
typedef struct ndl_stream {
    ndl_device device;
    int64_t handle;
} ndl_stream;

/* What one item is: a tree with a size, an alignment and offsets at every node. Immutable while anybody reads it. Nodes may be shared within a tree; none
 * leads back to itself, and none is nested deeper than NDL_MAX_FORMAT_DEPTH. Members that a kind does not use are 0 or NULL. */
typedef struct ndl_format ndl_format;

/* A field of a record. The size of this structure never changes. */
typedef struct ndl_field {
    const char* name; /* UTF-8; "" where it has none, never NULL; names of one record differ */
    int64_t offset;   /* bytes from the start of the record */
    const ndl_format* format;
    uint64_t reserved; /* 0 */
} ndl_field;

struct ndl_format {
    uint32_t struct_size;      /* sizeof(ndl_format) where it was filled */
    int32_t kind;              /* enum ndl_kind */
    int64_t itemsize;          /* bytes from one item to the next in a row without gaps */
    int64_t alignment;         /* bytes, a power of two: a promise about addresses; 1 promises nothing */
    int64_t bits;              /* of the value: of the pair for complex kinds; needed for numbers and bit fields, else 0 will do */
    int32_t byte_order;        /* enum ndl_byte_order */
    int32_t rank;              /* sub-array: its number of dimensions, 1..NDL_MAX_RANK */
    const int64_t* shape;      /* sub-array: extents; the items lie in C order without gaps, those of less than a byte packed from the lowest bit up */
    const ndl_format* element; /* sub-array: its item. pointer: what it points to, NULL where nobody says */
    const ndl_field* fields;   /* record: they may overlap (unions) and leave gaps, and end inside of itemsize */
    int64_t field_count;       /* record */
    const char* unit;          /* datetime, timedelta: as NumPy writes it, "ns", "25s"; NULL or "": none */
    uint64_t reserved[2];      /* 0 */
};

enum ndl_byte_order {
    NDL_LITTLE_ENDIAN = 0,
    NDL_BIG_ENDIAN = 1,
    NDL_NO_BYTE_ORDER = 2 /* one byte, or bytes whose order means nothing */
};

enum ndl_kind {
    /* numbers; bits is the width */
    NDL_BOOLEAN = 0,      /* 8 bits; any non-zero byte is true when read */
    NDL_INTEGER,          /* two's complement of 8, 16, 32, 64, 128 bits, or 1..7 in a byte */
    NDL_UNSIGNED_INTEGER, /* the same widths */
    NDL_FLOATING,         /* IEEE 754 binary16, 32, 64, 128 */
    NDL_X87,              /* 80-bit extended in 12 or 16 bytes */
    NDL_BFLOAT,           /* bfloat16 */
    NDL_FLOAT8_E3M4,
    NDL_FLOAT8_E4M3,
    NDL_FLOAT8_E4M3B11FNUZ,
    NDL_FLOAT8_E4M3FN,
    NDL_FLOAT8_E4M3FNUZ,
    NDL_FLOAT8_E5M2,
    NDL_FLOAT8_E5M2FNUZ,
    NDL_FLOAT8_E8M0FNU,
    NDL_FLOAT6_E2M3FN,
    NDL_FLOAT6_E3M2FN,
    NDL_FLOAT4_E2M1FN,
    NDL_COMPLEX,        /* a pair of NDL_FLOATING; bits counts the pair: 32, 64, 128, 256 */
    NDL_COMPLEX_X87,    /* a pair of NDL_X87: 160 */
    NDL_COMPLEX_BFLOAT, /* a pair of NDL_BFLOAT: 32 */
    /* text and bytes; the length is itemsize divided by the unit's size */
    NDL_CHARACTER, /* one C char */
    NDL_BYTES,     /* a char array of fixed length */
    NDL_PASCAL,    /* length byte, then characters */
    NDL_UCS2,      /* UTF-16 code units */
    NDL_UCS4,      /* UCS-4 */
    NDL_OPAQUE,    /* bytes that nobody may interpret */
    NDL_BIT_FIELD, /* bits bits in ceil(bits / 8) bytes */
    /* 64-bit counts of unit */
    NDL_DATETIME,
    NDL_TIMEDELTA,
    /* addresses of this process */
    NDL_POINTER,
    NDL_FUNCTION,
    NDL_PY_OBJECT,
    /* compounds */
    NDL_RECORD,
    NDL_SUBARRAY
};

/* How a stream uses memory: readers run side by side, a writer is alone. */
enum ndl_use {
    NDL_USE_READ = 0, /* after the producer's pending work and every recorded write */
    NDL_USE_WRITE = 1 /* after the producer's pending work and every recorded use */
};

/* ndl_view::flags. A reader refuses a view with a bit that it does not know. */
#define NDL_VIEW_READ_ONLY 1u

typedef struct ndl_view ndl_view;

/* What the owner does for whoever holds a share. Constant, the same for all views of an owner's kind. Every function may be called on any thread, on several
 * at once for different ndl_view structures; none lets an exception through, and none but `release` changes the view. */
typedef struct ndl_view_ops {
    uint32_t struct_size; /* sizeof(ndl_view_ops) where it was filled */
    uint32_t reserved;    /* 0 */
    /* Before using the memory on `consumer`: work enqueued there afterwards starts after the producer's pending work and, by `use`, after what others
     * recorded. Does not wait on the host, unless the consumer is the host (or NULL): then it returns when the memory may be touched.
     * NDL_DEVICE: the stream refuses; nothing was ordered. */
    int (*acquire)(const ndl_view* view, const ndl_stream* consumer, uint32_t use, ndl_error* error);
    /* After enqueueing work that uses the memory, on the thread that enqueued: the memory is not given back before the work that is on `consumer` by now has
     * ended. Does not wait. The handle is not kept: the stream may be destroyed afterwards. Nothing to do for the host.
     * On failure the use counts as recorded all the same: the owner keeps the memory for as long as it cannot know. */
    int (*used_on)(const ndl_view* view, const ndl_stream* consumer, uint32_t use, ndl_error* error);
    /* One share more, for a bitwise copy of the view: each is released once. NDL_RELEASED: the owner was told to release more often than it lent. */
    int (*retain)(const ndl_view* view, ndl_error* error);
    /* Gives this share back and sets the whole structure to zero. With the last share the memory goes back to its owner: exactly once, after everything that
     * holders did on the host before they released, and after all work recorded by used_on. Whether this thread waits for it is the owner's business. */
    void (*release)(ndl_view* view);
    uint64_t reserved_pointers[3]; /* 0 */
} ndl_view_ops;

/* A view on n-dimensional memory: one share of it, where it has an owner.
 *
 * Ownership, in five sentences:
 *  1. Whoever holds the structure holds one share, and gives it back exactly once, on any thread, by ops->release (or ndl_view_release).
 *  2. The structure may be moved bit by bit; the source is then set to zero (ndl_view_move) and holds nothing. Nothing points into it.
 *  3. It may be copied after ops->retain (ndl_view_share); each copy is a share of its own, and its holder may change data, shape, strides and flags of it to
 *     mean a part of the memory, by arrays of the holder's own.
 *  4. format, shape, strides and suboffsets as the owner filled them live until the share is released.
 *  5. ops NULL means borrowed: nothing is to be released, and the memory outlives the view by other means.
 * A structure of zeroes is no view: it was released, moved, or never filled. */
struct ndl_view {
    uint32_t struct_size; /* sizeof(ndl_view) where it was filled; a reader takes a larger one */
    uint32_t abi_version; /* NDL_ABI_VERSION */
    uint32_t flags;       /* NDL_VIEW_... */
    uint32_t hints;       /* 0; a reader leaves bits alone that it does not know */
    void* data;           /* element (0,...,0), not necessarily the lowest address; may be NULL where there is no element of at least a byte */
    ndl_device device;    /* of the memory */
    const ndl_format* format;
    int32_t rank; /* 0..NDL_MAX_RANK; 0: one element */
    uint32_t reserved;
    const int64_t* shape;   /* elements, each >= 0; may be NULL for rank 0 */
    const int64_t* strides; /* bytes, of any sign, 0 too; NULL: C order without gaps. Those of axes of extent 1, and all of an empty view, mean nothing */
    const int64_t*
        suboffsets;   /* PEP 3118's: where one is >= 0, the address found after its axis is a pointer to follow, and the suboffset is added. NULL: none */
    void* allocation; /* the owner's memory as far as this view may ever reach: its lowest address; with suboffsets, that of the pointers */
    int64_t allocation_bytes; /* 0: not stated */
    const ndl_view_ops* ops;  /* NULL: borrowed */
    void* owner;              /* the owner's alone; NULL where ops is */
    uint64_t reserved_words[3];
};

/* -- the same calls for every view, with an owner or without; nothing to link -- */

/* Nothing for a structure of zeroes. The structure is zeroes afterwards. */
static inline void ndl_view_release(ndl_view* view) {
    if (view->ops) {
        view->ops->release(view);
    } else {
        memset(view, 0, sizeof *view);
    }
}

/* `to` is overwritten: it must hold no share. `from` is zeroes afterwards. */
static inline void ndl_view_move(ndl_view* from, ndl_view* to) {
    *to = *from;
    memset(from, 0, sizeof *from);
}

/* Another share in `to`, which is overwritten on success and left alone on failure. */
static inline int ndl_view_share(const ndl_view* from, ndl_view* to, ndl_error* error) {
    const int status = from->ops ? from->ops->retain(from, error) : NDL_OK;
    if (status == NDL_OK) *to = *from;
    return status;
}

static inline int ndl_view_acquire(const ndl_view* view, const ndl_stream* consumer, uint32_t use, ndl_error* error) {
    return view->ops ? view->ops->acquire(view, consumer, use, error) : NDL_OK;
}

static inline int ndl_view_used_on(const ndl_view* view, const ndl_stream* consumer, uint32_t use, ndl_error* error) {
    return view->ops ? view->ops->used_on(view, consumer, use, error) : NDL_OK;
}

#ifdef __cplusplus
}
#endif

/* -- the frozen layout, where pointers have 64 bits -- */

#if defined(__cplusplus)
#define NDL_ASSERT(condition) static_assert(condition, #condition)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define NDL_ASSERT(condition) _Static_assert(condition, #condition)
#endif
#if defined(NDL_ASSERT) && UINTPTR_MAX == 0xFFFFFFFFFFFFFFFFu
#define NDL_ASSERT_AT(type, member, offset) NDL_ASSERT(offsetof(type, member) == (offset))
NDL_ASSERT(sizeof(ndl_error) == 512);
NDL_ASSERT_AT(ndl_error, index, 8);
NDL_ASSERT_AT(ndl_error, message, 16);
NDL_ASSERT(sizeof(ndl_device) == 8);
NDL_ASSERT_AT(ndl_device, id, 4);
NDL_ASSERT(sizeof(ndl_stream) == 16);
NDL_ASSERT_AT(ndl_stream, handle, 8);
NDL_ASSERT(sizeof(ndl_field) == 32);
NDL_ASSERT_AT(ndl_field, offset, 8);
NDL_ASSERT_AT(ndl_field, format, 16);
NDL_ASSERT(sizeof(ndl_format) == 96);
NDL_ASSERT_AT(ndl_format, kind, 4);
NDL_ASSERT_AT(ndl_format, itemsize, 8);
NDL_ASSERT_AT(ndl_format, alignment, 16);
NDL_ASSERT_AT(ndl_format, bits, 24);
NDL_ASSERT_AT(ndl_format, byte_order, 32);
NDL_ASSERT_AT(ndl_format, rank, 36);
NDL_ASSERT_AT(ndl_format, shape, 40);
NDL_ASSERT_AT(ndl_format, element, 48);
NDL_ASSERT_AT(ndl_format, fields, 56);
NDL_ASSERT_AT(ndl_format, field_count, 64);
NDL_ASSERT_AT(ndl_format, unit, 72);
NDL_ASSERT_AT(ndl_format, reserved, 80);
NDL_ASSERT(sizeof(ndl_view_ops) == 64);
NDL_ASSERT_AT(ndl_view_ops, acquire, 8);
NDL_ASSERT_AT(ndl_view_ops, used_on, 16);
NDL_ASSERT_AT(ndl_view_ops, retain, 24);
NDL_ASSERT_AT(ndl_view_ops, release, 32);
NDL_ASSERT_AT(ndl_view_ops, reserved_pointers, 40);
NDL_ASSERT(sizeof(ndl_view) == 128);
NDL_ASSERT_AT(ndl_view, abi_version, 4);
NDL_ASSERT_AT(ndl_view, flags, 8);
NDL_ASSERT_AT(ndl_view, hints, 12);
NDL_ASSERT_AT(ndl_view, data, 16);
NDL_ASSERT_AT(ndl_view, device, 24);
NDL_ASSERT_AT(ndl_view, format, 32);
NDL_ASSERT_AT(ndl_view, rank, 40);
NDL_ASSERT_AT(ndl_view, shape, 48);
NDL_ASSERT_AT(ndl_view, strides, 56);
NDL_ASSERT_AT(ndl_view, suboffsets, 64);
NDL_ASSERT_AT(ndl_view, allocation, 72);
NDL_ASSERT_AT(ndl_view, allocation_bytes, 80);
NDL_ASSERT_AT(ndl_view, ops, 88);
NDL_ASSERT_AT(ndl_view, owner, 96);
NDL_ASSERT_AT(ndl_view, reserved_words, 104);
#endif

#endif
