// SPDX-License-Identifier: Apache-2.0
#include "stream.hpp"

#include <algorithm>

namespace simulated_cuda {

void Clock::merge(const Stream& self, Position position) {
    if (position.stream == nullptr || position.stream == &self || position.count <= position.stream->host_known) {
        return;
    }
    for (Position& known : positions_) {
        if (known.stream == position.stream) {
            known.count = std::max(known.count, position.count);
            return;
        }
    }
    if (positions_.size() >= 64) {
        std::erase_if(positions_, [](const Position& known) { return known.count <= known.stream->host_known; });
    }
    positions_.push_back(position);
}

void Clock::merge(const Stream& self, const Clock& other) {
    if (&other == this) {
        return;
    }
    for (const Position& position : other.positions_) {
        merge(self, position);
    }
}

bool Clock::covers(Position position) const {
    return std::any_of(positions_.begin(), positions_.end(),
                       [&](const Position& known) { return known.stream == position.stream && known.count >= position.count; });
}

bool Stream::ordered_after(Position position) const {
    return position.stream == nullptr || position.stream == this || position.count <= position.stream->host_known || clock.covers(position);
}

}  // namespace simulated_cuda
