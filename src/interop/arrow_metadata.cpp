// SPDX-License-Identifier: Apache-2.0
#include "interop/arrow_metadata.hpp"

#include <cstdint>
#include <cstring>
#include <limits>

#include <ndlease/error.hpp>

namespace ndlease::arrow {
namespace {

constexpr std::int64_t most_bytes = std::int64_t{1} << 26;

class Reader {
public:
    explicit Reader(const char* bytes) : bytes_(bytes) {}

    /// A count in native byte order that is not negative.
    std::int32_t count(const char* what) {
        std::int32_t value = 0;
        std::memcpy(&value, bytes_ + at_, sizeof value);
        if (value < 0) fail(std::string(what) + " is " + std::to_string(value));
        at_ += static_cast<std::int64_t>(sizeof value);
        return value;
    }
    std::string_view text(const char* what) {
        const std::int32_t length = count(what);
        if (length > most_bytes - at_) fail(std::string(what) + " is " + std::to_string(length) + ", beyond the limit of 67108864 bytes in all");
        const std::string_view result(bytes_ + at_, static_cast<std::size_t>(length));
        at_ += length;
        return result;
    }

private:
    [[noreturn]] void fail(const std::string& why) const { throw Error(errc::bad_format, "Arrow metadata: " + why, at_); }

    const char* bytes_;
    std::int64_t at_ = 0;
};

void append_count(std::string& out, std::size_t value) {
    if (value > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        throw Error(errc::not_expressible, "Arrow metadata: a length of " + std::to_string(value) + " does not fit in 32 bits");
    }
    const auto count = static_cast<std::int32_t>(value);
    char bytes[sizeof count];
    std::memcpy(bytes, &count, sizeof count);
    out.append(bytes, sizeof bytes);
}

}  // namespace

KnownMetadata read_metadata(const char* metadata) {
    KnownMetadata known;
    if (metadata == nullptr) return known;
    Reader reader(metadata);
    const std::int32_t pairs = reader.count("the number of keys");
    for (std::int32_t i = 0; i < pairs; ++i) {
        const std::string_view key = reader.text("the length of a key");
        const std::string_view value = reader.text("the length of a value");
        const auto keep = [&](std::string_view wanted, std::optional<std::string_view>& where) {
            if (key == wanted && !where) where = value;
        };
        keep(extension_name_key, known.extension_name);
        keep(extension_metadata_key, known.extension_metadata);
        keep(format_key, known.format);
    }
    return known;
}

std::string write_metadata(const KeyValues& pairs) {
    std::string out;
    if (pairs.empty()) return out;
    append_count(out, pairs.size());
    for (const auto& [key, value] : pairs) {
        append_count(out, key.size());
        out += key;
        append_count(out, value.size());
        out += value;
    }
    return out;
}

}  // namespace ndlease::arrow
