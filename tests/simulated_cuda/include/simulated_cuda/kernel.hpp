// SPDX-License-Identifier: Apache-2.0
// All that kernels and their tests use of the simulation.
#pragma once

#include <simulated_cuda/access.hpp>
#include <simulated_cuda/counters.hpp>
#include <simulated_cuda/launch.hpp>
#include <simulated_cuda/shared_memory.hpp>
#include <simulated_cuda/thread.hpp>
