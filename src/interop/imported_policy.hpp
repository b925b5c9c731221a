// SPDX-License-Identifier: Apache-2.0
// When the owner of imported memory gets it back, whatever protocol it came by.
#pragma once

#include <optional>

#include <ndlease/device.hpp>
#include <ndlease/lease.hpp>

namespace ndlease::detail {

/// The policy for an owner that knows no streams: `wish`, else deferred() for memory that streams use, so that nothing is freed under their work and nobody
/// blocks for it. For plain host memory wait(), which runs the callback at once unless the caller recorded a use: a resize right after the last View is then
/// no surprise.
[[nodiscard]] inline ReleasePolicy imported_policy(const std::optional<ReleasePolicy>& wish, Device device) {
    if (wish) return *wish;
    return device.type == DeviceType::cpu ? ReleasePolicy::wait() : ReleasePolicy::deferred();
}

}  // namespace ndlease::detail
