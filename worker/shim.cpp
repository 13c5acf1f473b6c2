// The switches and kernels of libtorch that tch does not expose. Every function returns 0, or -1 after an exception,
// whose text `renas_last_error` then returns. Tensors are passed as tch passes them: pointers to at::Tensor.

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/record_function.h>
#include <c10/core/GradMode.h>
#include <torch/version.h>

#include <dlfcn.h>
#include <ctime>
#include <exception>
#include <set>
#include <string>
#include <vector>

namespace {

thread_local std::string last_error;
thread_local std::string text;
std::set<std::string> recorded;
at::CallbackHandle recording = 0;

template <typename Body>
int guarded(Body body) {
    try {
        body();
        return 0;
    } catch (const c10::Error& error) {
        last_error = error.what_without_backtrace();
    } catch (const std::exception& error) {
        last_error = error.what();
    } catch (...) {
        last_error = "an exception of unknown type";
    }
    return -1;
}

// The file that a symbol of libtorch was loaded from.
std::string library_path() {
    Dl_info info;
    if (dladdr(reinterpret_cast<void*>(&at::get_num_threads), &info) != 0 && info.dli_fname != nullptr) {
        return info.dli_fname;
    }
    return "";
}

}  // namespace

extern "C" {

const char* renas_last_error() { return last_error.c_str(); }

// So many threads, deterministic algorithms (an operator without one is an error), full precision everywhere.
int renas_pin(int threads) {
    return guarded([threads] {
        at::set_num_threads(threads);
        at::set_num_interop_threads(1);
        auto& context = at::globalContext();
        context.setDeterministicAlgorithms(true, false);
        context.setDeterministicFillUninitializedMemory(false);
        context.setDeterministicCuDNN(true);
        context.setDeterministicMkldnn(true);
        context.setBenchmarkCuDNN(false);
        context.setAllowTF32CuBLAS(false);
        context.setAllowTF32CuDNN(false);
        context.setFloat32MatmulPrecision("highest");
    });
}

// What libtorch says of itself: 0 version, 1 file, 2 CPU capability, 3 build and libraries, 4 threads.
int renas_describe(int what, const char** answer) {
    return guarded([&] {
        switch (what) {
            case 0: text = TORCH_VERSION; break;
            case 1: text = library_path(); break;
            case 2: text = at::get_cpu_capability(); break;
            case 3: text = at::show_config(); break;
            default: text = at::get_parallel_info(); break;
        }
        *answer = text.c_str();
    });
}

// Remember the name of every operator that runs from here on, those of backward passes included. For tests.
int renas_record_start() {
    return guarded([] {
        recorded.clear();
        recording = at::addGlobalCallback(
            at::RecordFunctionCallback([](const at::RecordFunction& function) -> std::unique_ptr<at::ObserverContext> {
                recorded.insert(function.name());
                return nullptr;
            }).scopes({at::RecordScope::FUNCTION}));
    });
}

// The names since `renas_record_start`, one per line, in ascending order.
int renas_record_stop(const char** names) {
    return guarded([&] {
        at::removeCallback(recording);
        text.clear();
        for (const auto& name : recorded) {
            text += name + "\n";
        }
        *names = text.c_str();
    });
}

// Process CPU seconds since the start.
double renas_cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// One step of Adam in place, by PyTorch's fused kernel. `steps` is a float tensor that counts steps, this one included.
int renas_adam(at::Tensor* weights, at::Tensor* gradient, at::Tensor* mean, at::Tensor* square, at::Tensor* steps,
               double rate, double beta1, double beta2, double epsilon) {
    return guarded([&] {
        c10::NoGradGuard no_grad;
        at::_fused_adam_({*weights}, {*gradient}, {*mean}, {*square}, {}, {*steps}, rate, beta1, beta2, 0.0, epsilon,
                         false, false);
    });
}

// One step of gradient descent in place, by PyTorch's fused kernel.
int renas_sgd(at::Tensor* weights, at::Tensor* gradient, at::Tensor* velocity, double rate, double momentum,
              int first_step) {
    return guarded([&] {
        c10::NoGradGuard no_grad;
        std::vector<at::Tensor> velocities;
        if (momentum != 0.0) {
            velocities.push_back(*velocity);
        }
        at::_fused_sgd_({*weights}, {*gradient}, velocities, 0.0, momentum, rate, 0.0, false, false, first_step != 0);
    });
}

}  // extern "C"
