// SPDX-License-Identifier: Apache-2.0
// From a copy job to the parameters of the kernel that was chosen for it.
#pragma once

#include <cstdint>

#include "backend/copy_job.hpp"
#include "copy/device_tile.hpp"
#include "kernels/packed.hpp"
#include "kernels/runs.hpp"
#include "kernels/strips.hpp"
#include "kernels/tiles.hpp"
#include "kernels/unit_tiles.hpp"
#include "kernels/words.hpp"

namespace ndlease::gpu {

/// Words in all.
[[nodiscard]] std::uint64_t word_count(const detail::CopyTask& task, int word_bytes) noexcept;

template <class Index>
[[nodiscard]] WordsParameters<Index> words_parameters(const backend::CopyJob& job, int word_bytes) noexcept;
extern template WordsParameters<std::uint32_t> words_parameters(const backend::CopyJob&, int) noexcept;
extern template WordsParameters<std::uint64_t> words_parameters(const backend::CopyJob&, int) noexcept;

[[nodiscard]] RunsParameters runs_parameters(const backend::CopyJob& job, RunSource source) noexcept;
/// For items of the task's run and tiles of that size.
[[nodiscard]] TilesParameters tiles_parameters(const backend::CopyJob& job, const copying::DeviceTile& tile) noexcept;
[[nodiscard]] StripsParameters strips_parameters(const backend::CopyJob& job, int word_bytes) noexcept;
[[nodiscard]] PackedParameters packed_parameters(const backend::CopyJob& job, int word_bytes) noexcept;
[[nodiscard]] UnitTilesParameters unit_tiles_parameters(const backend::CopyJob& job, int word_bytes) noexcept;

}  // namespace ndlease::gpu
