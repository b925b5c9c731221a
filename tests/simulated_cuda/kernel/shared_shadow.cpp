// SPDX-License-Identifier: Apache-2.0
#include "shared_shadow.hpp"

namespace simulated_cuda {

void SharedShadow::begin_block() {
    if (epoch_ > 0xF0000000U) {
        bytes_.assign(bytes_.size(), Byte{});
        epoch_ = 0;
    }
    first_epoch_ = ++epoch_;
}

bool SharedShadow::concurrent(const Touch& touch, const Touch& now) {
    if (touch.epoch != now.epoch || touch.thread == now.thread) {
        return false;
    }
    return touch.warp != now.warp || touch.warp_epoch == now.warp_epoch;
}

void SharedShadow::merge(Touch& readers, const Touch& now) {
    const bool keep = readers.epoch == now.epoch && readers.thread != now.thread && concurrent(readers, now);
    if (!keep) {
        readers = now;  // what it replaces is ordered before
        return;
    }
    readers.thread = kSeveral;
    if (readers.warp != now.warp) {
        readers.warp = kSeveral;
    }
}

SharedFinding SharedShadow::access(const CudaThread& thread, std::size_t offset, unsigned bytes, AccessKind kind) {
    SharedFinding finding;
    const unsigned warp = thread.warp();
    const Touch now{epoch_, warp_epochs_[warp], static_cast<std::uint16_t>(thread.linear), static_cast<std::uint16_t>(warp)};
    for (Byte* byte = &bytes_[offset]; byte != &bytes_[offset] + bytes; ++byte) {
        const bool written = byte->write.epoch >= first_epoch_ || byte->atomic.epoch >= first_epoch_;
        if (kind == AccessKind::load || kind == AccessKind::atomic) {
            finding.uninitialised |= !written;
            if (concurrent(byte->write, now) || (kind == AccessKind::load && concurrent(byte->atomic, now))) {
                finding.race = "read after write";
            }
        }
        if (kind == AccessKind::store && (concurrent(byte->write, now) || concurrent(byte->atomic, now))) {
            finding.race = "write after write";
        }
        if (kind != AccessKind::load && concurrent(byte->read, now)) {
            finding.race = "write after read";
        }
        switch (kind) {
            case AccessKind::load: merge(byte->read, now); break;
            case AccessKind::store: byte->write = now; break;
            case AccessKind::atomic: merge(byte->atomic, now); break;
        }
    }
    return finding;
}

}  // namespace simulated_cuda
