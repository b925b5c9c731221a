// SPDX-License-Identifier: Apache-2.0
#include <ndlease/error.hpp>

namespace ndlease {

const char* to_string(errc code) noexcept {
    switch (code) {
        case errc::ok: return "ok";
        case errc::invalid_argument: return "invalid_argument";
        case errc::out_of_range: return "out_of_range";
        case errc::overflow: return "overflow";
        case errc::bad_format: return "bad_format";
        case errc::bad_layout: return "bad_layout";
        case errc::out_of_bounds: return "out_of_bounds";
        case errc::read_only: return "read_only";
        case errc::not_expressible: return "not_expressible";
        case errc::lossy: return "lossy";
        case errc::overlap: return "overlap";
        case errc::released: return "released";
        case errc::busy: return "busy";
        case errc::out_of_memory: return "out_of_memory";
        case errc::io: return "io";
        case errc::bad_file: return "bad_file";
        case errc::device: return "device";
        case errc::not_supported: return "not_supported";
    }
    return "unknown";
}

Error::Error(errc code, const std::string& message, std::int64_t index) : std::runtime_error(message), code_(code), index_(index) {}

Error::~Error() = default;

}  // namespace ndlease
