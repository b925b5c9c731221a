// SPDX-License-Identifier: Apache-2.0
#include "access_checker.hpp"

namespace simulated_cuda {

AccessChecker::AccessChecker(const Grid& grid, LaunchReport& report, SharedShadow& shared_shadow, const SharedArena& arena)
    : report_(report), global_(grid.allowed), shared_(shared_shadow), arena_(arena), count_(grid.options.counters) {}

void AccessChecker::begin_block(const SharedLayout& layout) {
    layout_ = &layout;
    shared_.begin_block();
}

bool AccessChecker::global(const CudaThread& thread, std::uintptr_t address, unsigned bytes, AccessKind kind, Line where) {
    const Finding finding = global_.access(address, bytes, kind);
    if (!finding.kind.empty()) {
        report_.add(finding.kind, thread, where, global_.describe(finding, address, bytes, kind));
        if (!finding.harmless) {
            return false;
        }
    }
    if (count_ && kind != AccessKind::atomic) {
        requests_.add(kind == AccessKind::load ? RequestKind::load : RequestKind::store, thread, address, bytes, where);
    }
    return true;
}

bool AccessChecker::shared(const CudaThread& thread, std::uintptr_t address, unsigned bytes, AccessKind kind, Line where) {
    const auto say = [&](std::string_view what_kind, const std::string& what) {
        report_.add(what_kind, thread, where, std::to_string(bytes) + " bytes of shared memory: " + what);
    };
    const std::size_t offset = arena_.offset(address);
    if (!arena_.holds(address) || !arena_.inside_variable(*layout_, offset, bytes)) {
        say(violation::shared_bounds, "not within one variable of the block");
        return false;
    }
    if (address % bytes != 0) {
        say(violation::misaligned, "the address is no multiple of the size");
        return false;
    }
    const SharedFinding finding = shared_.access(thread, offset, bytes, kind);
    if (finding.uninitialised) {
        say(violation::shared_uninitialised, "no thread of the block wrote this");
    }
    if (finding.race != nullptr) {
        say(violation::shared_race, std::string(finding.race) + " with another thread, no barrier between");
    }
    if (count_ && kind != AccessKind::atomic) {
        requests_.add(kind == AccessKind::load ? RequestKind::shared_load : RequestKind::shared_store, thread, offset, bytes, where);
    }
    return true;
}

}  // namespace simulated_cuda
