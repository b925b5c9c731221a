// SPDX-License-Identifier: Apache-2.0
// Whether one device's kernels may read and write another's memory, as backend::Backend says.
#pragma once

namespace ndlease::gpu {

[[nodiscard]] bool peer_access(int user, int owner);

}  // namespace ndlease::gpu
