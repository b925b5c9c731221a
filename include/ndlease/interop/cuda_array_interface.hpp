// SPDX-License-Identifier: Apache-2.0
// The CUDA array interface, versions 0 to 3, both ways and without Python: the dict of __cuda_array_interface__ as a C++ struct with a JSON form. Memory that
// CUDA devices can reach; nothing is copied. Source: numba-cuda, docs/source/user/cuda_array_interface.rst (version 3).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <ndlease/device.hpp>
#include <ndlease/dims.hpp>
#include <ndlease/export.hpp>
#include <ndlease/lease.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease::cuda_array_interface {

/// The keys of the dict. What is absent or None in Python has no value here.
struct CudaArrayInterface {
    Dims shape;                          ///< elements
    std::string typestr;                 ///< NumPy's: "<f4", "|V12"
    std::string descr;                   ///< NumPy's list as Python prints it; empty: absent
    std::uintptr_t data = 0;             ///< the address of element (0,...,0); 0 for arrays without elements
    bool read_only = false;              ///< advisory: CuPy and others write all the same
    std::optional<Dims> strides;         ///< bytes; no value: C order
    bool has_mask = false;               ///< a mask is given, which every import refuses
    std::optional<std::int64_t> stream;  ///< 1: legacy default, 2: per-thread default, else a handle; no value: the memory is ready
    int version = 3;
};

struct ImportOptions {
    /// Where the memory is. Nothing: asked of the pointer, and cuda:0 for arrays without elements whose pointer says nothing.
    std::optional<Device> device = {};
    /// Asks the CUDA runtime what the pointer is; it must agree with `device`. Else `device` is believed, and must be given.
    bool check_device = true;
    /// When `release` runs; the default is right for owners that know no streams.
    ReleasePolicy policy = ReleasePolicy::deferred();
};

/// A View on the array that the dict describes. The memory is used until `release` has run, exactly once and after every use that was recorded: it gives the
/// object back that the dict came from, on any thread. Without `release` the caller keeps that object. On failure nothing is taken: `release` has not run.
/// Consumers of the View are ordered after the work on `stream` so far (an event; nobody waits on the host); the stream must be alive during the call.
/// Throws Error: errc::not_supported (a mask, versions above 3, no CUDA backend for a stream), errc::invalid_argument (stream 0, a negative one, or one before
/// version 3; NULL with elements; no device where none may be asked), errc::bad_format (typestr, descr), errc::bad_layout, errc::overflow,
/// errc::out_of_range, errc::out_of_bounds, errc::device (memory that CUDA does not know, another device than stated, a stream that is none).
[[nodiscard]] NDLEASE_API View import_interface(const CudaArrayInterface& dict, ReleaseCallback release = {}, const ImportOptions& options = {});

struct ExportOptions {
    /// 0 to 3: the rules to follow. 0 to 2 have no stream; 0 and 1 keep the pointer of arrays without elements.
    int version = 3;
    /// The stream that the dict names: it is ordered after pending work now, and recorded as a user of the memory when the export ends, so it must live until
    /// then. Nothing: pending work is waited for on the host now, and any stream may use the memory until the export ends, so that the end of the lease goes
    /// the way of set_device_wait() (lease.hpp).
    std::optional<StreamRef> stream = {};
};

/// A dict on its way: it holds a share of the View's lease. Keep it for as long as the object with the __cuda_array_interface__ attribute would live: until the
/// consumer has enqueued its last work, as the protocol asks. Move-only.
class NDLEASE_API Exported {
public:
    Exported(Exported&& other) noexcept;
    Exported& operator=(Exported&& other) noexcept;
    /// Gives the share back, with the work on the declared stream so far as a recorded use. Does not wait. Any thread.
    ~Exported();
    /// Not after this was moved from.
    [[nodiscard]] const CudaArrayInterface& dict() const noexcept;

private:
    friend NDLEASE_API Exported export_interface(const View& view, const ExportOptions& options);
    struct Parts;
    explicit Exported(std::unique_ptr<Parts> parts) noexcept;
    std::unique_ptr<Parts> parts_;
};

/// The dict for a View: strides only where it is not in C order, data 0 without elements (from version 2 on).
/// Throws Error: errc::not_expressible (kinds without a typestr, such as bfloat16, sub-array items, records that descr cannot say, suboffsets, a stream before
/// version 3, the host as stream), errc::invalid_argument (the version), errc::device (memory that no CUDA device can reach, or pending work that fails).
[[nodiscard]] NDLEASE_API Exported export_interface(const View& view, const ExportOptions& options = {});

/// {"shape":[2,3],"typestr":"<f4","descr":[["","<f4"]],"data":[140...,false],"strides":null,"stream":1,"version":3}: tuples as arrays, None as null, ASCII.
/// "stream" stands only where it has a value. Throws Error: errc::bad_format (descr is no literal), errc::not_supported (a mask; a build without JSON).
[[nodiscard]] NDLEASE_API std::string to_json(const CudaArrayInterface& dict);
/// Reads what to_json writes, and what json.dumps makes of a peer's dict. At most 1 MiB, nested at most 200 deep.
/// Throws Error: errc::bad_format (no JSON, a wrong type, an unknown key or one twice, shape, typestr, data or version missing), errc::out_of_range (numbers,
/// more than 64 dimensions), errc::not_supported (a mask; a build without JSON). Whether the values make sense is import_interface's question.
[[nodiscard]] NDLEASE_API CudaArrayInterface from_json(std::string_view json);

}  // namespace ndlease::cuda_array_interface
