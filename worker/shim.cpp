// The switches and kernels of libtorch that tch does not expose. Every function returns 0, or -1 after an exception,
// whose text `renas_last_error` then returns. Tensors are passed as tch passes them: pointers to at::Tensor.

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/record_function.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/GradMode.h>
#include <c10/core/impl/alloc_cpu.h>
#include <torch/version.h>

#include <dlfcn.h>
#include <array>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <mutex>
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

// The memory of tensors on the CPU, kept for later ones: every step of a training asks for the same sizes again. libtorch
// itself returns each to glibc, which merges and splits blocks of such sizes, and gives pages back to the kernel.
//
// Blocks begin where those of libtorch do, at multiples of 64 bytes. Their sizes are the multiples of 64 up to 512, then eight
// to each doubling. A header of 64 bytes lies before each. Large ones begin at any such multiple within a page, so that loops
// over several of them do not meet in the same lines of a cache.
class KeptMemory final : public c10::Allocator {
  public:
    c10::DataPtr allocate(size_t bytes) override {
        void* data = bytes == 0 ? nullptr : take(bytes);
        return {data, data, &give, c10::Device(c10::DeviceType::CPU)};
    }

    c10::DeleterFnPtr raw_deleter() const override { return &give; }

    void copy_data(void* target, const void* source, size_t bytes) const override {
        default_copy_data(target, source, bytes);
    }

    // Return all memory that no tensor uses, if it is more than `most` bytes.
    void release(size_t most) {
        std::lock_guard<std::mutex> guard(lock);
        if (kept <= most) {
            return;
        }
        for (Header*& first : free) {
            while (first != nullptr) {
                Header* next = first->next;
                c10::free_cpu(first->block);
                first = next;
            }
        }
        kept = 0;
    }

  private:
    struct alignas(64) Header {
        void* block;
        Header* next;
        size_t bin;
        size_t bytes;
    };

    void* take(size_t bytes) {
        size_t bin = (bytes + 63) / 64;
        size_t size = bin * 64;
        if (bytes > 512) {
            size_t exponent = 63 - static_cast<size_t>(__builtin_clzll(bytes - 1));
            size_t eighth = (bytes - 1) >> (exponent - 3);  // 8 to 15
            bin = 8 * (exponent - 8) + (eighth & 7) + 1;
            size = (eighth + 1) << (exponent - 3);
        }
        {
            std::lock_guard<std::mutex> guard(lock);
            if (Header* header = free[bin]; header != nullptr) {
                free[bin] = header->next;
                kept -= size;
                return header + 1;
            }
        }
        size_t shift = size < LARGE ? 0 : begun.fetch_add(1) % (PAGE / 64) * 64;
        void* block = fresh(size + shift + sizeof(Header));
        auto* header = reinterpret_cast<Header*>(static_cast<char*>(block) + shift);
        *header = {block, nullptr, bin, size};
        return header + 1;
    }

    // New memory; where there is none, what is kept is returned first. The second error is libtorch's own.
    void* fresh(size_t bytes) {
        try {
            return c10::alloc_cpu(bytes);
        } catch (const c10::Error&) {
            release(0);
        }
        return c10::alloc_cpu(bytes);
    }

    static void give(void* data);

    static constexpr size_t PAGE = 4096, LARGE = 8 * PAGE;

    std::mutex lock;
    std::array<Header*, 8 * 57> free{};
    size_t kept = 0;
    // Large blocks so far.
    std::atomic<size_t> begun{0};
};

// Never destroyed: tensors of libtorch's own may outlive this file's other objects.
KeptMemory& kept_memory() {
    static auto* memory = new KeptMemory;
    return *memory;
}

void KeptMemory::give(void* data) {
    if (data == nullptr) {
        return;
    }
    auto* header = static_cast<Header*>(data) - 1;
    auto& memory = kept_memory();
    std::lock_guard<std::mutex> guard(memory.lock);
    header->next = memory.free[header->bin];
    memory.free[header->bin] = header;
    memory.kept += header->bytes;
}

// Before `main`, so that no tensor's memory comes from one place and goes to another. glibc can check what tensors write
// (worker/tests/worker/memory.rs) only where each has a block of its own.
[[maybe_unused]] const bool keeps_memory = [] {
    bool keeps = std::getenv("RENAS_PLAIN_MEMORY") == nullptr;
    if (keeps) {
        c10::SetCPUAllocator(&kept_memory(), 1);
    }
    return keeps;
}();

}  // namespace

extern "C" {

// Return the memory that is kept for later tensors, if it is more than `most` bytes.
void renas_release_memory(size_t most) { kept_memory().release(most); }

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
