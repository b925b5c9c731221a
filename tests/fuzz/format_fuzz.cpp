// SPDX-License-Identifier: Apache-2.0
// Any bytes as a format string: read, printed and read again, it is the same format. The first byte picks the ABI (modulo 3) and,
// by its bit 7, that the second states an itemsize.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <ndlease/error.hpp>
#include <ndlease/format_text.hpp>

namespace {

using ndlease::Abi;
using ndlease::Format;

[[noreturn]] void report(std::string_view what, const std::string& printed) {
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(what.size()), what.data(), printed.c_str());
    std::abort();
}

void check_printing(const Format& format) {
    if (format.to_string().empty()) report("to_string gives nothing for", "a format");
    std::string printed;
    try {
        printed = ndlease::print_format(format);
    } catch (const ndlease::Error& error) {
        if (error.code() != ndlease::errc::not_expressible) report("printing fails otherwise than by refusing", error.what());
        return;
    }
    try {
        const Format again = ndlease::parse_format(printed, {.abi = &Abi::host(), .itemsize = format.itemsize()});
        // Opaque bytes as a whole item are printed as padding, which is a record without fields.
        const bool same = format.kind() == ndlease::Kind::opaque ? again.fields().empty() && again.itemsize() == format.itemsize() : again == format;
        if (!same) report("read back differently", printed);
    } catch (const ndlease::Error& error) {
        report(error.what(), printed);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const Abi* const abis[] = {&Abi::lp64(), &Abi::llp64(), &Abi::i386()};
    ndlease::ParseOptions options{.abi = abis[data[0] % 3], .itemsize = {}};
    if (data[0] >= 128) options.itemsize = data[1];
    const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
    try {
        check_printing(ndlease::parse_format(text, options));
    } catch (const ndlease::Error& error) {
        const bool known = error.code() == ndlease::errc::bad_format || error.code() == ndlease::errc::overflow;
        if (!known || error.index() > static_cast<std::int64_t>(text.size())) report("parsing fails otherwise than by refusing", error.what());
    }
    return 0;
}
