// SPDX-License-Identifier: Apache-2.0
// Two libraries pass one device buffer back and forth, each on a stream of its own. Nobody waits on the host, and every step sees the one before:
// the lease orders them. The memory goes back once, after the last of them.
#include <cstdio>

#include <ndlease/copy.hpp>
#include <ndlease/typed_view.hpp>

#include "left.hpp"
#include "right.hpp"

using namespace ndlease;

int main() {
    if (cuda_device_count() == 0) {
        std::printf("skipped: %s\n", cuda_absence().c_str());
        return 77;
    }
    std::printf("backend: %s\n", cuda_backend_name());
    constexpr int rounds = 3;
    const std::int64_t released = lease_statistics().released;
    View rows = left::make_rows(2 * rounds, 1 << 20);
    for (int round = 0; round < rounds; ++round) {
        left::fill(rows, 2 * round, static_cast<unsigned char>(10 + round));
        right::mirror(rows, 2 * round, 2 * round + 1);
        if (round + 1 < rounds) right::mirror(rows, 2 * round + 1, 2 * round + 2);  // left must overwrite this one, not race with it
    }
    std::printf("host: nothing was waited for so far\n");

    const View result = to(rows, Device::cpu(), StreamRef::host());  // waits for both streams
    bool right_everywhere = true;
    const auto values = result.typed<const unsigned char, 2>();
    for (int row = 0; row < 2 * rounds; ++row) {
        for (int column = 0; column < (1 << 20); column += 4097) right_everywhere = right_everywhere && values(row, column) == 10 + row / 2;
    }
    rows = View();
    const LeaseStatistics end = shutdown();
    std::printf("values %s; leases released: %lld, still draining: %lld\n", right_everywhere ? "right" : "WRONG",
                static_cast<long long>(end.released - released), static_cast<long long>(end.draining));
    return right_everywhere && end.draining == 0 ? 0 : 1;
}
