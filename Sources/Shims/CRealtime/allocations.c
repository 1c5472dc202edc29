// malloc and its relatives of the whole program, forwarded to glibc's, so that the loop can show that it calls none.
// Costs one thread-local test a call where nobody counts. Left out under sanitizers, which bring their own.
#define _GNU_SOURCE
#include "CRealtime.h"

#include <errno.h>
#include <stdlib.h>

static __thread bool counting __attribute__((tls_model("initial-exec")));
static __thread uint64_t allocation_count __attribute__((tls_model("initial-exec")));
static __thread uint64_t free_count __attribute__((tls_model("initial-exec")));

void realtime_count_allocations(bool on) { counting = on; }
uint64_t realtime_allocations(void) { return allocation_count; }
uint64_t realtime_frees(void) { return free_count; }

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define STYLET_SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(STYLET_SANITIZED)
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static inline void note(void) {
    if (__builtin_expect(counting, 0)) allocation_count++;
}

void *malloc(size_t size) {
    note();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note();
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    note();
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    note();
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void *made = __libc_memalign(alignment, size);
    if (!made) return ENOMEM;
    *result = made;
    return 0;
}

void free(void *old) {
    if (__builtin_expect(counting, 0) && old) free_count++;
    __libc_free(old);
}
#endif
