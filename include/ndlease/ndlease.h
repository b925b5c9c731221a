/* SPDX-License-Identifier: Apache-2.0
 *
 * ndlease in C99: everything that C++ users have on Views, on the structures of ndl_view.h.
 *
 * For every function here that returns int:
 *  - It returns an enum ndl_status. Where that is not NDL_OK, `error` (may be NULL) is filled, everything that `out` names is as it was, and nobody's
 *    ownership has changed. Nothing is thrown through it.
 *  - `out` of type ndl_view* is overwritten on success with a share of its own, which ndl_view_release gives back; what it held before is not released.
 *  - A `const ndl_view*` may be of any owner, this library or not, or borrowed. Its members are checked first: NDL_RELEASED, NDL_INVALID_ARGUMENT,
 *    NDL_OUT_OF_RANGE, NDL_OVERFLOW, NDL_BAD_FORMAT, NDL_BAD_LAYOUT, NDL_OUT_OF_BOUNDS and NDL_NOT_SUPPORTED can come of it anywhere, NDL_OUT_OF_MEMORY too.
 *  - Pointers are not NULL unless it says so (NDL_INVALID_ARGUMENT). Strings end with NUL. Extents are elements, strides and offsets bytes; axes count from
 *    the end when negative.
 *  - Any thread may call it, with different structures at once; one structure is as an int: many readers or one writer.
 */
#ifndef NDLEASE_NDLEASE_H
#define NDLEASE_NDLEASE_H

#include <ndlease/ndl_view.h>

#if defined(_WIN32) && defined(NDLEASE_SHARED) && defined(NDLEASE_BUILDING)
#define NDL_API __declspec(dllexport)
#elif defined(_WIN32) && defined(NDLEASE_SHARED)
#define NDL_API __declspec(dllimport)
#elif defined(__GNUC__)
#define NDL_API __attribute__((visibility("default")))
#else
#define NDL_API
#endif

