// SPDX-License-Identifier: Apache-2.0
// What a ConversionProgram is made of: steps that write a part of each item, and checks that read a part of each item.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <ndlease/format.hpp>

#include "cpu/convert_number.hpp"
#include "cpu/simd/convert.hpp"

namespace ndlease::detail {

/// A repetition inside the item (sub-arrays, the parts of complex numbers); strides in bytes.
struct ConversionLoop {
    std::int64_t count;
    std::int64_t dst_stride;
    std::int64_t src_stride;
};

/// At most three kernels one after the other, through small buffers: to host byte order, convert, to the destination's byte order.
struct ConversionPipeline {
    static constexpr int max_kernels = 3;
    std::array<cpu::ConvertKernel*, max_kernels> kernels{};
    std::array<std::uint8_t, max_kernels> result_bytes{};  ///< of each kernel's items in its buffer
    int size = 0;
    cpu::VectorKernel* vectors = nullptr;  ///< does the same to contiguous runs, where the pipeline is one kernel; may be NULL
    bool clear_first = false;              ///< an x87 number fills 10 of its bytes, and the others are swapped along into the destination

    void append(cpu::ConvertKernel* kernel, std::int64_t bytes) noexcept {
        const auto at = static_cast<std::size_t>(size++);
        kernels[at] = kernel;
        result_bytes[at] = static_cast<std::uint8_t>(bytes);
    }
};

/// Writes one part of an item. Loops are ordered from the outermost in.
struct ConversionStep {
    enum class Kind : std::uint8_t {
        copy,    ///< `bytes` bytes
        zero,    ///< `bytes` bytes
        swap,    ///< `bytes` bytes in units of `unit` bytes
        number,  ///< `pipeline`
        pascal,  ///< a Pascal string of `src_bytes` into one of `bytes`
    };
    Kind kind;
    std::int64_t dst_offset;
    std::int64_t src_offset;
    std::int64_t bytes;          ///< written per repetition
    std::int64_t src_bytes = 0;  ///< read per repetition, of a number or a Pascal string
    std::int64_t unit = 1;
    ConversionPipeline pipeline = {};
    std::vector<ConversionLoop> loops = {};
    std::string what = {};  ///< "a.b: int32 -> float64", for describe()

    [[nodiscard]] bool is_one_block() const noexcept { return (kind == Kind::copy || kind == Kind::swap) && loops.empty(); }
};

/// Finds items whose part would change.
struct ConversionCheck {
    enum class Kind : std::uint8_t {
        number,  ///< `pipeline`, then `loss`
        tail,    ///< any of `bytes` bytes is not zero
        pascal,  ///< the length byte says more than `bytes`
    };
    Kind kind;
    std::int64_t src_offset;
    std::int64_t bytes = 0;
    ConversionPipeline pipeline = {};
    cpu::LossKernel* loss = nullptr;
    Format to = {};    ///< of the scalar that is checked, for messages
    Format from = {};  ///< starts `scalar_offset` bytes before src_offset
    std::int64_t scalar_offset = 0;
    std::vector<ConversionLoop> loops = {};
    std::string path = {};  ///< "a.b"; empty when the item itself is the scalar
};

}  // namespace ndlease::detail
