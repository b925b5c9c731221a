// SPDX-License-Identifier: Apache-2.0
// NDLEASE_API marks what the shared library exports; everything else is hidden.
#pragma once

#if defined(_WIN32) && defined(NDLEASE_SHARED)
#if defined(NDLEASE_BUILDING)
#define NDLEASE_API __declspec(dllexport)
#else
#define NDLEASE_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define NDLEASE_API __attribute__((visibility("default")))
#else
#define NDLEASE_API
#endif
