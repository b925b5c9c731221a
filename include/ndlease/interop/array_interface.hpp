// SPDX-License-Identifier: Apache-2.0
// NumPy's array interfaces, both ways and without Python: the C structure behind __array_struct__, and the dict of __array_interface__
// version 3 as a C++ struct with a JSON form. Memory that the host can reach; nothing is copied.
// Source: NumPy's reference, "The array interface protocol" (version 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <ndlease/dims.hpp>
#include <ndlease/export.hpp>
#include <ndlease/lease.hpp>
#include <ndlease/view.hpp>

namespace ndlease::array_interface {

// -- the C structure --

/// What the capsule of __array_struct__ points to. Field for field NumPy's PyArrayInterface, whose declaration may stand beside this one.
struct PyArrayInterface {
    int two = 2;                       ///< 2, to tell a wrong pointer
    int nd = 0;                        ///< number of dimensions
    char typekind = 'V';               ///< the kind letter of typestr
    int itemsize = 0;                  ///< bytes
    int flags = 0;                     ///< of StructFlag
    std::intptr_t* shape = nullptr;    ///< nd elements
    std::intptr_t* strides = nullptr;  ///< nd bytes
    void* data = nullptr;              ///< element (0,...,0)
    void* descr = nullptr;             ///< a PyObject*, when flags has has_descr
};
static_assert(sizeof(void*) != 8 ||
              (sizeof(PyArrayInterface) == 56 && offsetof(PyArrayInterface, typekind) == 8 && offsetof(PyArrayInterface, itemsize) == 12 &&
               offsetof(PyArrayInterface, flags) == 16 && offsetof(PyArrayInterface, shape) == 24 && offsetof(PyArrayInterface, strides) == 32 &&
               offsetof(PyArrayInterface, data) == 40 && offsetof(PyArrayInterface, descr) == 48));

/// The bits of PyArrayInterface::flags.
enum StructFlag : int {
    c_contiguous = 0x1,
    f_contiguous = 0x2,
    aligned = 0x100,
    not_swapped = 0x200,  ///< the host's byte order; clear: the other one
    writeable = 0x400,
    has_descr = 0x800,
};

/// A declaration of somebody else's that is laid out as ours.
template <class S>
concept LikePyArrayInterface = sizeof(S) == sizeof(PyArrayInterface) && requires {
    requires offsetof(S, two)
    == 0 && offsetof(S, nd) == offsetof(PyArrayInterface, nd) && offsetof(S, typekind) == offsetof(PyArrayInterface, typekind);
    requires offsetof(S, itemsize)
    == offsetof(PyArrayInterface, itemsize) && offsetof(S, flags) == offsetof(PyArrayInterface, flags);
    requires offsetof(S, shape)
    == offsetof(PyArrayInterface, shape) && offsetof(S, strides) == offsetof(PyArrayInterface, strides);
    requires offsetof(S, data)
    == offsetof(PyArrayInterface, data) && offsetof(S, descr) == offsetof(PyArrayInterface, descr);
};

struct StructImportOptions {
    /// What `descr` says, as text: repr() of NumPy's list, "[('a', '<i4'), ('b', '<f8')]". Needed for records and for times with a unit, since this
    /// library reads no Python objects. Taken also where the flag is missing: NumPy clears all flags of a record by mistake.
    std::string_view descr = {};
    /// When `release` runs; nothing: by deferred() for pinned and managed memory, which streams use, else by wait(), which then has nothing to wait for unless
    /// a use was recorded.
    std::optional<ReleasePolicy> policy = {};
    /// Asks the CUDA runtime what the pointer is: device memory is refused, pinned and managed memory is tagged as such. Else it is host memory.
    bool check_device = true;
};

/// A View on the array that `block` describes. shape, strides and descr are read during the call alone; the memory is used until `release` has
/// run, exactly once: it gives the capsule or the array back, on any thread. Without `release` the memory is borrowed. On failure nothing is taken:
/// `release` has not run. Strides may be NULL (C order). A View's format promises no alignment that flags or address do not have.
/// Host memory has no stream: the caller must have waited for work on it. Throws Error: errc::invalid_argument (two is not 2, unknown flags, NULL),
/// errc::out_of_range (nd), errc::bad_format (typekind and itemsize, descr missing or of another size), errc::bad_layout (a negative extent,
/// contiguity that the strides do not have), errc::overflow, errc::out_of_bounds, errc::device (memory that the host cannot reach).
[[nodiscard]] NDLEASE_API View import_struct(const PyArrayInterface& block, ReleaseCallback release = {}, const StructImportOptions& options = {});
template <LikePyArrayInterface S>
[[nodiscard]] View import_struct(const S& block, ReleaseCallback release = {}, const StructImportOptions& options = {}) {
    return import_struct(PyArrayInterface{block.two, block.nd, block.typekind, block.itemsize, block.flags, block.shape, block.strides, block.data,
                                          static_cast<void*>(block.descr)},
                         std::move(release), options);
}

struct StructExportOptions {
    /// A PyObject* that says `describe_item(view.format())`; the block keeps it and passes it to `release_descr` at the end. Needed for what
    /// typekind and itemsize do not say whole: records, times with a unit, and UCS-4 text, whose itemsize NumPy takes for a count of characters.
    void* descr = nullptr;
    /// Called with `descr` when the block is freed, or when the export fails; under no lock, on the thread that frees.
    void (*release_descr)(void* descr) = nullptr;
};

/// The structure for a capsule without a name, with shape and strides in the same allocation; `free_struct` is for the capsule's destructor. It holds a
/// share of the View's lease until then. Waits on the host for pending work on the memory.
/// Throws Error: errc::not_expressible (kinds without a typestr, sub-array items, records that descr cannot say, suboffsets, items of 2 GiB or more, a
/// descr that is missing), errc::device (memory that the host cannot reach).
[[nodiscard]] NDLEASE_API PyArrayInterface* export_struct(const View& view, const StructExportOptions& options = {});
/// Gives the share back and frees the block. NULL is fine. Any thread.
NDLEASE_API void free_struct(PyArrayInterface* block) noexcept;

/// What a PyArrayInterface's descr must say for a format, as a Python literal: the list of a record's fields, else the typestr as a string, "'<M8[ns]'".
/// Throws Error{errc::not_expressible}.
[[nodiscard]] NDLEASE_API std::string describe_item(const Format& format);

// -- the dict --

/// The keys of the dict. What is absent or None in Python has no value here.
struct ArrayInterface {
    Dims shape;           ///< elements
    std::string typestr;  ///< "<f4", "|V12"
    std::string descr;    ///< as Python prints the list; empty: absent
    /// The address of element (0,...,0). No value: `data` is absent or None, and the memory is that of the object's buffer.
    std::optional<std::uintptr_t> data = std::uintptr_t{0};
    bool read_only = false;
    std::optional<Dims> strides;  ///< bytes; no value: C order
    bool has_mask = false;        ///< a mask is given, which every import refuses
    std::int64_t offset = 0;      ///< bytes from the start of the buffer; only without an address
    int version = 3;
};

struct ImportOptions {
    /// The object's own buffer, where `data` has no value: host memory without gaps. Its lease is the new View's, and `release` must be empty.
    std::optional<View> buffer = {};
    std::optional<ReleasePolicy> policy = {};  ///< as in StructImportOptions
    bool check_device = true;                  ///< as in StructImportOptions
};

/// A View on the array that the dict describes. `release` gives the object back that it came from; rules as for `import_struct`.
/// Throws Error as import_struct does, and errc::not_supported for a mask and for versions below 3. Later versions are read: NumPy asks for that.
[[nodiscard]] NDLEASE_API View import_interface(const ArrayInterface& dict, ReleaseCallback release = {}, const ImportOptions& options = {});

/// The dict for a View, with strides only where it is not in C order, as NumPy writes it. It is a description that owns nothing: whoever hands it out
/// keeps the View until no consumer uses the memory, as Python's object with this attribute does. Waits on the host for pending work on the memory.
/// Throws Error as export_struct does; no descr is missing here.
[[nodiscard]] NDLEASE_API ArrayInterface export_interface(const View& view);

/// {"shape":[2,3],"typestr":"<f4","descr":[["","<f4"]],"data":[140...,false],"strides":null,"version":3}: tuples as arrays, None as null, ASCII.
/// Without an address "data" is null and "offset" is there. Throws Error: errc::bad_format (descr is no literal), errc::not_supported (a mask; a build
/// without JSON).
[[nodiscard]] NDLEASE_API std::string to_json(const ArrayInterface& dict);
/// Reads what to_json writes, and what json.dumps makes of NumPy's dict. At most 1 MiB, nested at most 200 deep.
/// Throws Error: errc::bad_format (no JSON, a wrong type, an unknown key or one twice, shape, typestr or version missing), errc::out_of_range (numbers, more
/// than 64 dimensions), errc::not_supported (a mask; data in the JSON itself; a build without JSON). Whether the values make sense is import_interface's
/// question.
[[nodiscard]] NDLEASE_API ArrayInterface from_json(std::string_view json);

}  // namespace ndlease::array_interface
