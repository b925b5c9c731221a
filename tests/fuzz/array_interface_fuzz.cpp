// SPDX-License-Identifier: Apache-2.0
// The bytes as the JSON of __array_interface__. What is accepted is written to the same again; what is imported, from memory of ours, goes out and comes in the
// same.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/interop/array_interface.hpp>

namespace {

using namespace ndlease;
using namespace ndlease::array_interface;

alignas(64) unsigned char memory[4096];

[[noreturn]] void fail(const char* what, const std::string& text) {
    std::fprintf(stderr, "%s: %s\n", what, text.c_str());
    std::abort();
}

void import_and_export(ArrayInterface dict) {
    ImportOptions options;
    options.check_device = false;
    if (dict.data && *dict.data != 0) dict.data = reinterpret_cast<std::uintptr_t>(memory) + *dict.data % 64;
    if (!dict.data) options.buffer = View::lend(memory, Device::cpu(), Format(), Layout::c_order({sizeof memory}, 1));
    View view;
    try {
        view = import_interface(dict, {}, options);
    } catch (const Error&) {
        return;
    }
    if (options.buffer && !view.layout().is_empty() && view.itemsize() > 0) {
        const ByteExtent extent = view.layout().byte_extent(view.itemsize());
        const auto at = static_cast<const unsigned char*>(view.data()) - memory;
        if (at + extent.lower < 0 || at + extent.upper > static_cast<std::int64_t>(sizeof memory)) fail("outside of the buffer", to_string(view));
    }
    try {
        const View again = import_interface(from_json(to_json(export_interface(view))), {}, {.check_device = false});
        const bool same =
            again.data() == view.data() && again.layout() == view.layout() && again.format() == view.format() && again.is_read_only() == view.is_read_only();
        if (!same) fail("came back differently", to_string(view) + " and " + to_string(again));
    } catch (const Error& error) {
        if (error.code() != errc::not_expressible) fail("export failed", error.what());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ArrayInterface dict;
    try {
        dict = from_json({reinterpret_cast<const char*>(data), size});
    } catch (const Error&) {
        return 0;
    }
    const std::string written = to_json(dict);
    if (to_json(from_json(written)) != written) fail("reads back differently", written);
    import_and_export(std::move(dict));
    return 0;
}
