// SPDX-License-Identifier: Apache-2.0
// Format trees and texts.
#include <ndlease/format_codes.hpp>
#include <ndlease/format_text.hpp>

#include "capi/call.hpp"

namespace ndlease::capi {
namespace {

Format parse(ndl_syntax syntax, std::string_view text, std::int64_t itemsize) {
    if (itemsize < -1) throw Error(errc::invalid_argument, "an itemsize of " + std::to_string(itemsize) + "; -1 says that it is not stated");
    if (syntax == NDL_SYNTAX_PEP3118) {
        ParseOptions options;
        if (itemsize >= 0) options.itemsize = itemsize;
        return parse_format(text, options);
    }
    Format format = syntax == NDL_SYNTAX_TYPESTR ? parse_typestr(text) : syntax == NDL_SYNTAX_DESCR ? parse_descr(text) : parse_arrow_format(text);
    if (itemsize >= 0 && format.itemsize() != itemsize) {
        throw Error(errc::bad_format, "the text means " + std::to_string(format.itemsize()) + " bytes; " + std::to_string(itemsize) + " are stated");
    }
    return format;
}

std::string print(ndl_syntax syntax, const Format& format) {
    switch (syntax) {
        case NDL_SYNTAX_PEP3118: return print_format(format);
        case NDL_SYNTAX_TYPESTR: return print_typestr(format);
        case NDL_SYNTAX_DESCR: return print_descr(format);
        case NDL_SYNTAX_ARROW: break;
    }
    return print_arrow_format(format);
}

}  // namespace
}  // namespace ndlease::capi

using namespace ndlease;
using namespace ndlease::capi;

int ndl_format_parse(int32_t syntax, const char* text, int64_t itemsize, const ndl_format** out, ndl_error* error) noexcept {
    return make_into(out, error, [&] {
        const ndl_syntax known = need_enum(syntax, NDL_SYNTAX_ARROW, "syntax");
        return c_abi::export_format(parse(known, need_text(text, "text"), itemsize)).release();
    });
}

int ndl_format_print(int32_t syntax, const ndl_format* format, char* buffer, size_t capacity, size_t* length, ndl_error* error) noexcept {
    return guarded(error, [&] {
        const ndl_syntax known = need_enum(syntax, NDL_SYNTAX_ARROW, "syntax");
        write_text(print(known, c_abi::import_format(need(format, "format"))), buffer, capacity, length);
    });
}

int ndl_format_copy(const ndl_format* format, const ndl_format** out, ndl_error* error) noexcept {
    return make_into(out, error, [&] { return c_abi::export_format(c_abi::import_format(need(format, "format"))).release(); });
}

void ndl_format_free(const ndl_format* format) noexcept { c_abi::FormatDeleter()(format); }

int ndl_format_equal(const ndl_format* a, const ndl_format* b, int32_t* out, ndl_error* error) noexcept {
    return make_into(out, error, [&] { return c_abi::import_format(need(a, "a")) == c_abi::import_format(need(b, "b")) ? 1 : 0; });
}
