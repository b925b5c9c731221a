// SPDX-License-Identifier: Apache-2.0
// The Views that the pipeline's libraries work on: parts of one buffer, all on its lease.
#pragma once

#include <complex>
#include <cstdint>

#include <ndlease/format_types.hpp>
#include <ndlease/view.hpp>

namespace pipeline {

inline constexpr std::int64_t rows = 96, inner = 64, columns = 80;
inline constexpr std::int64_t noise_bytes = inner * (rows + columns) * 4, product_bytes = rows * columns * 4, spectrum_bytes = (rows / 2 + 1) * columns * 8;
inline constexpr std::int64_t bytes = noise_bytes + product_bytes + spectrum_bytes;

struct Parts {
    ndlease::View noise;     ///< random numbers, one after the other
    ndlease::View a;         ///< (rows, inner) of them, transposed in memory
    ndlease::View b;         ///< (inner, columns) of them
    ndlease::View product;   ///< (rows, columns): a b
    ndlease::View spectrum;  ///< (rows/2+1, columns): the transform of each of the product's columns
    ndlease::View column;    ///< the real parts of one column of the spectrum: every 160th float

    explicit Parts(const ndlease::View& buffer) {
        const auto part = [&](std::int64_t first, std::int64_t size, const ndlease::Format& format) {
            return buffer.slice(0, first, first + size).reinterpret(format);
        };
        const ndlease::Format real = ndlease::Format::of<float>();
        noise = part(0, noise_bytes, real);
        a = noise.slice(0, 0, inner * rows).reshape({inner, rows}).transpose();
        b = noise.slice(0, inner * rows, {}).reshape({inner, columns});
        product = part(noise_bytes, product_bytes, real).reshape({rows, columns});
        spectrum = part(noise_bytes + product_bytes, spectrum_bytes, ndlease::Format::of<std::complex<float>>()).reshape({rows / 2 + 1, columns});
        column = spectrum.real().index(1, 3);
    }
};

}  // namespace pipeline
