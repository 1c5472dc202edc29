import Testing

@testable import Imaging

@Suite struct LevelRangeTests {
    @Test func namesRangesAndLists() {
        #expect(LevelRange("L1-L5")?.labels.map(\.name) == ["L1", "L2", "L3", "L4", "L5"])
        #expect(LevelRange("l3, T12")?.labels.map(\.name) == ["T12", "L3"])
        #expect(LevelRange("T11-L2")?.labels.map(\.name) == ["T11", "T12", "L1", "L2"])
        #expect(LevelRange("L5-S1")?.labels.map(\.name) == ["L5", "sacrum"])
        #expect(LevelRange("L5-L6")?.labels.map(\.name) == ["L5", "L6"])
    }

    @Test(arguments: ["", "L7", "L5-L1", "L1-L2-L3", "L1,,L2", "-", "L1-", "Ł1"]) func refuses(_ text: String) {
        #expect(LevelRange(text) == nil)
    }
}
