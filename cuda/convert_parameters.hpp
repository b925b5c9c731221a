// SPDX-License-Identifier: Apache-2.0
// From a converting job to the parameters of the kernel that was chosen for it.
#pragma once

#include <cstdint>

#include "backend/convert_job.hpp"
#include "copy/device_convert.hpp"
#include "kernels/convert_items.hpp"
#include "kernels/convert_runs.hpp"
#include "kernels/convert_tiles.hpp"

namespace ndlease::gpu {

/// Elements in all.
[[nodiscard]] std::uint64_t element_count(const detail::CopyTask& task) noexcept;

[[nodiscard]] ConvertRunsParameters convert_runs_parameters(const backend::ConvertJob& job) noexcept;

template <class Index>
[[nodiscard]] ConvertItemsParameters<Index> convert_items_parameters(const backend::ConvertJob& job, const copying::ConvertingChoice& choice) noexcept;
extern template ConvertItemsParameters<std::uint32_t> convert_items_parameters(const backend::ConvertJob&, const copying::ConvertingChoice&) noexcept;
extern template ConvertItemsParameters<std::uint64_t> convert_items_parameters(const backend::ConvertJob&, const copying::ConvertingChoice&) noexcept;

[[nodiscard]] ConvertTilesParameters convert_tiles_parameters(const backend::ConvertJob& job, const copying::ConvertingChoice& choice) noexcept;

}  // namespace ndlease::gpu