#ifdef __cplusplus
#define NDL_NOEXCEPT noexcept
extern "C" {
#else
#define NDL_NOEXCEPT
#endif

/* -- this library -- */

/* "0.1.0"; constant. */
NDL_API const char* ndl_version(void) NDL_NOEXCEPT;
/* NDL_ABI_VERSION of the library, which may be a later minor version than the header's. */
NDL_API uint32_t ndl_abi_version(void) NDL_NOEXCEPT;
/* "out_of_bounds" for NDL_OUT_OF_BOUNDS; "unknown" for a number that is none; constant. */
NDL_API const char* ndl_error_name(int status) NDL_NOEXCEPT;

/* -- text that functions write: `buffer` has room for `capacity` bytes. *length (may be NULL) becomes the number of bytes without the NUL. NULL as buffer asks
 *    for that alone. Where the text and its NUL do not fit: NDL_OUT_OF_RANGE, *length is set, the buffer is as it was. -- */

/* -- devices -- */

/* Reads "cpu", "cuda:1", "cuda_host", ...; NDL_INVALID_ARGUMENT for other texts. */
NDL_API int ndl_device_parse(const char* text, ndl_device* out, ndl_error* error) NDL_NOEXCEPT;
/* Writes what ndl_device_parse reads. */
NDL_API int ndl_device_print(const ndl_device* device, char* buffer, size_t capacity, size_t* length, ndl_error* error) NDL_NOEXCEPT;
/* CUDA devices of this process; 0 without a backend, driver or device. The first call may start the CUDA runtime. */
NDL_API int ndl_cuda_device_count(int32_t* out, ndl_error* error) NDL_NOEXCEPT;
/* *out becomes 1 where code on `user` may read the memory of `memory` without a copy, else 0. Asks no driver: peer access counts as none. */
NDL_API int ndl_device_reaches(const ndl_device* user, const ndl_device* memory, int32_t* out, ndl_error* error) NDL_NOEXCEPT;

/* -- formats -- */

enum ndl_syntax {
    NDL_SYNTAX_PEP3118 = 0, /* struct's format strings, as PEP 3118 extends them: "<f", "T{<i:a:xxxx<d:b:}" */
    NDL_SYNTAX_TYPESTR = 1, /* NumPy's typestr: "<f4" */
    NDL_SYNTAX_DESCR = 2,   /* NumPy's descr as a literal: "[('a', '<i4'), ('b', '<f8')]" */
    NDL_SYNTAX_ARROW = 3    /* Arrow's fixed-width formats: "f", "w:16" */
};

/* Reads `text` as a tree, which ndl_format_free gives back. `itemsize`: what the exporter states, in bytes, which decides between readings of a PEP 3118
 * string; -1: not stated. NDL_BAD_FORMAT: error->index is the byte position where one is known. For the other syntaxes an itemsize that is stated is compared.
 */
NDL_API int ndl_format_parse(int32_t syntax, const char* text, int64_t itemsize, const ndl_format** out, ndl_error* error) NDL_NOEXCEPT;
/* NDL_NOT_EXPRESSIBLE: the syntax has no way to say it. */
NDL_API int ndl_format_print(int32_t syntax, const ndl_format* format, char* buffer, size_t capacity, size_t* length, ndl_error* error) NDL_NOEXCEPT;
/* A copy of any tree in one block of this library's, for ndl_format_free. */
NDL_API int ndl_format_copy(const ndl_format* format, const ndl_format** out, ndl_error* error) NDL_NOEXCEPT;
/* For trees from ndl_format_parse and ndl_format_copy; nothing for NULL. */
NDL_API void ndl_format_free(const ndl_format* format) NDL_NOEXCEPT;
/* *out becomes 1 where the same bytes mean the same, else 0. Alignment is a promise about addresses and does not count. */
NDL_API int ndl_format_equal(const ndl_format* a, const ndl_format* b, int32_t* out, ndl_error* error) NDL_NOEXCEPT;

/* -- making views -- */

enum ndl_release_policy {
    NDL_RELEASE_WAIT = 0,     /* the releasing thread waits for every recorded use (host memory has none), then calls back */
    NDL_RELEASE_DEFERRED = 1, /* a thread of ndlease's waits, then calls back there */
    NDL_RELEASE_IN_ORDER = 2  /* `stream` waits for every recorded use and the callback runs at once: nobody waits on the host */
};

enum ndl_release_status {
    NDL_RELEASE_OK = 0,          /* every use is over, or ordered before the stream: the memory is its owner's again */
    NDL_RELEASE_DEVICE_LOST = 1, /* nothing runs any more and nothing can be freed for real */
    NDL_RELEASE_EXITING = 2,     /* the process exits, or ndl_shutdown was called: make no device call */
    NDL_RELEASE_FORKED = 3       /* the memory is the parent's: make no device call */
};

/* Told once that the memory is its owner's again: on any thread, with no lock held. `stream`: in whose order the memory may be freed or reused; the host where
 * every use is over. It is gone when the call returns. */
typedef void (*ndl_release_callback)(void* context, int status, const ndl_stream* stream);

/* Fill with zeroes first. */
typedef struct ndl_lend_options {
    uint32_t struct_size;         /* sizeof(ndl_lend_options) */
    int32_t policy;               /* enum ndl_release_policy */
    const ndl_stream* stream;     /* of NDL_RELEASE_IN_ORDER; it lives until the callback has run */
    const ndl_stream* ready;      /* work that is on it by now may still be pending; NULL: the memory is ready */
    ndl_release_callback release; /* NULL with `ready` NULL: borrowed; the memory outlives every view */
    void* context;                /* handed to `release` */
    uint64_t reserved[3];         /* 0 */
} ndl_lend_options;

/* Lends memory that the caller owns. `description` is an ndl_view without ops and owner: data, device, format, rank, shape, strides, ... are copied, also the
 * format. options->release is called once when the last share is gone and every recorded use is over; on failure it is never called.
 * NDL_INVALID_ARGUMENT: a description with ops, an unknown policy, the per-thread default stream as the policy's. NDL_DEVICE: `ready` cannot be recorded. */
NDL_API int ndl_view_lend(const ndl_view* description, const ndl_lend_options* options, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;

enum ndl_order {
    NDL_ORDER_C = 0,  /* last index fastest */
    NDL_ORDER_F = 1,  /* first index fastest */
    NDL_ORDER_ANY = 2 /* either */
};

/* New memory of `device` without gaps, not initialised, owned by the view; in the order of `stream` (NULL: the host), on which it also goes back: the stream
 * lives until then. NDL_NOT_SUPPORTED: a device without memory here. NDL_OUT_OF_MEMORY, NDL_DEVICE. */
NDL_API int ndl_view_allocate(const ndl_format* format, int32_t rank, const int64_t* shape, int32_t order, const ndl_device* device, const ndl_stream* stream,
                              ndl_view* out, ndl_error* error) NDL_NOEXCEPT;

/* Checks every member, and as far as CUDA knows the data pointer, that the memory is where the device tag says (NDL_DEVICE). Touches no element. */
NDL_API int ndl_view_check(const ndl_view* view, ndl_error* error) NDL_NOEXCEPT;
/* "<f (2,3):(12,4) on cpu, read-only", for people. */
NDL_API int ndl_view_print(const ndl_view* view, char* buffer, size_t capacity, size_t* length, ndl_error* error) NDL_NOEXCEPT;
/* *out becomes 1 where the elements lie without gaps in that order, else 0. Strides that mean nothing do not count. */
NDL_API int ndl_view_is_contiguous(const ndl_view* view, int32_t order, int32_t* out, ndl_error* error) NDL_NOEXCEPT;

/* -- parts and other readings of the same memory: `out` is another share of the same owner, and nothing is copied. NDL_BAD_LAYOUT: it cannot be had without a
 *    copy; error->index is the axis. NDL_OUT_OF_RANGE: an axis or an index that is not there. -- */

/* An absent bound of a slice, or an extent that is to be found from the others. */
#define NDL_NONE INT64_MIN

/* NumPy's basic indexing as text: "[::2, ..., None, 3]". NDL_BAD_FORMAT: error->index is the byte. */
NDL_API int ndl_view_at(const ndl_view* view, const char* expression, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* Index `i` of `axis`; the axis goes away. */
NDL_API int ndl_view_index(const ndl_view* view, int32_t axis, int64_t i, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* start:stop:step as Python's slices; NDL_NONE: absent. step is not 0 (NDL_NONE: 1). */
NDL_API int ndl_view_slice(const ndl_view* view, int32_t axis, int64_t start, int64_t stop, int64_t step, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* The field of a record in every element; "a.b" names field b of field a. A sub-array field adds its dimensions at the end. */
NDL_API int ndl_view_field(const ndl_view* view, const char* name, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* The real or the imaginary parts of complex items; the real parts of real items are the view itself. */
NDL_API int ndl_view_real(const ndl_view* view, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
NDL_API int ndl_view_imag(const ndl_view* view, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
NDL_API int ndl_view_diagonal(const ndl_view* view, int64_t offset, int32_t axis1, int32_t axis2, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* Windows of `length` elements along `axis`, one per `step` positions; the window's axis comes last. Read-only. */
NDL_API int ndl_view_sliding_window(const ndl_view* view, int32_t axis, int64_t length, int64_t step, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* `axes`: as many as the view has, each once. */
NDL_API int ndl_view_permute(const ndl_view* view, const int32_t* axes, int32_t count, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* All axes reversed. */
NDL_API int ndl_view_transpose(const ndl_view* view, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
NDL_API int ndl_view_swap_axes(const ndl_view* view, int32_t axis1, int32_t axis2, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
NDL_API int ndl_view_flip(const ndl_view* view, int32_t axis, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* Drops every axis of extent 1. */
NDL_API int ndl_view_squeeze(const ndl_view* view, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* Drops this axis, which must have extent 1. */
NDL_API int ndl_view_squeeze_axis(const ndl_view* view, int32_t axis, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* A new axis of extent 1 at position `axis`, -rank-1 to rank. */
NDL_API int ndl_view_expand(const ndl_view* view, int32_t axis, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* NumPy's rules; read-only where elements repeat. `shape`: `rank` extents, here and below. */
NDL_API int ndl_view_broadcast_to(const ndl_view* view, const int64_t* shape, int32_t rank, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* The same elements in C or F order of indices; one extent may be -1. */
NDL_API int ndl_view_reshape(const ndl_view* view, const int64_t* shape, int32_t rank, int32_t order, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* One axis into several, last fastest; one extent may be -1. */
NDL_API int ndl_view_split(const ndl_view* view, int32_t axis, const int64_t* extents, int32_t count, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* Axes first to last, both included, into one. */
NDL_API int ndl_view_merge(const ndl_view* view, int32_t first, int32_t last, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* The same bytes as another format: of the same itemsize, or along a contiguous last axis, which is rescaled. */
NDL_API int ndl_view_reinterpret(const ndl_view* view, const ndl_format* format, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* A last axis of unsigned bytes is added. */
NDL_API int ndl_view_as_bytes(const ndl_view* view, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* A sub-array format becomes axes at the end; other formats give the same view. */
NDL_API int ndl_view_expand_subarray(const ndl_view* view, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* Any shape and strides (bytes), from `offset_bytes` after data. NDL_OUT_OF_BOUNDS: outside of the allocation, or where none is stated of the view's own bytes.
 */
NDL_API int ndl_view_as_strided(const ndl_view* view, const int64_t* shape, const int64_t* strides, int32_t rank, int64_t offset_bytes, ndl_view* out,
                                ndl_error* error) NDL_NOEXCEPT;
NDL_API int ndl_view_read_only(const ndl_view* view, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;

/* -- copies. `stream` (NULL: the host): device, pinned and managed memory is read and written in its order, without a wait on the host; pageable memory may be
 *    reused, or is complete, when the call returns. Both views' owners order the stream (acquire) and are told of the use (used_on). handle -1 is refused. --
 */

enum ndl_conversion {
    NDL_CONVERSION_NONE = 0,   /* formats that differ in more than byte order are refused */
    NDL_CONVERSION_CPP = 1,    /* numbers convert as C++ does */
    NDL_CONVERSION_CHECKED = 2 /* the same, and a value that would change is refused (NDL_LOSSY) */
};

/* NULL wherever it is asked for: zeroes. */
typedef struct ndl_copy_options {
    uint32_t struct_size;     /* sizeof(ndl_copy_options) */
    int32_t conversion;       /* enum ndl_conversion */
    int32_t max_threads;      /* 0: as many as the library sees fit; 1: this thread alone */
    uint32_t reserved_word;   /* 0 */
    int64_t max_overlap_work; /* steps that the search for overlap may take; 0: the library's limit */
    uint64_t reserved[3];     /* 0 */
} ndl_copy_options;

/* Element by element of the same index; `src` is broadcast; overlap is safe. Before the first byte is written: NDL_READ_ONLY, NDL_BAD_LAYOUT (shapes),
 * NDL_OVERLAP (elements of dst share memory), NDL_NOT_EXPRESSIBLE (no conversion), NDL_LOSSY, NDL_NOT_SUPPORTED, NDL_DEVICE (also later). */
NDL_API int ndl_copy(const ndl_view* dst, const ndl_view* src, const ndl_stream* stream, const ndl_copy_options* options, ndl_error* error) NDL_NOEXCEPT;
/* A share of the same view where it has that order already (NDL_ORDER_ANY: either), else a copy in new memory of its device, which goes back in the order of
 * `stream`. */
NDL_API int ndl_contiguous(const ndl_view* view, int32_t order, const ndl_stream* stream, const ndl_copy_options* options, ndl_view* out,
                           ndl_error* error) NDL_NOEXCEPT;
/* A share of the same view where it is on `device` in that order already, else a copy there: NDL_CPU, NDL_CUDA, NDL_CUDA_HOST, NDL_CUDA_MANAGED. */
NDL_API int ndl_to_device(const ndl_view* view, const ndl_device* device, int32_t order, const ndl_stream* stream, const ndl_copy_options* options,
                          ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* A new array of these elements as `format`, on the same device; options->conversion says how. */
NDL_API int ndl_convert(const ndl_view* view, const ndl_format* format, int32_t order, const ndl_stream* stream, const ndl_copy_options* options, ndl_view* out,
                        ndl_error* error) NDL_NOEXCEPT;

/* -- leases of this process -- */

typedef struct ndl_lease_statistics {
    int64_t live;                /* made, and somebody holds a share */
    int64_t draining;            /* nobody holds a share; the callback waits for streams */
    int64_t released;            /* callback done */
    int64_t quarantined;         /* kept, because nobody can tell whether a stream still uses the memory */
    int64_t double_releases;     /* attempts refused */
    int64_t callback_exceptions; /* C++ callbacks that threw */
    int64_t reserved[2];         /* 0 */
} ndl_lease_statistics;

/* A snapshot, each number exact when nothing runs. */
NDL_API int ndl_get_lease_statistics(ndl_lease_statistics* out, ndl_error* error) NDL_NOEXCEPT;
/* Waits on the host for the devices that leases in quarantine name, and releases those that are answered for. `out` (may be NULL): what is left. */
NDL_API int ndl_retry_quarantined(ndl_lease_statistics* out, ndl_error* error) NDL_NOEXCEPT;
/* At the end of main: waits at most `patience_ms` for what drains, and ends ndlease's thread. Leases that end later call back with NDL_RELEASE_EXITING. */
NDL_API int ndl_shutdown(int64_t patience_ms, ndl_lease_statistics* out, ndl_error* error) NDL_NOEXCEPT;

/* -- NumPy's files -- */

/* Maps a .npy file and lends its items, read-only; unmapped with the last share. NDL_IO, NDL_BAD_FILE, NDL_NOT_SUPPORTED (object arrays). */
NDL_API int ndl_npy_open(const char* path, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* Writes the view whole or not at all; it waits for the producer's pending work. NDL_NOT_EXPRESSIBLE, NDL_DEVICE (memory that the host cannot reach), NDL_IO.
 */
NDL_API int ndl_npy_write(const char* path, const ndl_view* view, ndl_error* error) NDL_NOEXCEPT;

/* -- other protocols. Imports take over what they are given: it is given back, by its own protocol and exactly once, when the last share is gone and every
 *    recorded use is over; on failure it is the caller's still. Exports hold a share until the peer gives them back by its protocol, on any thread.
 *    `consumer` is the stream on which the peer works until then; it is ordered after pending work now, its work is over before the memory goes back, and it
 *    lives until then. An ndl_stream of the host: the host waits now, and the peer's work is over when it gives the export back. NULL: nobody says; the host
 *    waits now where it must, and memory of a device goes back when all work of the device is over. Nothing is copied. What a protocol cannot say is refused
 *    with NDL_NOT_EXPRESSIBLE, which names it. A tag that contradicts the pointer is NDL_DEVICE. -- */

/* DLPack's managed tensors, as dlpack.h declares them: versioned, of 1.x, and the older structure without version and flags. */
struct DLManagedTensorVersioned;
struct DLManagedTensor;

/* Takes the tensor over; its deleter runs when the last share is gone. `ready` (may be NULL): a stream that the producer has ordered, so that streams which use
 * the view come after what is on it by now. NDL_NOT_SUPPORTED for another major version: only then the deleter HAS been called, as DLPack demands. */
NDL_API int ndl_from_dlpack_versioned(struct DLManagedTensorVersioned* tensor, const ndl_stream* ready, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* The same; the view is read-only, since this structure cannot say. */
NDL_API int ndl_from_dlpack(struct DLManagedTensor* tensor, const ndl_stream* ready, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* *out holds a share until its deleter is called. `consumer`'s handle -1: nothing waits for pending work, the peer orders itself. */
NDL_API int ndl_to_dlpack_versioned(const ndl_view* view, const ndl_stream* consumer, struct DLManagedTensorVersioned** out, ndl_error* error) NDL_NOEXCEPT;
/* The same; read-only views are NDL_NOT_EXPRESSIBLE. */
NDL_API int ndl_to_dlpack(const ndl_view* view, const ndl_stream* consumer, struct DLManagedTensor** out, ndl_error* error) NDL_NOEXCEPT;

/* Arrow's C data and C device data interface, as their own headers declare the structures. */
struct ArrowSchema;
struct ArrowArray;
struct ArrowDeviceArray;

#define NDL_ARROW_TENSOR 1u       /* axes after the first as one arrow.fixed_shape_tensor, not as fixed-size lists */
#define NDL_ARROW_OPAQUE_ITEMS 2u /* items that Arrow has no type for as fixed-size binary, with their format in the metadata */

/* A primitive, boolean, fixed-size binary or (nested) fixed-size list array, read-only. `array` is moved: its release is NULL afterwards. The schema is read
 * and stays the caller's. NDL_RELEASED: a structure whose release is NULL. */
NDL_API int ndl_from_arrow(const struct ArrowSchema* schema, struct ArrowArray* array, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* The same for memory of any device; the array's sync_event is waited for by the streams that use the view. */
NDL_API int ndl_from_arrow_device(const struct ArrowSchema* schema, struct ArrowDeviceArray* array, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* Fills both structures, each with a release of its own. `flags`: of NDL_ARROW_. Host memory; waits on the host for pending work. */
NDL_API int ndl_to_arrow(const ndl_view* view, uint32_t flags, struct ArrowSchema* schema, struct ArrowArray* array, ndl_error* error) NDL_NOEXCEPT;
/* The same for memory of any device, with a sync_event. */
NDL_API int ndl_to_arrow_device(const ndl_view* view, uint32_t flags, const ndl_stream* consumer, struct ArrowSchema* schema, struct ArrowDeviceArray* array,
                                ndl_error* error) NDL_NOEXCEPT;

/* NumPy's PyArrayInterface, which its header declares without a tag: what the capsule of __array_struct__ points to. `block` is read during the call; `release`
 * (may be NULL: borrowed) gives the array back. `descr`: NumPy's descr as text where the block has one, "[('a', '<i4')]", else NULL. Host memory. */
NDL_API int ndl_from_array_struct(const void* block, const char* descr, ndl_release_callback release, void* context, ndl_view* out,
                                  ndl_error* error) NDL_NOEXCEPT;
/* *out becomes a PyArrayInterface that holds a share until ndl_array_struct_free. Records need a Python object as descr and are refused. */
NDL_API int ndl_to_array_struct(const ndl_view* view, void** out, ndl_error* error) NDL_NOEXCEPT;
NDL_API void ndl_array_struct_free(void* block) NDL_NOEXCEPT;

/* The dict of NumPy's __array_interface__, version 3, as JSON (tuples as arrays, None as null). `release` (may be NULL: borrowed) gives the object back.
 * NDL_NOT_SUPPORTED: a mask, another version, or a build without JSON. */
NDL_API int ndl_from_array_interface(const char* json, ndl_release_callback release, void* context, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* Writes the dict, which owns nothing: keep the view while anybody uses it. Waits on the host for pending work. */
NDL_API int ndl_to_array_interface(const ndl_view* view, char* buffer, size_t capacity, size_t* length, ndl_error* error) NDL_NOEXCEPT;

/* The dict of __cuda_array_interface__, versions 0 to 3, as JSON. Streams that use the view come after the work that is on its stream by now. */
NDL_API int ndl_from_cuda_array_interface(const char* json, ndl_release_callback release, void* context, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* An export that its protocol cannot give back by itself. */
typedef struct ndl_exported ndl_exported;
/* Writes the dict; *out holds a share of the view: end it when the consumer has enqueued its last work. Where the text does not fit nothing is exported. */
NDL_API int ndl_to_cuda_array_interface(const ndl_view* view, const ndl_stream* consumer, char* buffer, size_t capacity, size_t* length, ndl_exported** out,
                                        ndl_error* error) NDL_NOEXCEPT;
/* Nothing for NULL. */
NDL_API void ndl_exported_end(ndl_exported* exported) NDL_NOEXCEPT;

/* PEP 3118: the members of a Py_buffer that are not its owner's, so that no Python is needed here. Sizes, strides and suboffsets in bytes, shape in elements.
 * NULL: format "B"; shape, one dimension of len bytes; strides, C order; suboffsets, no pointers on the way. */
typedef struct ndl_buffer {
    void* buf; /* element (0,...,0) */
    intptr_t len;
    intptr_t itemsize;
    int32_t readonly; /* 0: may be written */
    int32_t ndim;
    const char* format;
    const intptr_t* shape;
    const intptr_t* strides;
    const intptr_t* suboffsets;
} ndl_buffer;

/* `buffer`, its arrays and the format are read during the call; `release` (may be NULL: borrowed) gives it back, for a Py_buffer by PyBuffer_Release with the
 * GIL held. Host memory. */
NDL_API int ndl_from_buffer(const ndl_buffer* buffer, ndl_release_callback release, void* context, ndl_view* out, ndl_error* error) NDL_NOEXCEPT;
/* The answer to a request, `flags` of PyBUF_: what *buffer points to lives, and *out holds a share, until ndl_exported_end. Waits on the host for pending work.
 * A request that the view cannot answer is refused as an exporter's getbuffer has to: NDL_READ_ONLY, NDL_BAD_LAYOUT, NDL_NOT_EXPRESSIBLE (the format),
 * NDL_INVALID_ARGUMENT (no request), NDL_DEVICE (memory that the host cannot reach). */
NDL_API int ndl_to_buffer(const ndl_view* view, int flags, ndl_buffer* buffer, ndl_exported** out, ndl_error* error) NDL_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#if defined(NDL_ASSERT) && UINTPTR_MAX == 0xFFFFFFFFFFFFFFFFu
NDL_ASSERT(sizeof(ndl_lend_options) == 64);
NDL_ASSERT_AT(ndl_lend_options, stream, 8);
NDL_ASSERT_AT(ndl_lend_options, ready, 16);
NDL_ASSERT_AT(ndl_lend_options, release, 24);
NDL_ASSERT_AT(ndl_lend_options, context, 32);
NDL_ASSERT(sizeof(ndl_copy_options) == 48);
NDL_ASSERT_AT(ndl_copy_options, conversion, 4);
NDL_ASSERT_AT(ndl_copy_options, max_threads, 8);
NDL_ASSERT_AT(ndl_copy_options, max_overlap_work, 16);
NDL_ASSERT(sizeof(ndl_buffer) == 64);
NDL_ASSERT_AT(ndl_buffer, readonly, 24);
NDL_ASSERT_AT(ndl_buffer, format, 32);
NDL_ASSERT_AT(ndl_buffer, suboffsets, 56);
NDL_ASSERT(sizeof(ndl_lease_statistics) == 64);
NDL_ASSERT_AT(ndl_lease_statistics, callback_exceptions, 40);
#endif

#endif
