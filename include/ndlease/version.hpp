// SPDX-License-Identifier: Apache-2.0
// The version of these headers. The build reads it from here, so it is stated once.
#pragma once

#define NDLEASE_VERSION_MAJOR 0
#define NDLEASE_VERSION_MINOR 1
#define NDLEASE_VERSION_PATCH 0
#define NDLEASE_VERSION_STRING "0.1.0"
