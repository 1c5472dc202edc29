import Glibc

/// Asks the system for large pages under a volume's memory: a page fault each 4 kB costs as much as reading the pixels.
enum LargePages {
    static func advise(_ memory: UnsafeMutableRawBufferPointer) {
        let page = 2 << 20
        guard memory.count > 4 * page, let base = memory.baseAddress else { return }
        let start = (Int(bitPattern: base) + page - 1) / page * page
        let end = (Int(bitPattern: base) + memory.count) / page * page
        // Advice alone: where the system refuses, nothing changes.
        madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_HUGEPAGE)
    }
}
