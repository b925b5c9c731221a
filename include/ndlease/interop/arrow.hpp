// SPDX-License-Identifier: Apache-2.0
// The Arrow C data interface and C device data interface, both ways, with no copy.
// Source: Apache Arrow, format/CDataInterface.rst and format/CDeviceDataInterface.rst (2026-08); the canonical extension types arrow.fixed_shape_tensor and
// arrow.bool8 (format/CanonicalExtensions.rst). What maps to what, and what is refused: docs/protocols/arrow.md.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <ndlease/dims.hpp>
#include <ndlease/export.hpp>
#include <ndlease/format.hpp>
#include <ndlease/lease.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease::arrow {

// -- the structs of the protocol, member for member; objects of the peer's own declarations may be read through them --

struct [[gnu::may_alias]] ArrowSchema {
    const char* format;
    const char* name;
    const char* metadata;
    std::int64_t flags;
    std::int64_t n_children;
    ArrowSchema** children;
    ArrowSchema* dictionary;
    void (*release)(ArrowSchema*);
    void* private_data;
};

struct [[gnu::may_alias]] ArrowArray {
    std::int64_t length;
    std::int64_t null_count;
    std::int64_t offset;
    std::int64_t n_buffers;
    std::int64_t n_children;
    const void** buffers;
    ArrowArray** children;
    ArrowArray* dictionary;
    void (*release)(ArrowArray*);
    void* private_data;
};

struct [[gnu::may_alias]] ArrowDeviceArray {
    ArrowArray array;
    std::int64_t device_id;
    std::int32_t device_type;  ///< DLPack's numbers
    void* sync_event;          ///< a pointer to the event (cudaEvent_t*), or NULL
    std::int64_t reserved[3];
};

static_assert(sizeof(ArrowSchema) == 72 && offsetof(ArrowSchema, release) == 56);
static_assert(sizeof(ArrowArray) == 80 && offsetof(ArrowArray, buffers) == 40 && offsetof(ArrowArray, release) == 64);
static_assert(sizeof(ArrowDeviceArray) == 128 && offsetof(ArrowDeviceArray, device_type) == 88 && offsetof(ArrowDeviceArray, sync_event) == 96);

/// ArrowSchema::flags.
inline constexpr std::int64_t flag_nullable = 2;

namespace detail {
template <class Peer, class Ours>
inline constexpr bool same_size = std::is_class_v<Peer> && !std::is_same_v<Peer, Ours> && sizeof(Peer) == sizeof(Ours) && alignof(Peer) == alignof(Ours) &&
                                  std::is_standard_layout_v<Peer> && std::is_trivially_copyable_v<Peer>;
}

/// Another declaration of the same struct, e.g. that of the peer's header, in whatever namespace.
template <class T>
concept PeerSchema = detail::same_size<T, ArrowSchema> && requires(T& t) {
    requires offsetof(T, format)
    == 0 && offsetof(T, metadata) == 16 && offsetof(T, flags) == 24 && offsetof(T, children) == 40 && offsetof(T, release) == 56;
    t.release(&t);
};
template <class T>
concept PeerArray = detail::same_size<T, ArrowArray> && requires(T& t) {
    requires offsetof(T, length)
    == 0 && offsetof(T, offset) == 16 && offsetof(T, buffers) == 40 && offsetof(T, children) == 48 && offsetof(T, release) == 64;
    t.release(&t);
};
template <class T>
concept PeerDeviceArray = detail::same_size<T, ArrowDeviceArray> && requires(T& t) {
    requires offsetof(T, array)
    == 0 && offsetof(T, device_id) == 80 && offsetof(T, device_type) == 88 && offsetof(T, sync_event) == 96;
    t.array.release(&t.array);
};

// -- import --

