// SPDX-License-Identifier: Apache-2.0
#include "error_names.hpp"

#include <cuda_runtime_api.h>

namespace simulated_cuda {

std::span<const ErrorName> error_names() {
#define SIMULATED_CUDA_ERROR(name) {name, #name},
    static constexpr ErrorName names[] = {
        SIMULATED_CUDA_ERROR(cudaSuccess) SIMULATED_CUDA_ERROR(cudaErrorInvalidValue) SIMULATED_CUDA_ERROR(cudaErrorMemoryAllocation) SIMULATED_CUDA_ERROR(
            cudaErrorInitializationError) SIMULATED_CUDA_ERROR(cudaErrorCudartUnloading) SIMULATED_CUDA_ERROR(cudaErrorProfilerDisabled)
            SIMULATED_CUDA_ERROR(cudaErrorProfilerNotInitialized) SIMULATED_CUDA_ERROR(cudaErrorProfilerAlreadyStarted) SIMULATED_CUDA_ERROR(
                cudaErrorProfilerAlreadyStopped) SIMULATED_CUDA_ERROR(cudaErrorInvalidConfiguration) SIMULATED_CUDA_ERROR(cudaErrorInvalidPitchValue)
                SIMULATED_CUDA_ERROR(cudaErrorInvalidSymbol) SIMULATED_CUDA_ERROR(cudaErrorInvalidHostPointer) SIMULATED_CUDA_ERROR(
                    cudaErrorInvalidDevicePointer) SIMULATED_CUDA_ERROR(cudaErrorInvalidTexture) SIMULATED_CUDA_ERROR(cudaErrorInvalidTextureBinding)
                    SIMULATED_CUDA_ERROR(cudaErrorInvalidChannelDescriptor) SIMULATED_CUDA_ERROR(cudaErrorInvalidMemcpyDirection) SIMULATED_CUDA_ERROR(
                        cudaErrorAddressOfConstant) SIMULATED_CUDA_ERROR(cudaErrorTextureFetchFailed) SIMULATED_CUDA_ERROR(cudaErrorTextureNotBound)
                        SIMULATED_CUDA_ERROR(cudaErrorSynchronizationError) SIMULATED_CUDA_ERROR(cudaErrorInvalidFilterSetting) SIMULATED_CUDA_ERROR(
                            cudaErrorInvalidNormSetting) SIMULATED_CUDA_ERROR(cudaErrorMixedDeviceExecution) SIMULATED_CUDA_ERROR(cudaErrorNotYetImplemented)
                            SIMULATED_CUDA_ERROR(cudaErrorMemoryValueTooLarge) SIMULATED_CUDA_ERROR(cudaErrorStubLibrary) SIMULATED_CUDA_ERROR(
                                cudaErrorInsufficientDriver) SIMULATED_CUDA_ERROR(cudaErrorCallRequiresNewerDriver)
                                SIMULATED_CUDA_ERROR(cudaErrorInvalidSurface) SIMULATED_CUDA_ERROR(cudaErrorDuplicateVariableName) SIMULATED_CUDA_ERROR(
                                    cudaErrorDuplicateTextureName) SIMULATED_CUDA_ERROR(cudaErrorDuplicateSurfaceName)
                                    SIMULATED_CUDA_ERROR(cudaErrorDevicesUnavailable) SIMULATED_CUDA_ERROR(
                                        cudaErrorIncompatibleDriverContext) SIMULATED_CUDA_ERROR(cudaErrorMissingConfiguration)
                                        SIMULATED_CUDA_ERROR(cudaErrorPriorLaunchFailure) SIMULATED_CUDA_ERROR(cudaErrorLaunchMaxDepthExceeded)
                                            SIMULATED_CUDA_ERROR(cudaErrorLaunchFileScopedTex) SIMULATED_CUDA_ERROR(
                                                cudaErrorLaunchFileScopedSurf) SIMULATED_CUDA_ERROR(cudaErrorSyncDepthExceeded)
                                                SIMULATED_CUDA_ERROR(cudaErrorLaunchPendingCountExceeded) SIMULATED_CUDA_ERROR(
                                                    cudaErrorInvalidDeviceFunction) SIMULATED_CUDA_ERROR(cudaErrorNoDevice)
                                                    SIMULATED_CUDA_ERROR(cudaErrorInvalidDevice) SIMULATED_CUDA_ERROR(
                                                        cudaErrorDeviceNotLicensed) SIMULATED_CUDA_ERROR(cudaErrorSoftwareValidityNotEstablished)
                                                        SIMULATED_CUDA_ERROR(cudaErrorStartupFailure) SIMULATED_CUDA_ERROR(
                                                            cudaErrorInvalidKernelImage) SIMULATED_CUDA_ERROR(cudaErrorDeviceUninitialized)
                                                            SIMULATED_CUDA_ERROR(cudaErrorMapBufferObjectFailed) SIMULATED_CUDA_ERROR(
                                                                cudaErrorUnmapBufferObjectFailed) SIMULATED_CUDA_ERROR(cudaErrorArrayIsMapped)
                                                                SIMULATED_CUDA_ERROR(
                                                                    cudaErrorAlreadyMapped) SIMULATED_CUDA_ERROR(cudaErrorNoKernelImageForDevice)
                                                                    SIMULATED_CUDA_ERROR(cudaErrorAlreadyAcquired) SIMULATED_CUDA_ERROR(
                                                                        cudaErrorNotMapped) SIMULATED_CUDA_ERROR(cudaErrorNotMappedAsArray)
                                                                        SIMULATED_CUDA_ERROR(cudaErrorNotMappedAsPointer) SIMULATED_CUDA_ERROR(
                                                                            cudaErrorECCUncorrectable) SIMULATED_CUDA_ERROR(cudaErrorUnsupportedLimit)
                                                                            SIMULATED_CUDA_ERROR(cudaErrorDeviceAlreadyInUse) SIMULATED_CUDA_ERROR(
                                                                                cudaErrorPeerAccessUnsupported) SIMULATED_CUDA_ERROR(cudaErrorInvalidPtx)
                                                                                SIMULATED_CUDA_ERROR(cudaErrorInvalidGraphicsContext) SIMULATED_CUDA_ERROR(
                                                                                    cudaErrorNvlinkUncorrectable) SIMULATED_CUDA_ERROR(cudaErrorJitCompilerNotFound)
                                                                                    SIMULATED_CUDA_ERROR(cudaErrorUnsupportedPtxVersion) SIMULATED_CUDA_ERROR(
                                                                                        cudaErrorJitCompilationDisabled) SIMULATED_CUDA_ERROR(cudaErrorUnsupportedExecAffinity)
                                                                                        SIMULATED_CUDA_ERROR(cudaErrorUnsupportedDevSideSync) SIMULATED_CUDA_ERROR(
                                                                                            cudaErrorContained) SIMULATED_CUDA_ERROR(cudaErrorInvalidSource)
                                                                                            SIMULATED_CUDA_ERROR(
                                                                                                cudaErrorFileNotFound) SIMULATED_CUDA_ERROR(cudaErrorSharedObjectSymbolNotFound)
                                                                                                SIMULATED_CUDA_ERROR(cudaErrorSharedObjectInitFailed) SIMULATED_CUDA_ERROR(
                                                                                                    cudaErrorOperatingSystem)
                                                                                                    SIMULATED_CUDA_ERROR(cudaErrorInvalidResourceHandle) SIMULATED_CUDA_ERROR(
                                                                                                        cudaErrorIllegalState) SIMULATED_CUDA_ERROR(cudaErrorLossyQuery)
                                                                                                        SIMULATED_CUDA_ERROR(cudaErrorSymbolNotFound) SIMULATED_CUDA_ERROR(
                                                                                                            cudaErrorNotReady) SIMULATED_CUDA_ERROR(cudaErrorIllegalAddress)
                                                                                                            SIMULATED_CUDA_ERROR(cudaErrorLaunchOutOfResources) SIMULATED_CUDA_ERROR(
                                                                                                                cudaErrorLaunchTimeout) SIMULATED_CUDA_ERROR(cudaErrorLaunchIncompatibleTexturing)
                                                                                                                SIMULATED_CUDA_ERROR(cudaErrorPeerAccessAlreadyEnabled) SIMULATED_CUDA_ERROR(
                                                                                                                    cudaErrorPeerAccessNotEnabled) SIMULATED_CUDA_ERROR(cudaErrorSetOnActiveProcess)
                                                                                                                    SIMULATED_CUDA_ERROR(cudaErrorContextIsDestroyed) SIMULATED_CUDA_ERROR(
                                                                                                                        cudaErrorAssert) SIMULATED_CUDA_ERROR(cudaErrorTooManyPeers)
                                                                                                                        SIMULATED_CUDA_ERROR(cudaErrorHostMemoryAlreadyRegistered) SIMULATED_CUDA_ERROR(
                                                                                                                            cudaErrorHostMemoryNotRegistered)
                                                                                                                            SIMULATED_CUDA_ERROR(
                                                                                                                                cudaErrorHardwareStackError) SIMULATED_CUDA_ERROR(cudaErrorIllegalInstruction) SIMULATED_CUDA_ERROR(cudaErrorMisalignedAddress) SIMULATED_CUDA_ERROR(cudaErrorInvalidAddressSpace) SIMULATED_CUDA_ERROR(cudaErrorInvalidPc) SIMULATED_CUDA_ERROR(cudaErrorLaunchFailure) SIMULATED_CUDA_ERROR(cudaErrorCooperativeLaunchTooLarge) SIMULATED_CUDA_ERROR(cudaErrorTensorMemoryLeak) SIMULATED_CUDA_ERROR(cudaErrorNotPermitted) SIMULATED_CUDA_ERROR(cudaErrorNotSupported) SIMULATED_CUDA_ERROR(cudaErrorSystemNotReady) SIMULATED_CUDA_ERROR(cudaErrorSystemDriverMismatch) SIMULATED_CUDA_ERROR(cudaErrorCompatNotSupportedOnDevice) SIMULATED_CUDA_ERROR(cudaErrorMpsConnectionFailed)
                                                                                                                                SIMULATED_CUDA_ERROR(
                                                                                                                                    cudaErrorMpsRpcFailure) SIMULATED_CUDA_ERROR(cudaErrorMpsServerNotReady)
                                                                                                                                    SIMULATED_CUDA_ERROR(
                                                                                                                                        cudaErrorMpsMaxClientsReached) SIMULATED_CUDA_ERROR(cudaErrorMpsMaxConnectionsReached)
                                                                                                                                        SIMULATED_CUDA_ERROR(
                                                                                                                                            cudaErrorMpsClientTerminated) SIMULATED_CUDA_ERROR(cudaErrorCdpNotSupported)
                                                                                                                                            SIMULATED_CUDA_ERROR(cudaErrorCdpVersionMismatch) SIMULATED_CUDA_ERROR(
                                                                                                                                                cudaErrorStreamCaptureUnsupported) SIMULATED_CUDA_ERROR(cudaErrorStreamCaptureInvalidated)
                                                                                                                                                SIMULATED_CUDA_ERROR(cudaErrorStreamCaptureMerge) SIMULATED_CUDA_ERROR(
                                                                                                                                                    cudaErrorStreamCaptureUnmatched) SIMULATED_CUDA_ERROR(cudaErrorStreamCaptureUnjoined)
                                                                                                                                                    SIMULATED_CUDA_ERROR(cudaErrorStreamCaptureIsolation) SIMULATED_CUDA_ERROR(
                                                                                                                                                        cudaErrorStreamCaptureImplicit)
                                                                                                                                                        SIMULATED_CUDA_ERROR(cudaErrorCapturedEvent) SIMULATED_CUDA_ERROR(
                                                                                                                                                            cudaErrorStreamCaptureWrongThread)
                                                                                                                                                            SIMULATED_CUDA_ERROR(cudaErrorTimeout) SIMULATED_CUDA_ERROR(
                                                                                                                                                                cudaErrorGraphExecUpdateFailure)
                                                                                                                                                                SIMULATED_CUDA_ERROR(
                                                                                                                                                                    cudaErrorExternalDevice)
                                                                                                                                                                    SIMULATED_CUDA_ERROR(
                                                                                                                                                                        cudaErrorInvalidClusterSize)
                                                                                                                                                                        SIMULATED_CUDA_ERROR(
                                                                                                                                                                            cudaErrorFunctionNotLoaded)
                                                                                                                                                                            SIMULATED_CUDA_ERROR(
                                                                                                                                                                                cudaErrorInvalidResourceType)
                                                                                                                                                                                SIMULATED_CUDA_ERROR(
                                                                                                                                                                                    cudaErrorInvalidResourceConfiguration)
                                                                                                                                                                                    SIMULATED_CUDA_ERROR(
                                                                                                                                                                                        cudaErrorUnknown)};
#undef SIMULATED_CUDA_ERROR
    return names;
}

}  // namespace simulated_cuda
