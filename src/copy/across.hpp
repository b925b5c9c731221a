// SPDX-License-Identifier: Apache-2.0
// Copies between two devices that do not reach each other's memory: packed on one, sent, unpacked on the other.
#pragma once

#include "copy/device_copy.hpp"

#include <ndlease/stream.hpp>

namespace ndlease::copying {

/// `stream` is of one of the two devices. Where a side has gaps, the other device's stream is ndlease's own, ordered after and before `stream`, and device
/// memory is taken for a part at a time. Throws as run_device_copy.
void copy_across(const DeviceJob& job, StreamRef stream);

}  // namespace ndlease::copying
