// SPDX-License-Identifier: Apache-2.0
#include "request_table.hpp"

namespace simulated_cuda {
namespace {

std::size_t hash(const char* file, unsigned line, RequestKind kind) {
    return (reinterpret_cast<std::uintptr_t>(file) >> 3) * 31 + std::size_t{line} * 4 + static_cast<std::size_t>(kind);
}

}  // namespace

RequestTable::Slot& RequestTable::slot(RequestKind kind, Line where) {
    const std::size_t mask = index_.size() - 1;
    std::size_t at = hash(where.file, where.line, kind) & mask;
    for (; index_[at] != kNone; at = (at + 1) & mask) {
        Slot& found = slots_[index_[at]];
        if (found.line == where.line && found.file == where.file && found.kind == kind) {
            return found;
        }
    }
    index_[at] = static_cast<std::uint32_t>(slots_.size());
    Slot& made = slots_.emplace_back();
    made.file = where.file;
    made.line = where.line;
    made.kind = kind;
    if (slots_.size() * 2 > index_.size()) {
        rehash();
    }
    return made;
}

void RequestTable::rehash() {
    index_.assign(index_.size() * 2, kNone);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        std::size_t at = hash(slots_[i].file, slots_[i].line, slots_[i].kind) & (index_.size() - 1);
        while (index_[at] != kNone) {
            at = (at + 1) & (index_.size() - 1);
        }
        index_[at] = static_cast<std::uint32_t>(i);
    }
}

void RequestTable::add(RequestKind kind, const CudaThread& thread, std::uint64_t address, unsigned bytes, Line where) {
    Slot& line = slot(kind, where);
    if (line.warps.size() <= thread.warp()) {
        line.warps.resize(thread.warp() + 1);
    }
    Slot::Warp& warp = line.warps[thread.warp()];
    const std::uint32_t occurrence = warp.met[thread.lane()]++;
    if (occurrence >= warp.requests.size()) {
        warp.requests.push_back(used_);
        if (used_ == requests_.size()) {
            requests_.emplace_back();
        }
        requests_[used_].lanes = 0;
        requests_[used_].bytes = bytes;
        ++used_;
    }
    Request& request = requests_[warp.requests[occurrence]];
    request.addresses[thread.lane()] = address;
    request.lanes |= 1U << thread.lane();
}

void RequestTable::end_block() {
    for (Slot& line : slots_) {
        for (Slot::Warp& warp : line.warps) {
            for (const std::uint32_t index : warp.requests) {
                const Request& request = requests_[index];
                switch (line.kind) {
                    case RequestKind::load: line.total.loads += count_global(request); break;
                    case RequestKind::store: line.total.stores += count_global(request); break;
                    case RequestKind::shared_load: line.total.shared_loads += count_shared(request); break;
                    case RequestKind::shared_store: line.total.shared_stores += count_shared(request); break;
                }
            }
            warp.requests.clear();
            warp.met.fill(0);
        }
    }
    used_ = 0;
}

std::vector<RequestTable::Site> RequestTable::sites() const {
    std::vector<Site> result;
    for (const Slot& line : slots_) {
        result.push_back({line.file, line.line, line.total});
    }
    return result;
}

}  // namespace simulated_cuda
