// SPDX-License-Identifier: Apache-2.0
// The border between C++ and C: no exception crosses it, a status and a message do.
#pragma once

#include <exception>
#include <new>
#include <string_view>
#include <system_error>

#include <ndlease/ndl_view.h>
#include <ndlease/error.hpp>

namespace ndlease::c_abi {

/// Fills `error`, where there is one, and returns `status`. A message that is too long is cut between two characters of UTF-8.
int report(ndl_error* error, int status, std::string_view message, std::int64_t index = -1) noexcept;

/// Runs `body` and says how it went.
template <class Body>
int guarded(ndl_error* error, Body&& body) noexcept {
    try {
        body();
        return NDL_OK;
    } catch (const Error& e) {
        return report(error, static_cast<int>(e.code()), e.what(), e.index());
    } catch (const std::bad_alloc&) {
        return report(error, NDL_OUT_OF_MEMORY, "out of memory");
    } catch (const std::system_error& e) {
        return report(error, NDL_IO, e.what());
    } catch (const std::exception& e) {
        return report(error, NDL_UNEXPECTED, e.what());
    } catch (...) {
        return report(error, NDL_UNEXPECTED, "an exception that is no std::exception");
    }
}

/// The reverse, for calls of another owner's functions: throws what `status` and `error` say. `what` was asked of the owner.
void throw_unless_ok(int status, const ndl_error& error, const char* what);

}  // namespace ndlease::c_abi
