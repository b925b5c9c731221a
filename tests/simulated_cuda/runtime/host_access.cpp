// SPDX-License-Identifier: Apache-2.0
// Says what happened when the host touches device memory. The handler only reads; the process is about to die.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <simulated_cuda/control.hpp>

#include <unistd.h>

#include "memory.hpp"

namespace simulated_cuda {
namespace {
struct sigaction before_segv, before_bus;

void explain(int signal, siginfo_t* info, void*) {
    const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
    const Runtime& state = runtime();
    if (in_windows(state, address)) {
        const std::shared_ptr<Block> block = find_block(state, address);
        const std::string text = "simulated CUDA: the host touched device memory at " + hex(address) + ", " +
                                 (block && block->holds(address, 1) ? describe(*block) : "outside of any block") + "\n";
        [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
    }
    sigaction(signal, signal == SIGSEGV ? &before_segv : &before_bus, nullptr);  // the access faults again, under the one before
}
}  // namespace

void explain_host_access() {
    static const bool installed = [] {
        struct sigaction action = {};
        action.sa_sigaction = explain;
        action.sa_flags = SA_SIGINFO | SA_NODEFER;
        sigaction(SIGSEGV, &action, &before_segv);
        sigaction(SIGBUS, &action, &before_bus);
        return true;
    }();
    static_cast<void>(installed);
}

}  // namespace simulated_cuda
