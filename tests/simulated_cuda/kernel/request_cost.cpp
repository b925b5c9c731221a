// SPDX-License-Identifier: Apache-2.0
// Sectors and waves of one request.
#include <algorithm>

#include "request_table.hpp"

namespace simulated_cuda {
namespace {

constexpr std::uint64_t kSector = 32, kBanks = 32, kBankBytes = 4;
constexpr std::uint64_t units(std::uint64_t bytes, std::uint64_t unit) { return (bytes + unit - 1) / unit; }

struct Addresses {
    std::array<std::uint64_t, 32> values;
    std::size_t count = 0;
    [[nodiscard]] const std::uint64_t* begin() const { return values.data(); }
    [[nodiscard]] const std::uint64_t* end() const { return values.data() + count; }
};

/// Of the lanes [first, last), in order, each once.
Addresses distinct(const Request& request, unsigned first, unsigned last) {
    Addresses result;
    bool ascending = true;
    for (unsigned lane = first; lane < last; ++lane) {
        if ((request.lanes >> lane & 1U) != 0) {
            const std::uint64_t address = request.addresses[lane];
            ascending &= result.count == 0 || result.values[result.count - 1] <= address;
            result.values[result.count++] = address;
        }
    }
    std::uint64_t* const begin = result.values.data();
    if (!ascending) {
        std::sort(begin, begin + result.count);
    }
    result.count = static_cast<std::size_t>(std::unique(begin, begin + result.count) - begin);
    return result;
}

/// Most words that any bank has to give.
std::uint64_t waves(const Addresses& addresses, unsigned bytes) {
    std::array<std::uint64_t, kBanks> per_bank{};
    std::uint64_t most = 0, next_word = 0;
    for (const std::uint64_t address : addresses) {
        for (std::uint64_t word = std::max(next_word, address / kBankBytes); word * kBankBytes < address + bytes; ++word) {
            most = std::max(most, ++per_bank[word % kBanks]);
            next_word = word + 1;
        }
    }
    return most;
}

}  // namespace

GlobalRequests count_global(const Request& request) {
    // Accesses are aligned to their size, so that they overlap wholly or not at all, and none spans two sectors.
    const Addresses addresses = distinct(request, 0, 32);
    GlobalRequests result;
    result.requests = 1;
    std::uint64_t last_sector = ~std::uint64_t{0};
    for (const std::uint64_t address : addresses) {
        result.sectors += address / kSector != last_sector ? 1 : 0;
        last_sector = address / kSector;
    }
    result.bytes = addresses.count * request.bytes;
    result.ideal_sectors = units(result.bytes, kSector);
    return result;
}

SharedRequests count_shared(const Request& request) {
    const unsigned lanes = request.bytes == 16 ? 8 : request.bytes == 8 ? 16 : 32;  // that the hardware serves together
    SharedRequests result;
    result.requests = 1;
    for (unsigned first = 0; first < 32; first += lanes) {
        const Addresses addresses = distinct(request, first, first + lanes);
        result.waves += waves(addresses, request.bytes);
        result.ideal_waves += units(addresses.count * request.bytes, kBanks * kBankBytes);
    }
    return result;
}

}  // namespace simulated_cuda