struct ImportOptions {
    /// When the producer's release runs after the last View is gone. Not given: deferred() where there is a CUDA device that may still use the memory, so that
    /// no producer frees under a kernel and nobody waits; else wait(), which without recorded uses is at once.
    std::optional<ReleasePolicy> policy = {};
    /// Ask the CUDA runtime whether the pointers are where the device says (check_device_tag).
    bool check_device = true;
    /// Types of fixed width that no Format can say (dates, times of day, timestamps with a zone, intervals, decimals) come as integers of that width, intervals
    /// of several numbers and decimals as opaque bytes. Else they are refused.
    bool as_storage = false;
};

/// One column of an import.
struct Column {
    std::string name = {};  ///< the schema's; "a.b" for child b of struct a
    View view;
};

/// The memory of `array` as a View: rank 1 for a primitive array of `length` elements; each (nested) fixed-size list adds an axis, and an
/// arrow.fixed_shape_tensor adds its logical axes. A boolean array is packed bits, which no stride can say: it becomes a View of rank 0
/// whose one item is a sub-array of all its bits, lowest bit first. Offsets and lengths are honoured at every level. The View is read-only, as Arrow's data
/// are, and its allocation is what the array's length states.
///
/// Moves: `array` is taken over and marked as released (release NULL); a child of somebody's array may be given as well, whose parent must then be released.
/// Its release runs exactly once, on any thread, by `options.policy`; when the process exits or was forked, only for memory of the CPU. The schema is only
/// read, and stays the caller's. On failure `array` is untouched and still the caller's. Any thread. Does not wait.
///
/// Throws Error: errc::released (a struct, or one of its children, was released), errc::invalid_argument (counts, pointers and lengths that make no sense),
/// errc::out_of_bounds (a child is shorter than its parent needs), errc::overflow, errc::out_of_range (nested deeper than 64), errc::bad_format (format
/// strings and metadata; index() is the byte), errc::not_expressible (a type that a View cannot say; nulls; a boolean array that starts inside of a
/// byte; a struct array: import_columns), errc::not_supported (nulls that were not counted, in memory that the host cannot read), errc::device.
[[nodiscard]] NDLEASE_API View import_array(const ArrowSchema& schema, ArrowArray& array, const ImportOptions& options = {});
/// The same for memory of any device, the array's own: CPU has id -1 or 0. Consumers are ordered after `sync_event` (the lease's pending work); it stays the
/// producer's, who destroys it in release. Throws also errc::not_supported (an unknown device; an event of a device whose events ndlease cannot wait for).
[[nodiscard]] NDLEASE_API View import_array(const ArrowSchema& schema, ArrowDeviceArray& array, const ImportOptions& options = {});

/// A struct array (record batch), or any other: one View for every column, structs in structs and in fixed-size lists included. All stand on one lease, which
/// takes `array` over as import_array does: its release runs when the last column is gone. At most 65,536 columns.
[[nodiscard]] NDLEASE_API std::vector<Column> import_columns(const ArrowSchema& schema, ArrowArray& array, const ImportOptions& options = {});
[[nodiscard]] NDLEASE_API std::vector<Column> import_columns(const ArrowSchema& schema, ArrowDeviceArray& array, const ImportOptions& options = {});

template <PeerSchema Schema, class Array>
requires(PeerArray<Array> || PeerDeviceArray<Array>) [[nodiscard]] View import_array(const Schema& schema, Array& array, const ImportOptions& options = {}) {
    using Ours = std::conditional_t<PeerArray<Array>, ArrowArray, ArrowDeviceArray>;
    return import_array(reinterpret_cast<const ArrowSchema&>(schema), reinterpret_cast<Ours&>(array), options);
}
template <PeerSchema Schema, class Array>
requires(PeerArray<Array> || PeerDeviceArray<Array>)
    [[nodiscard]] std::vector<Column> import_columns(const Schema& schema, Array& array, const ImportOptions& options = {}) {
    using Ours = std::conditional_t<PeerArray<Array>, ArrowArray, ArrowDeviceArray>;
    return import_columns(reinterpret_cast<const ArrowSchema&>(schema), reinterpret_cast<Ours&>(array), options);
}

