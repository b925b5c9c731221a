// SPDX-License-Identifier: Apache-2.0
// The library itself: versions, names, devices, and the leases of the process.
#include <chrono>

#include <ndlease/device.hpp>
#include <ndlease/lease.hpp>
#include <ndlease/version.hpp>

#include "capi/call.hpp"

namespace ndlease::capi {
namespace {

ndl_lease_statistics statistics_of(const LeaseStatistics& counts) {
    return {counts.live, counts.draining, counts.released, counts.quarantined, counts.double_releases, counts.callback_exceptions, {}};
}

}  // namespace
}  // namespace ndlease::capi

using namespace ndlease;
using namespace ndlease::capi;

const char* ndl_version(void) noexcept { return NDLEASE_VERSION_STRING; }
uint32_t ndl_abi_version(void) noexcept { return NDL_ABI_VERSION; }
const char* ndl_error_name(int status) noexcept { return status == NDL_UNEXPECTED ? "unexpected" : to_string(static_cast<errc>(status)); }

int ndl_device_parse(const char* text, ndl_device* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        const Device device = parse_device(need_text(text, "text"));
        return ndl_device{static_cast<std::int32_t>(device.type), device.id};
    });
}

int ndl_device_print(const ndl_device* device, char* buffer, size_t capacity, size_t* length, ndl_error* error) noexcept {
    return guarded(error, [&] { write_text(to_string(c_abi::import_device(need(device, "device"))), buffer, capacity, length); });
}

int ndl_cuda_device_count(int32_t* out, ndl_error* error) noexcept {
    return make_into(out, error, [] { return cuda_device_count(); });
}

int ndl_device_reaches(const ndl_device* user, const ndl_device* memory, int32_t* out, ndl_error* error) noexcept {
    return make_into(out, error,
                     [&] { return reachable_from(c_abi::import_device(need(memory, "memory")), c_abi::import_device(need(user, "user"))) ? 1 : 0; });
}

int ndl_get_lease_statistics(ndl_lease_statistics* out, ndl_error* error) noexcept {
    return make_into(out, error, [] { return statistics_of(lease_statistics()); });
}

int ndl_retry_quarantined(ndl_lease_statistics* out, ndl_error* error) noexcept {
    return guarded(error, [&] {
        const ndl_lease_statistics left = statistics_of(retry_quarantined());
        if (out != nullptr) *out = left;
    });
}

int ndl_shutdown(int64_t patience_ms, ndl_lease_statistics* out, ndl_error* error) noexcept {
    return guarded(error, [&] {
        constexpr std::int64_t longest = std::int64_t{1000} * 60 * 60 * 24 * 365;
        if (patience_ms < 0 || patience_ms > longest) {
            throw Error(errc::out_of_range, "a patience of " + std::to_string(patience_ms) + " ms; it is 0 to " + std::to_string(longest));
        }
        const ndl_lease_statistics left = statistics_of(shutdown(std::chrono::milliseconds(patience_ms)));
        if (out != nullptr) *out = left;
    });
}
