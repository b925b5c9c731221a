// SPDX-License-Identifier: Apache-2.0
// The pipeline's results beside sums and transforms by their definitions, on the host.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include <ndlease/typed_view.hpp>

#include "parts.hpp"

namespace pipeline {

/// The largest error of product, spectrum and sorted column, relative to the largest value of each. `parts` is reachable from the CPU.
inline double largest_error(const Parts& parts) {
    const auto a = parts.a.typed<const float, 2>();
    const auto b = parts.b.typed<const float, 2>();
    const auto product = parts.product.typed<const float, 2>();
    const auto spectrum = parts.spectrum.typed<const std::complex<float>, 2>();
    const auto sorted = parts.column.typed<const float, 1>();
    double error = 0;
    std::vector<double> column;
    for (std::int64_t j = 0; j < columns; ++j) {
        std::vector<double> sums;
        for (std::int64_t i = 0; i < rows; ++i) {
            double sum = 0;
            for (std::int64_t k = 0; k < inner; ++k) sum += static_cast<double>(a(i, k)) * static_cast<double>(b(k, j));
            error = std::max(error, std::abs(static_cast<double>(product(i, j)) - sum) / static_cast<double>(inner));
            sums.push_back(sum);
        }
        for (std::int64_t f = 0; f <= rows / 2; ++f) {
            std::complex<double> sum = 0;
            for (std::int64_t i = 0; i < rows; ++i) {
                sum +=
                    sums[static_cast<std::size_t>(i)] * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(f * i % rows) / static_cast<double>(rows));
            }
            const auto value = static_cast<std::complex<double>>(spectrum(f, j));
            const std::complex<double> wanted(j == 3 ? value.real() : sum.real(), sum.imag());  // the real parts of column 3 are sorted
            error = std::max(error, std::abs(value - wanted) / static_cast<double>(inner * rows));
            if (j == 3) column.push_back(sum.real());
        }
    }
    std::sort(column.begin(), column.end());
    for (std::size_t f = 0; f < column.size(); ++f) {
        error = std::max(error, std::abs(static_cast<double>(sorted(static_cast<std::int64_t>(f))) - column[f]) / static_cast<double>(inner * rows));
    }
    return error;
}

}  // namespace pipeline
