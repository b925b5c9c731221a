// SPDX-License-Identifier: Apache-2.0
// A library of C++ Views.
#include "libraries.h"

#include <atomic>
#include <limits>
#include <memory>
#include <numeric>
#include <vector>

#include <ndlease/ndlease.h>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/c_abi.hpp>
#include <ndlease/typed_view.hpp>

using namespace ndlease;

namespace {

std::atomic<int> live{0};

}  // namespace

int linked_live(void) { return live; }

int linked_lend(ndl_view* out) {
    auto numbers = std::make_unique<std::vector<double>>(1000);
    std::iota(numbers->begin(), numbers->end(), 0.0);
    double* const data = numbers->data();
    const View view = View::lend(data, Device::cpu(), Format::of<double>(), Layout::c_order({10, 5, 20}, sizeof(double)),
                                 {.allocation = {data, 8000}, .release = [kept = std::move(numbers)](const ReleaseInfo&) { --live; }});
    ++live;
    *out = c_abi::export_view(view);
    return NDL_OK;
}

double linked_sum_of_values(ndl_view* view, int* status) {
    try {
        *status = NDL_OK;
        const View values = c_abi::import_view(*view).field("value").index(-1, 0);
        const auto typed = values.typed<const double, 2>();
        double sum = 0;
        for (std::int64_t i = 0; i < values.shape()[0]; ++i) {
            for (std::int64_t j = 0; j < values.shape()[1]; ++j) sum += typed(i, j);
        }
        return sum;
    } catch (const Error& error) {
        *status = static_cast<int>(error.code());
        return std::numeric_limits<double>::quiet_NaN();
    }
}

int linked_values(const ndl_view* view, ndl_view* out, ndl_error* error) {
    ndl_view values = {};
    if (const int status = ndl_view_field(view, "value", &values, error); status != NDL_OK) return status;
    const int status = ndl_view_index(&values, -1, 0, out, error);
    ndl_view_release(&values);
    return status;
}

int linked_copy(const ndl_view* view, ndl_view* out, ndl_error* error) { return ndl_contiguous(view, NDL_ORDER_C, nullptr, nullptr, out, error); }
