// SPDX-License-Identifier: Apache-2.0
// One scalar to another: the kernels for it, or the reason why there are none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <ndlease/copy.hpp>
#include <ndlease/format.hpp>

#include "copy/conversion_step.hpp"

namespace ndlease::detail {

/// A number of the host's kernels: real, or the two parts of a complex one.
struct NumberShape {
    bool known = false;  ///< the host has kernels for it
    cpu::NumberType type = cpu::NumberType::boolean;
    int float8 = -1;  ///< a cpu::Float8 where it is one; `type` is then binary32
    bool complex = false;
    std::int64_t part_bytes = 0;  ///< of the real number, or of each part
    bool swapped = false;         ///< not in the host's byte order
};
[[nodiscard]] NumberShape number_shape(const Format& format) noexcept;

/// Conversion of one real number, or of one part of a complex one, from host number to host number.
[[nodiscard]] ConversionPipeline number_pipeline(const NumberShape& to, const NumberShape& from) noexcept;

/// What comes before `loss`; loss is NULL where no value can be lost.
struct LossPipeline {
    ConversionPipeline before;
    cpu::LossKernel* loss = nullptr;
};
[[nodiscard]] LossPipeline loss_pipeline(const NumberShape& to, const NumberShape& from) noexcept;
/// Finds imaginary parts that are not 0.
[[nodiscard]] LossPipeline imaginary_loss_pipeline(const NumberShape& from) noexcept;
/// Makes a boolean true where the imaginary part is not 0.
[[nodiscard]] ConversionPipeline imaginary_truth_pipeline(const NumberShape& from) noexcept;

/// Bytes that a change of byte order reverses at once: 1 where it changes nothing.
[[nodiscard]] std::int64_t swap_unit(const Format& scalar) noexcept;

/// "uint8", "float32", "complex64", "bfloat16", "float8_e4m3fn"; other kinds as Format::to_string() prints them. Long texts are cut.
[[nodiscard]] std::string name_of(const Format& format);
/// The value as people write it: "300", "-0.5", "nan", "(1+2j)", "true".
[[nodiscard]] std::string value_text(const Format& number, const std::byte* item);

}  // namespace ndlease::detail
