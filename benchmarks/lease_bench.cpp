// SPDX-License-Identifier: Apache-2.0
// What leases cost beyond the CUDA calls that they make, on simulated CUDA: an operation is timed, then the very calls that it made are timed alone.
// Counters: cuda_ns (the calls alone), beyond_ns (the rest, ndlease's own), cuda_calls (on the calling thread).
#include <benchmark/benchmark.h>

#include <cuda_runtime_api.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <ndlease/access.hpp>
#include <simulated_cuda/control.hpp>

namespace ndlease {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int batch = 256;
constexpr int rounds = 60;

/// Two streams and an event on the simulated runtime, which runs work at the call: the schedule that costs least.
struct Runtime {
    cudaStream_t first = nullptr, second = nullptr;
    cudaEvent_t event = nullptr;

    explicit Runtime(bool log) {
        simulated_cuda::Options options;
        options.log = log;
        (void)simulated_cuda::reset(options);
        (void)cudaStreamCreateWithFlags(&first, cudaStreamNonBlocking);
        (void)cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking);
        (void)cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
        (void)cudaEventRecord(event, first);
    }
    [[nodiscard]] StreamRef one() const { return StreamRef::cuda(first, Device::cuda(0)); }
    [[nodiscard]] StreamRef two() const { return StreamRef::cuda(second, Device::cuda(0)); }
};

/// One call by name, as ndlease makes it; empty for a name that is not known here.
std::function<void()> call_named(const std::string& name, const Runtime& r) {
    static int device = 0;
    static unsigned long long id = 0;
    static cudaStreamCaptureStatus status{};
    static cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
    const std::map<std::string, std::function<void()>> calls = {
        {"cudaPeekAtLastError", [] { (void)cudaPeekAtLastError(); }},
        {"cudaGetLastError", [] { (void)cudaGetLastError(); }},
        {"cudaGetDevice", [] { (void)cudaGetDevice(&device); }},
        {"cudaSetDevice", [] { (void)cudaSetDevice(0); }},
        {"cudaStreamGetId", [s = r.first] { (void)cudaStreamGetId(s, &id); }},
        {"cudaStreamGetCaptureInfo", [s = r.first] { (void)cudaStreamGetCaptureInfo(s, &status, &id); }},
        {"cudaStreamIsCapturing", [s = r.first] { (void)cudaStreamIsCapturing(s, &status); }},
        {"cudaEventRecord", [s = r.first, e = r.event] { (void)cudaEventRecord(e, s); }},
        {"cudaStreamWaitEvent", [s = r.second, e = r.event] { (void)cudaStreamWaitEvent(s, e, 0); }},
        {"cudaEventQuery", [e = r.event] { (void)cudaEventQuery(e); }},
        {"cudaEventSynchronize", [e = r.event] { (void)cudaEventSynchronize(e); }},
        {"cudaThreadExchangeStreamCaptureMode", [] { (void)cudaThreadExchangeStreamCaptureMode(&mode); }},
    };
    const auto found = calls.find(name);
    return found == calls.end() ? std::function<void()>() : found->second;
}

/// One kind of operation; `prepare` and `clean` stand around a batch and are not timed.
class Operation {
public:
    virtual ~Operation() = default;
    virtual void prepare(const Runtime&, int /*count*/) {}
    virtual void run(int i) = 0;
    /// false: what calls it causes are made on another thread, beside it.
    [[nodiscard]] virtual bool makes_calls_here() const { return true; }
    virtual void clean() { views.clear(); }

protected:
    std::vector<View> views;
    static View lend(ReleasePolicy policy, PendingWork ready = {}) {
        static float memory[4];
        static const Format format = Format::number(Kind::floating, 32);
        static const Layout layout({4}, {4});
        return View::lend(memory, Device::cuda(0), format, layout, {.policy = policy, .ready = std::move(ready), .release = [](const ReleaseInfo&) {}});
    }
};

