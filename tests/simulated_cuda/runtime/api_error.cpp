// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <map>
#include <string>

#include "call.hpp"
#include "error_names.hpp"

using namespace simulated_cuda;  // NOLINT: every function here is one of CUDA's

namespace {
// "cudaErrorIllegalAddress" -> "illegal address"
std::string in_words(const std::string& name) {
    if (name == "cudaSuccess") {
        return "no error";
    }
    std::string words;
    for (const char letter : name.substr(9)) {
        if (std::isupper(static_cast<unsigned char>(letter)) != 0 && !words.empty()) {
            words += ' ';
        }
        words += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    return words;
}

const std::map<int, std::string>& texts() {
    static const auto& leaked = *new std::map<int, std::string>([] {
        std::map<int, std::string> made;
        for (const ErrorName& error : error_names()) {
            made[error.number] = in_words(error.name);
        }
        return made;
    }());
    return leaked;
}
}  // namespace

extern "C" {

cudaError_t cudaGetLastError(void) {
    cudaError_t last = cudaSuccess;
    const cudaError_t refused = api("cudaGetLastError", nullptr, Counted::no, [&](const Call& call) {
        last = std::exchange(call.thread.last_error, cudaSuccess);
        return cudaSuccess;
    });
    return refused != cudaSuccess ? refused : last;
}
cudaError_t cudaPeekAtLastError(void) {
    cudaError_t last = cudaSuccess;
    const cudaError_t refused = api("cudaPeekAtLastError", nullptr, Counted::no, [&](const Call& call) {
        last = call.thread.last_error;
        return cudaSuccess;
    });
    return refused != cudaSuccess ? refused : last;
}

const char* cudaGetErrorName(cudaError_t error) {
    for (const ErrorName& known : error_names()) {
        if (known.number == static_cast<int>(error)) {
            return known.name;
        }
    }
    return "unrecognized error code";
}
const char* cudaGetErrorString(cudaError_t error) {
    const auto found = texts().find(static_cast<int>(error));
    return found == texts().end() ? "unrecognized error code" : found->second.c_str();
}
}

namespace simulated_cuda {
bool is_sticky(cudaError_t error) {
    switch (error) {
        case cudaErrorECCUncorrectable:
        case cudaErrorNvlinkUncorrectable:
        case cudaErrorContained:
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
        case cudaErrorTensorMemoryLeak:
        case cudaErrorExternalDevice: return true;
        default: return false;
    }
}
}  // namespace simulated_cuda
