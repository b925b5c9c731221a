// SPDX-License-Identifier: Apache-2.0
// CopyPlan: one copy, normalised and classified, to look at and to run again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <ndlease/device.hpp>
#include <ndlease/dims.hpp>
#include <ndlease/export.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

/// What may happen when the two formats differ. Formats that differ in byte order only are always copied.
enum class Conversion : std::uint8_t {
    none,     ///< refused
    cpp,      ///< numbers convert as C++ does; docs/conversions.md states the cases that C++ leaves open
    checked,  ///< the same, and a value that would change is refused with errc::lossy before anything is written
};

struct CopyOptions {
    Conversion conversion = Conversion::none;
    /// Threads that may work on one copy; 0: as many as the caller's oneTBB arena has, where the library has oneTBB; 1: this thread alone.
    int max_threads = 0;
    /// Work limit of the overlap search; when it gives up, the copy goes through a temporary.
    std::int64_t max_overlap_work = 10'000;
};

/// The way a backend moves the bytes.
enum class CopyPath : std::uint8_t {
    nothing,    ///< no element
    one_run,    ///< one contiguous run on both sides
    rows,       ///< contiguous runs at strides
    broadcast,  ///< one item, or one run, written many times
    tiles,      ///< the two sides are contiguous along different axes: tiles through the cache
    gather,     ///< item by item
    convert,    ///< items change format on the way
    indirect,   ///< a side has suboffsets: pointers are followed
};
[[nodiscard]] NDLEASE_API const char* to_string(CopyPath path) noexcept;

namespace copying {
struct PlanParts;
}

namespace detail {

/// What a copy that changes formats needs beyond its geometry.
struct CopyConversion;

/// What a copy needs beyond its geometry that goes through host memory: it converts items or follows pointers, and a side is device memory.
struct ThroughHost;

/// One copy as a backend sees it: addresses and formats are left out. Axes are outermost first; but for indirect copies they are
/// sorted by the destination's strides, which are positive then, and have an extent of at least 2.
struct CopyTask {
    Dims shape;
    Dims dst_strides, src_strides;        ///< bytes
    Dims dst_suboffsets, src_suboffsets;  ///< as a Layout's; both empty, or both of the shape's length (indirect copies)
    std::int64_t dst_offset = 0;          ///< bytes from element (0,...,0) of the view to where the first axis starts
    std::int64_t src_offset = 0;
    std::int64_t run_bytes = 0;  ///< contiguous bytes on both sides at each position: an item or several; without conversion
    std::int64_t dst_itemsize = 0, src_itemsize = 0;
    std::int64_t word_bytes = 1;
    CopyPath path = CopyPath::nothing;
    int source_axis = -1;        ///< the axis along which the source steps least; tiles lie between it and the last axis
    bool single_thread = false;  ///< elements of the destination may share memory
};

}  // namespace detail

/// A plan owns no memory and keeps no lease: the Views it was made from, or others of the same layouts and formats, must live
/// while it runs. Immutable once made; any number of threads may run it.
class NDLEASE_API CopyPlan {
public:
    /// The checks of ndlease::copy, but for those on the values (errc::lossy) and on whether the host reaches the memory. Allocates nothing for
    /// rank <= 8 without conversion. Asks no device runtime.
    [[nodiscard]] static CopyPlan make(const View& dst, const View& src, const CopyOptions& options = {});

    /// Copies between the Views that the plan was made from. Throws Error, before the first byte is written: errc::lossy,
    /// errc::out_of_memory (a temporary for overlapping views), errc::device (device memory: pass a stream).
    void run() const;
    /// Copies between other addresses, each of element (0,...,0), of the same devices, layouts, formats and alignments, which are not
    /// checked; overlap is checked anew.
    void run(void* dst, const void* src) const;

    /// The same on a stream: the contract of ndlease::copy with a stream, but for the order among streams, since a plan knows no lease: the caller holds
    /// an Access on each View, or orders `stream` itself.
    void run(StreamRef stream) const;
    void run(void* dst, const void* src, StreamRef stream) const;

    [[nodiscard]] CopyPath path() const noexcept { return task_.path; }
    [[nodiscard]] std::int64_t useful_bytes() const noexcept { return useful_bytes_; }   ///< read and written: items of both sides, each once
    [[nodiscard]] int rank() const noexcept { return task_.shape.size(); }               ///< after simplification; 0 for one run
    [[nodiscard]] std::int64_t word_bytes() const noexcept { return task_.word_bytes; }  ///< the unit that is moved at once
    /// Several lines for people: path, why, simplified shape, strides of both sides, word, temporary or not; with device memory also how it is reached
    /// and which kernel moves it; between the host and a device which way it takes on a stream that is not captured, and the estimates of all ways.
    /// Throws Error{errc::invalid_argument} for what NDLEASE_LINK_COSTS says.
    [[nodiscard]] std::string describe() const;

private:
    friend struct copying::PlanParts;
    /// What overlap makes of the copy between two addresses.
    enum class Route : std::uint8_t {
        direct,        ///< the sides share no byte
        same,          ///< every element is its own source
        shifted_run,   ///< one run onto itself: memmove
        by_temporary,  ///< they share bytes, or may: the source is copied away first
    };

    CopyPlan() = default;
    [[nodiscard]] Route route(const void* dst, const void* src) const;
    [[nodiscard]] Route route_of(void* dst, const void* src) const;
    void run_by(Route route, void* dst, const void* src) const;
    void run_on(Route route, void* dst, const void* src, StreamRef stream) const;

    detail::CopyTask task_;
    std::shared_ptr<const detail::CopyConversion> conversion_;  // null without conversion
    std::shared_ptr<const detail::ThroughHost> through_host_;   // null unless needed
    void* dst_ = nullptr;
    const void* src_ = nullptr;
    std::int64_t useful_bytes_ = 0;
    std::int64_t max_overlap_work_ = 0;
    int max_threads_ = 0;
    Device dst_device_ = Device::cpu();
    Device src_device_ = Device::cpu();
    Route route_ = Route::direct;
};

}  // namespace ndlease