/// View::lend with pending work and the owner's stream as policy.
class Export final : public Operation {
    const Runtime* runtime_ = nullptr;
    void prepare(const Runtime& r, int count) override {
        runtime_ = &r;
        views.resize(static_cast<std::size_t>(count));
    }
    void run(int i) override { views[static_cast<std::size_t>(i)] = lend(ReleasePolicy::in_order_of(runtime_->one()), runtime_->one()); }
};

/// What an importer does with a share that came as plain data.
class Import final : public Operation {
    View source_;
    std::vector<LeaseToken> tokens_;
    void prepare(const Runtime& r, int count) override {
        source_ = lend(ReleasePolicy::in_order_of(r.one()), r.one());
        for (int i = 0; i < count; ++i) tokens_.push_back(Lease(source_.lease()).detach());
        views.resize(static_cast<std::size_t>(count));
    }
    void run(int i) override {
        const auto at = static_cast<std::size_t>(i);
        views[at] =
            View::on_lease(const_cast<void*>(source_.data()), source_.device(), source_.format(), source_.layout(), false, {}, Lease::adopt(tokens_[at]));
    }
    void clean() override {
        views.clear();
        tokens_.clear();
        source_ = {};
    }
};

/// Entering and leaving the scope on the producer's own stream (`same`), or on another one.
class Scope final : public Operation {
public:
    explicit Scope(bool same) : same_(same) {}

private:
    bool same_;
    View view_;
    StreamRef stream_;
    void prepare(const Runtime& r, int) override {
        stream_ = same_ ? r.one() : r.two();
        view_ = lend(ReleasePolicy::in_order_of(r.one()), r.one());
        const Access use(view_, stream_);
    }
    void run(int) override { const Access use(view_, stream_); }
    void clean() override { view_ = {}; }
};

class UsedOn final : public Operation {
    View view_;
    StreamRef stream_;
    void prepare(const Runtime& r, int) override {
        stream_ = r.two();
        view_ = lend(ReleasePolicy::in_order_of(r.one()), r.one());
        view_.lease().used_on(stream_);
    }
    void run(int) override { view_.lease().used_on(stream_); }
    void clean() override { view_ = {}; }
};

/// Dropping the last View after one use on another stream than the policy's.
class Release final : public Operation {
public:
    enum class By { wait, stream, deferred };
    explicit Release(By by) : by_(by) {}

private:
    By by_;
    void prepare(const Runtime& r, int count) override {
        for (int i = 0; i < count; ++i) {
            views.push_back(lend(by_ == By::wait     ? ReleasePolicy::wait()
                                 : by_ == By::stream ? ReleasePolicy::in_order_of(r.one())
                                                     : ReleasePolicy::deferred()));
            views.back().lease().used_on(r.two());
        }
    }
    void run(int i) override { views[static_cast<std::size_t>(i)] = View(); }
    [[nodiscard]] bool makes_calls_here() const override { return by_ != By::deferred; }
    void clean() override {
        views.clear();
        while (lease_statistics().draining != 0) std::this_thread::yield();
    }
};

std::vector<std::string> calls_of(Operation& operation, const Runtime& runtime) {
    if (!operation.makes_calls_here()) return {};
    for (int i = 0; i < 2; ++i) {  // what only a first one does
        operation.prepare(runtime, 1);
        operation.run(0);
        operation.clean();
    }
    operation.prepare(runtime, 1);
    const auto begin = static_cast<std::ptrdiff_t>(simulated_cuda::call_log().size());
    operation.run(0);
    std::vector<std::string> names;
    const auto log = simulated_cuda::call_log();
    std::transform(log.begin() + begin, log.end(), std::back_inserter(names), [](const auto& call) { return call.name; });
    operation.clean();
    return names;
}

