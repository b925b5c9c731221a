// SPDX-License-Identifier: Apache-2.0
#include "classify.hpp"

namespace ndlease::gpu {

bool is_sticky(cudaError_t code) noexcept {
    switch (static_cast<int>(code)) {
        case cudaErrorECCUncorrectable:
        case cudaErrorNvlinkUncorrectable:
        case 226:  // cudaErrorContained, since CUDA 12.6
        case cudaErrorIllegalAddress:
        case cudaErrorLaunchTimeout:
        case cudaErrorContextIsDestroyed:
        case cudaErrorAssert:
        case cudaErrorHardwareStackError:
        case cudaErrorIllegalInstruction:
        case cudaErrorMisalignedAddress:
        case cudaErrorInvalidAddressSpace:
        case cudaErrorInvalidPc:
        case cudaErrorLaunchFailure:
        case 721:  // cudaErrorTensorMemoryLeak, since CUDA 12.8
        case cudaErrorMpsClientTerminated:
        case cudaErrorExternalDevice: return true;
        default: return false;
    }
}

detail::Outcome outcome_of(cudaError_t code) noexcept {
    using detail::Outcome;
    if (code >= cudaErrorStreamCaptureUnsupported && code <= cudaErrorStreamCaptureWrongThread) return Outcome::capturing;
    if (is_sticky(code)) return Outcome::device_lost;
    switch (code) {
        case cudaSuccess: return Outcome::ok;
        case cudaErrorNotReady: return Outcome::not_ready;
        case cudaErrorCudartUnloading: return Outcome::unavailable;
        case cudaErrorMemoryAllocation: return Outcome::out_of_memory;
        default: return Outcome::failed;
    }
}

}  // namespace ndlease::gpu
