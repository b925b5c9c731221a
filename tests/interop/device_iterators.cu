// SPDX-License-Identifier: Apache-2.0
// Iterators over strided Views in kernels and in CUB's algorithms, against the host's own walk.
#include "interop/device_iterators.hpp"

#include <cuda_runtime_api.h>
#include <cub/device/device_segmented_reduce.cuh>

#include <stdexcept>
#include <string>

#include <ndlease/access.hpp>
#include <ndlease/copy.hpp>
#include <ndlease/element_iterator.hpp>
#include <ndlease/interop/cub.hpp>

namespace ndlease::testing {
namespace {

__global__ void number(ElementIterator<double> first, std::int64_t size) {
    const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i < size) first[i] = static_cast<double>(i);
}

/// Each thread begins somewhere in the walk, goes one step on and comes back.
__global__ void check_walk(ElementIterator<const double> first, std::int64_t size, int* wrong) {
    const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i + 1 >= size) return;
    auto at = first + i;
    const double here = *at++;
    const double next = *at--;
    if (here != static_cast<double>(i) || next != here + 1 || *at != here || at - first != i) atomicAdd(wrong, 1);
}

}  // namespace

int wrong_elements_on_device() {
    const Stream stream = Stream::make(Device::cuda(0));
    const std::int64_t shape[] = {9, 14, 22};
    const View whole = allocate(Format::of<double>(), shape, Order::c, device_pool(Device::cuda(0)), stream);
    const View view = whole.permute({2, 0, 1}).slice(0, {}, {}, 3).flip(1).slice(2, 1, 12);  // no two axes can be joined
    const View sums = allocate(Format::of<double>(), {view.shape()[0]}, Order::c, pinned_memory());
    const View wrong = allocate(Format::of<int>(), {1}, Order::c, pinned_memory());
    wrong.typed<int, 1>()(0) = 0;
    const Segments parts = segments(view, 2);
    {
        const Access use(whole, stream);
        const Access use_sums(sums, stream);
        const Access use_wrong(wrong, stream);
        const auto range = elements<double>(view, Order::c, Device::cuda(0));
        const auto constant = elements<const double>(view, Order::c, Device::cuda(0));
        const auto blocks = static_cast<unsigned>((range.size() + 127) / 128);
        number<<<blocks, 128, 0, stream.ref().cuda()>>>(range.begin(), range.size());
        check_walk<<<blocks, 128, 0, stream.ref().cuda()>>>(constant.begin(), constant.size(), static_cast<int*>(wrong.mutable_data()));
        const cudaError_t status = with_temporary_storage(stream, device_pool(Device::cuda(0)), [&](void* storage, std::size_t& bytes) {
            return cub::DeviceSegmentedReduce::Sum(storage, bytes, constant.begin(), static_cast<double*>(sums.mutable_data()), parts.count, parts.begins(),
                                                   parts.ends(), stream.ref().cuda());
        });
        if (status != cudaSuccess || cudaGetLastError() != cudaSuccess) throw std::runtime_error(std::string("CUDA refuses: ") + cudaGetErrorName(status));
    }
    const View host = to(whole, Device::cpu(), StreamRef::host());
    const auto found = host.permute({2, 0, 1}).slice(0, {}, {}, 3).flip(1).slice(2, 1, 12).typed<const double, 3>();
    const auto totals = to(sums, Device::cpu(), StreamRef::host());
    int errors = to(wrong, Device::cpu(), StreamRef::host()).typed<const int, 1>()(0);
    double next = 0;
    for (std::int64_t i = 0; i < found.extent(0); ++i) {
        double sum = 0;
        for (std::int64_t j = 0; j < found.extent(1); ++j) {
            for (std::int64_t k = 0; k < found.extent(2); ++k) {
                errors += found(i, j, k) == next ? 0 : 1;
                sum += next++;
            }
        }
        errors += totals.typed<const double, 1>()(i) == sum ? 0 : 1;
    }
    return errors;
}

}  // namespace ndlease::testing
