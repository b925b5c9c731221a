// SPDX-License-Identifier: Apache-2.0
// Every protocol as one step: a View goes out as the protocol's object and comes back as a View. For the laws that hold for all of them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ndlease/view.hpp>

namespace ndlease::testing {

struct Protocol {
    std::string_view name;
    /// Export and import; what comes back keeps the object, and by it a share of the lease. Throws Error where the export refuses.
    View (*pass)(const View& view);
    /// Its imports are read-only whatever went in.
    bool reads_only = false;
};

[[nodiscard]] std::span<const Protocol> host_protocols();    ///< those that carry memory that the host can reach
[[nodiscard]] std::span<const Protocol> device_protocols();  ///< those that carry memory of a CUDA device

/// A View that somebody may want to pass on, made from at least 4096 bytes of memory, aligned to 64.
struct Sample {
    std::string_view name;
    View (*make)(const View& block);
    bool host_only = false;  ///< its pointers are read by the host
};
[[nodiscard]] std::span<const Sample> samples();

/// "" where `back` is what `sent` was: data pointer (where there are elements), device, shape, strides that mean something, format, and whether it may be
/// written (unless `reads_only`); else what differs.
[[nodiscard]] std::string difference(const View& sent, const View& back, bool reads_only);

/// The tables of docs/protocols.md for these protocols: which samples each carries, what it says where it refuses, and how many samples of each row's
/// protocol each column's takes over. `failures` gets what came back changed.
[[nodiscard]] std::string protocol_tables(std::span<const Protocol> protocols, const View& block, std::vector<std::string>& failures);

/// Compares `tables` with what stands between "<!-- NAME -->" and "<!-- end -->" in docs/protocols.md; "" where it is the same. With NDLEASE_WRITE_DOCS in the
/// environment they are written there instead.
[[nodiscard]] std::string check_documented(std::string_view name, const std::string& tables);

}  // namespace ndlease::testing
