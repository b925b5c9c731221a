// SPDX-License-Identifier: Apache-2.0
// Four libraries work on parts of one device buffer, each on a stream of its own: cuRAND fills it, cuBLAS multiplies a transposed part with another, cuFFT
// transforms along a strided axis, Thrust sorts a strided column in place. Nothing is copied, nobody waits on the host, and the buffer goes back once.
#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <cufft.h>
#include <curand.h>
#include <thrust/execution_policy.h>
#include <thrust/sort.h>

#include <cstdio>
#include <stdexcept>

#include <ndlease/access.hpp>
#include <ndlease/copy.hpp>
#include <ndlease/interop/cublas.hpp>
#include <ndlease/interop/cufft.hpp>
#include <ndlease/interop/thrust.hpp>

#include "check.hpp"

using namespace ndlease;

template <class Status>
void check(Status status) {
    if (static_cast<int>(status) != 0) throw std::runtime_error("a library call failed with status " + std::to_string(static_cast<int>(status)));
}

double run(const View& buffer, StreamRef random) {
    const pipeline::Parts parts(buffer);
    const Stream products = Stream::make(Device::cuda(0)), spectra = Stream::make(Device::cuda(0)), sorting = Stream::make(Device::cuda(0));
    curandGenerator_t generator;
    cublasHandle_t blas;
    cufftHandle fft;
    std::size_t work = 0;
    const cufft::PlanMany plan = cufft::plan_many(parts.spectrum, parts.product, {0});
    check(curandCreateGenerator(&generator, CURAND_RNG_PSEUDO_PHILOX4_32_10));
    check(curandSetStream(generator, random.cuda()));
    check(cublasCreate(&blas));
    check(cublasSetStream(blas, products.ref().cuda()));
    check(cufftCreate(&fft));
    check(cufft::make_plan<cufftType>(fft, plan, &work));
    check(cufftSetStream(fft, spectra.ref().cuda()));
    {
        const Access use(parts.noise, random);
        check(curandGenerateUniform(generator, static_cast<float*>(parts.noise.mutable_data()), static_cast<std::size_t>(parts.noise.size())));
    }
    {
        const Access use(parts.product, products);
        const float one = 1, zero = 0;
        check(cublas::run(blas, cublas::gemm(parts.product, parts.a, parts.b), &one, &zero, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT));
    }
    {
        const Access use(parts.spectrum, spectra);
        check(cufftExecR2C(fft, static_cast<float*>(const_cast<void*>(plan.in)), static_cast<cufftComplex*>(plan.out)));
    }
    {
        const PolicyScope scope(thrust::cuda::par_nosync, sorting, writes(parts.column));
        const auto column = line<float>(parts.column, Device::cuda(0));
        thrust::sort(scope.policy(), column.begin(), column.end());
    }
    const View result = to(buffer, Device::cpu(), StreamRef::host());  // waits for the sort, which waited for all the others
    check(cufftDestroy(fft)), check(cublasDestroy(blas)), check(curandDestroyGenerator(generator));
    return pipeline::largest_error(pipeline::Parts(result));
}

int main() {
    if (cuda_device_count() == 0) return std::printf("skipped: %s\n", cuda_absence().c_str()), 77;
    const Stream random = Stream::make(Device::cuda(0));
    void* memory = nullptr;
    check(cudaMallocAsync(&memory, pipeline::bytes, random.ref().cuda()));
    static int given_back = 0;
    const auto give_back = [memory](const ReleaseInfo& info) { given_back += cudaFreeAsync(memory, info.stream.cuda()) == cudaSuccess ? 1 : 100; };
    View buffer = View::lend(memory, Device::cuda(0), Format(), Layout::c_order({pipeline::bytes}, 1),
                             {.policy = ReleasePolicy::in_order_of(random), .ready = random.ref(), .release = give_back});
    const double error = run(buffer, random);
    buffer = View();
    std::printf("largest error %.1e; the buffer was given back %d time(s)\n", error, given_back);
    return error < 1e-6 && given_back == 1 ? 0 : 1;
}
