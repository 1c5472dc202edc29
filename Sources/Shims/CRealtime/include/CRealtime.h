// The few Linux calls that real time needs. Every function returns 0 or an errno value, unless it says otherwise.
#ifndef STYLET_CREALTIME_H
#define STYLET_CREALTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Clocks, in nanoseconds. Monotonic since an arbitrary start; thread_cpu is the calling thread's time on a processor.
int64_t realtime_monotonic_ns(void);
int64_t realtime_thread_cpu_ns(void);
// Sleeps until the monotonic clock shows deadline_ns; signals do not cut it short.
int realtime_sleep_until_ns(int64_t deadline_ns);

// The calling thread becomes SCHED_FIFO with this priority (1…99).
int realtime_use_fifo(int priority);
// Pages of the whole process, present and future, stay in memory. EPERM where the process may lock only so much:
// its later allocations would fail instead of being locked.
int realtime_lock_memory(void);
void realtime_unlock_memory(void);
// Touches this much of the calling thread's stack, so that no tick meets a page for the first time.
void realtime_prefault_stack(size_t bytes);
// The calling thread runs on this processor alone.
int realtime_pin_to_processor(int processor);
// Page faults of the calling thread since it began, minor and major.
void realtime_page_faults(int64_t *minor_count, int64_t *major_count);

// A thread of its own, with a stack of stack_bytes, that calls body(context) once.
typedef struct realtime_thread realtime_thread;
int realtime_thread_start(realtime_thread **thread, size_t stack_bytes, void (*body)(void *), void *context);
// Waits for its end and frees it.
int realtime_thread_join(realtime_thread *thread);

// Counts the calls of the calling thread to malloc and its relatives, and to free, while switched on.
void realtime_count_allocations(bool on);
uint64_t realtime_allocations(void);
uint64_t realtime_frees(void);

#ifdef __cplusplus
}
#endif
#endif
