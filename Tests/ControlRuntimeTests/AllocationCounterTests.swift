import Glibc
import Testing

@testable import ControlRuntime

@Suite struct AllocationCounterTests {
    @Test func countsEveryKindOnThisThreadOnly() {
        // Kept where the optimiser must believe that somebody looks at them.
        var kept = [UnsafeMutableRawPointer?](repeating: nil, count: 5)
        let counted = AllocationCounter.count {
            kept[0] = malloc(10)
            kept[1] = calloc(3, 8)
            kept[2] = realloc(malloc(5), 1000)
            kept[3] = aligned_alloc(64, 128)
            #expect(posix_memalign(&kept[4], 64, 128) == 0)
        }
        #expect(counted.allocations >= 6 && kept.allSatisfy { $0 != nil })
        #expect(AllocationCounter.count { for pointer in kept { free(pointer) } }.frees == 5)
        #expect(AllocationCounter.count {} == (0, 0))
    }

    @Test func seesSwiftsOwn() {
        var kept: [Int] = []
        #expect(AllocationCounter.count { kept = Array(repeating: 1, count: 100) }.allocations >= 1)
        #expect(AllocationCounter.count { kept[5] = 7 }.allocations == 0)
        #expect(kept[5] == 7)
    }
}