/// Asked of another process of this program, which alone keeps a log: logging costs, and must not while time is taken.
std::vector<std::string> calls_of_in_child(const std::string& name) {
    const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
    FILE* const pipe = popen(("'" + program + "' --calls " + name).c_str(), "r");
    if (pipe == nullptr) return {"no child"};
    std::string text;
    char buffer[512];
    for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
    if (pclose(pipe) != 0) return {"no answer of the child"};
    std::istringstream lines(text);
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);) names.push_back(line);
    return names;
}

double nanoseconds(Clock::time_point start) { return std::chrono::duration<double, std::nano>(Clock::now() - start).count() / batch; }

struct Case {
    std::string name;
    Operation* operation;
    std::vector<std::string> calls;
};

void measure(benchmark::State& state, const Case& c, const Runtime& runtime) {
    std::vector<std::function<void()>> calls;
    for (const std::string& name : c.calls) {
        calls.push_back(call_named(name, runtime));
        if (!calls.back()) {
            state.SkipWithError(("it makes a call that is not timed here: " + name).c_str());
            return;
        }
    }
    double best = 1e30;
    double best_calls = 1e30;
    double best_nothing = 1e30;  // what it takes to go through the list of calls
    std::function<void()> nothing = [] {};
    benchmark::DoNotOptimize(nothing);
    for (auto _ : state) {
        best = best_calls = best_nothing = 1e30;
        for (int round = 0; round < rounds; ++round) {
            c.operation->prepare(runtime, batch);
            Clock::time_point start = Clock::now();
            for (int i = 0; i < batch; ++i) c.operation->run(i);
            best = std::min(best, nanoseconds(start));
            c.operation->clean();
            start = Clock::now();
            for (int i = 0; i < batch; ++i) {
                for (const auto& call : calls) call();
            }
            best_calls = std::min(best_calls, nanoseconds(start));
            start = Clock::now();
            for (int i = 0; i < batch; ++i) {
                for (std::size_t n = 0; n < calls.size(); ++n) nothing();
            }
            best_nothing = std::min(best_nothing, nanoseconds(start));
        }
        state.SetIterationTime(best * 1e-9);
    }
    state.counters["cuda_calls"] = static_cast<double>(calls.size());
    state.counters["cuda_ns"] = best_calls - best_nothing;
    state.counters["beyond_ns"] = best - (best_calls - best_nothing);
}

}  // namespace

int run_lease_bench(int argc, char** argv) {
    Export exported;
    Import imported;
    Scope same(true), other(false);
    UsedOn used;
    Release wait(Release::By::wait), stream(Release::By::stream), deferred(Release::By::deferred);
    std::vector<Case> cases = {{"lease.export", &exported, {}},
                               {"lease.import", &imported, {}},
                               {"lease.access_same_stream", &same, {}},
                               {"lease.access_other_stream", &other, {}},
                               {"lease.used_on", &used, {}},
                               {"lease.release_wait", &wait, {}},
                               {"lease.release_in_order_of_stream", &stream, {}},
                               {"lease.release_deferred", &deferred, {}}};
    if (argc == 3 && std::string(argv[1]) == "--calls") {
        const Runtime logging(true);
        for (Case& c : cases) {
            if (c.name != argv[2]) continue;
            for (const std::string& name : calls_of(*c.operation, logging)) std::puts(name.c_str());
            return 0;
        }
        return 1;
    }
    for (Case& c : cases) c.calls = calls_of_in_child(c.name);
    const Runtime runtime(false);
    std::printf("simulated CUDA: costs of the runtime's calls are those of the test double\n");
    for (const Case& c : cases) {
        benchmark::RegisterBenchmark(c.name.c_str(), [&c, &runtime](benchmark::State& state) { measure(state, c, runtime); })
            ->UseManualTime()
            ->Iterations(3)
            ->Unit(benchmark::kNanosecond);
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}

}  // namespace ndlease

int main(int argc, char** argv) { return ndlease::run_lease_bench(argc, argv); }
