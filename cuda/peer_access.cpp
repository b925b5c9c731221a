// SPDX-License-Identifier: Apache-2.0
#include "peer_access.hpp"

#include <cuda_runtime_api.h>

#include "devices.hpp"
#include "error.hpp"
#include "isolated.hpp"
#include "pool_memory.hpp"

namespace ndlease::gpu {

bool peer_access(int user, int owner) {
    if (user == owner) return true;
    check_ordinal(user);
    check_ordinal(owner);
    int possible = 0;
    check(isolated(any_device, [&] { return cudaDeviceCanAccessPeer(&possible, user, owner); }), "cudaDeviceCanAccessPeer", user);
    if (possible == 0) return false;
    const cudaError_t code = isolated(user, [&] { return cudaDeviceEnablePeerAccess(owner, 0); });
    if (code != cudaErrorPeerAccessAlreadyEnabled) {
        if (code == cudaErrorTooManyPeers) return false;
        check(code, "cudaDeviceEnablePeerAccess", user);
    }
    open_pool_to(owner, user);  // memory of pools has a door of its own
    return true;
}

}  // namespace ndlease::gpu
