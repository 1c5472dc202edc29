#define _GNU_SOURCE
#include "CRealtime.h"

#include <alloca.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) return 0;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t realtime_monotonic_ns(void) { return nanoseconds(CLOCK_MONOTONIC); }
int64_t realtime_thread_cpu_ns(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }

int realtime_sleep_until_ns(int64_t deadline_ns) {
    if (deadline_ns < 0) return 0;
    struct timespec deadline = {.tv_sec = deadline_ns / 1000000000, .tv_nsec = deadline_ns % 1000000000};
    int status;
    do {
        status = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    } while (status == EINTR);
    return status;
}

int realtime_use_fifo(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
}

int realtime_lock_memory(void) {
    struct rlimit limit;
    bool unlimited = getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
    if (!unlimited && geteuid() != 0) return EPERM;
    return mlockall(MCL_CURRENT | MCL_FUTURE) == 0 ? 0 : errno;
}

void realtime_unlock_memory(void) { munlockall(); }

bool realtime_may_lock_all(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
}

__attribute__((noinline)) void realtime_prefault_stack(size_t bytes) {
    volatile char *room = (volatile char *)alloca(bytes);
    for (size_t i = 0; i < bytes; i += 4096) room[i] = 0;
}

int realtime_pin_to_processor(int processor) {
    if (processor < 0 || processor >= CPU_SETSIZE) return EINVAL;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

void realtime_page_faults(int64_t *minor_count, int64_t *major_count) {
    struct rusage usage;
    memset(&usage, 0, sizeof usage);
    getrusage(RUSAGE_THREAD, &usage);
    *minor_count = usage.ru_minflt;
    *major_count = usage.ru_majflt;
}

struct realtime_thread {
    pthread_t handle;
    void (*body)(void *);
    void *context;
};

static void *run(void *argument) {
    realtime_thread *thread = argument;
    thread->body(thread->context);
    return NULL;
}

int realtime_thread_start(realtime_thread **thread, size_t stack_bytes, void (*body)(void *), void *context) {
    *thread = NULL;
    realtime_thread *made = calloc(1, sizeof *made);
    if (!made) return ENOMEM;
    made->body = body;
    made->context = context;
    pthread_attr_t attributes;
    int status = pthread_attr_init(&attributes);
    if (status == 0) {
        status = pthread_attr_setstacksize(&attributes, stack_bytes);
        if (status == 0) status = pthread_create(&made->handle, &attributes, run, made);
        pthread_attr_destroy(&attributes);
    }
    if (status != 0) {
        free(made);
        return status;
    }
    *thread = made;
    return 0;
}

int realtime_thread_join(realtime_thread *thread) {
    int status = pthread_join(thread->handle, NULL);
    free(thread);
    return status;
}
