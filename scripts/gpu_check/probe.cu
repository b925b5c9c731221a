// SPDX-License-Identifier: Apache-2.0
// What gpu_check.sh needs to know of a machine before it believes anything said there: probe device | none | FAULT
// `device` describes the device and the driver, one `name: value` a line; exit 77 where there is none. A FAULT is planted for the
// compute-sanitizer tool that should catch it: out_of_bounds (memcheck), race (racecheck), uninitialised (initcheck), divergent_sync
// (synccheck); `none` runs a kernel without fault, at which none may say anything.
#include <cstdio>
#include <cstring>

#include <cuda_runtime_api.h>

namespace {

constexpr int threads = 64;

__global__ void no_fault(int* items) {
    __shared__ volatile int shared[threads];
    shared[threadIdx.x] = static_cast<int>(threadIdx.x);
    __syncthreads();
    items[threadIdx.x] = shared[threads - 1 - threadIdx.x];
}

__global__ void out_of_bounds(int* items, int count) { items[threadIdx.x + static_cast<unsigned>(count)] = 1; }

__global__ void race(int* items) {
    __shared__ volatile int shared[threads];
    shared[threadIdx.x] = static_cast<int>(threadIdx.x);
    items[threadIdx.x] = shared[threads - 1 - threadIdx.x];  // another warp's item, without a barrier
}

__global__ void uninitialised(int* items, const int* never_written) { items[threadIdx.x] = never_written[threadIdx.x] + 1; }

__global__ void divergent_sync(int* items) {
    if (threadIdx.x < threads / 4) {
        items[threadIdx.x] = 1;
        __syncthreads();  // the rest of the block never comes
        items[threadIdx.x] = 2;
    }
}

bool succeeded(cudaError_t error, const char* what) {
    if (error == cudaSuccess) return true;
    std::fprintf(stderr, "probe: %s: %s\n", what, cudaGetErrorString(error));
    return false;
}

int describe_device() {
    int devices = 0;
    const cudaError_t error = cudaGetDeviceCount(&devices);
    if (error != cudaSuccess || devices == 0) {
        std::printf("no device: %s\n", error == cudaSuccess ? "the driver knows none" : cudaGetErrorString(error));
        return 77;
    }
    cudaDeviceProp properties{};
    int driver = 0, runtime = 0;
    if (!succeeded(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties")) return 1;
    if (!succeeded(cudaDriverGetVersion(&driver), "cudaDriverGetVersion")) return 1;
    if (!succeeded(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion")) return 1;
    std::printf("device: %s\ndevices: %d\nsm: %d%d\nmemory_mib: %zu\n", properties.name, devices, properties.major, properties.minor,
                properties.totalGlobalMem >> 20);
    std::printf("driver_cuda: %d.%d\nruntime_cuda: %d.%d\n", driver / 1000, driver % 1000 / 10, runtime / 1000, runtime % 1000 / 10);
    return 0;
}

int run_fault(const char* fault) {
    int *items = nullptr, *others = nullptr;
    if (!succeeded(cudaMalloc(&items, threads * sizeof(int)), "cudaMalloc")) return 1;
    if (!succeeded(cudaMalloc(&others, threads * sizeof(int)), "cudaMalloc")) return 1;
    if (std::strcmp(fault, "none") == 0) {
        no_fault<<<1, threads>>>(items);
    } else if (std::strcmp(fault, "out_of_bounds") == 0) {
        out_of_bounds<<<1, 1>>>(items, threads);
    } else if (std::strcmp(fault, "race") == 0) {
        race<<<1, threads>>>(items);
    } else if (std::strcmp(fault, "uninitialised") == 0) {
        uninitialised<<<1, threads>>>(items, others);
    } else if (std::strcmp(fault, "divergent_sync") == 0) {
        divergent_sync<<<1, threads>>>(items);
    } else {
        std::fprintf(stderr, "probe: no such fault: %s\n", fault);
        return 2;
    }
    if (!succeeded(cudaGetLastError(), "launch") || !succeeded(cudaDeviceSynchronize(), "cudaDeviceSynchronize")) return 1;
    return succeeded(cudaFree(items), "cudaFree") && succeeded(cudaFree(others), "cudaFree") ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "probe device | none | out_of_bounds | race | uninitialised | divergent_sync\n");
        return 2;
    }
    return std::strcmp(argv[1], "device") == 0 ? describe_device() : run_fault(argv[1]);
}