// -- export --

/// How axes after the first are said.
enum class Nesting : std::uint8_t {
    lists,   ///< a fixed-size list each: the View must be contiguous in C order
    tensor,  ///< one arrow.fixed_shape_tensor: axes after the first may be permuted
};

struct ExportOptions {
    std::string name = {};                                           ///< of the schema
    std::vector<std::pair<std::string, std::string>> metadata = {};  ///< more keys and values of the schema; keys that begin with "ARROW:" are Arrow's own
    Nesting nesting = Nesting::lists;                                ///< rank 1 has no nesting
    std::vector<std::string> dim_names = {};                         ///< of the tensor's axes (one for each axis after the first), or none
    /// Items that Arrow has no type for (records, complex numbers, the other byte order, ...) go as fixed-size binary, with their Format in the metadata under
    /// "ndlease:format" as PEP 3118 writes it: import gives the Format back, everybody else sees opaque bytes. Else they are refused.
    bool opaque_items = false;
    /// Device arrays: the stream on which the consumer works until it calls release, if it is known. It is ordered after pending work now, its uses are waited
    /// for when the array is released, and it must live until then. StreamRef::host(): the consumer's work is over when it calls release.
    std::optional<StreamRef> consumer = {};
};

/// The type of the View, as a schema of its own whose release the caller must call; it keeps nothing of the View alive.
/// Text (`bytes`, `character`) is fixed-size binary with its Format in the metadata; boolean bytes are the extension arrow.bool8 over int8; a View of rank 0
/// over one sub-array of single bits, as import makes it, is a boolean array.
/// Throws Error{errc::not_expressible} that names what Arrow cannot say: kinds, byte order, rank 0, sub-arrays (expand_subarray() first), indirect
/// axes, strides that are not contiguous, lists of more than 2^31-1 elements; errc::invalid_argument for options that make no sense; errc::not_supported for a
/// tensor in a build without JSON.
[[nodiscard]] NDLEASE_API ArrowSchema export_schema(const View& view, const ExportOptions& options = {});
/// Memory that the host can reach. Waits on the host for the producer's pending work and recorded writes, as this struct cannot say them. The array holds a
/// share of the View's lease until its release is called: by the consumer, once, on any thread; NULL afterwards. It may be moved bit by bit, and children may
/// be moved out. Throws what export_schema throws, and errc::device (memory that the host cannot reach).
[[nodiscard]] NDLEASE_API ArrowArray export_array(const View& view, const ExportOptions& options = {});
/// Memory of any device. On a CUDA device (also pinned and managed memory) sync_event points to an event after the producer's pending work and all recorded
/// writes; it lives until release. NULL where nothing is pending: on the CPU, and for a consumer on the host, for which this waits on the host; for a consumer
/// whose stream is being captured, which got an edge; and for borrowed memory. The share is given back after the declared consumer's uses. Where none is
/// declared streams that nobody named may use memory of a device until all its work is done: the end of the lease then goes the way of a device wait
/// (lease.hpp).
[[nodiscard]] NDLEASE_API ArrowDeviceArray export_device_array(const View& view, const ExportOptions& options = {});

/// The same struct as another declaration of it; ownership goes along.
template <PeerSchema Peer>
[[nodiscard]] Peer to_peer(const ArrowSchema& schema) noexcept {
    return std::bit_cast<Peer>(schema);
}
template <PeerArray Peer>
[[nodiscard]] Peer to_peer(const ArrowArray& array) noexcept {
    return std::bit_cast<Peer>(array);
}
template <PeerDeviceArray Peer>
[[nodiscard]] Peer to_peer(const ArrowDeviceArray& array) noexcept {
    return std::bit_cast<Peer>(array);
}

}  // namespace ndlease::arrow
