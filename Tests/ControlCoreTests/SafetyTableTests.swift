import ControlCore
import Foundation
import TestSupport
import Testing

@Suite struct SafetyTableTests {
    static func reachable(from start: SafetyState, by allowed: (SafetyEvent) -> Bool) -> Set<SafetyState> {
        var found: Set<SafetyState> = [start]
        var open = [start]
        while let state = open.popLast() {
            for event in SafetyEvent.allCases where allowed(event) {
                guard let row = SafetyTable.transition(from: state, on: event) else { continue }
                if found.insert(row.next).inserted { open.append(row.next) }
            }
        }
        return found
    }

    @Test func everyFaultEndsEveryMotion() throws {
        for state in SafetyState.allCases where state != .fault {
            let row = try #require(SafetyTable.transition(from: state, on: .stop(.fault)))
            #expect(row == SafetyTable.transition(from: .enabled, on: .stop(.fault)))
            #expect(row.next == .fault && row.action == .stopAndBrake && row.condition == .none)
        }
        let pause = try #require(SafetyTable.transition(from: .enabled, on: .stop(.pause)))
        #expect(pause.next == .paused && pause.action == .stopAndHold && pause.condition == .none)
    }

    @Test func withoutAPersonNothingLeavesAStop() {
        for state in [SafetyState.fault, .paused] {
            #expect(!Self.reachable(from: state, by: { !$0.isFromAPerson }).contains(.enabled))
        }
        // Drives that come on enable only what a person asked for: the row's guard says so.
        let row = SafetyTable.transition(from: .disabled, on: .drivesCameOn)
        #expect(row?.condition == .enableAsked)
        for event in SafetyEvent.allCases where !event.isFromAPerson && event != .drivesCameOn {
            #expect(SafetyTable.transition(from: .disabled, on: event)?.next != .enabled)
        }
    }

    @Test func aClearedFaultLeadsToDisabledOnly() {
        for event in SafetyEvent.allCases {
            guard let row = SafetyTable.transition(from: .fault, on: event) else { continue }
            #expect(event == .clearRequested && row.next == .disabled && row.condition == .faultGone)
        }
    }

    /// Into motion there are two ways, each guarded, each begun by a person, each from where the arm is.
    @Test func onlyTwoRowsLeadToMotion() {
        var rows: [String] = []
        for state in SafetyState.allCases where state != .enabled {
            for event in SafetyEvent.allCases {
                guard let row = SafetyTable.transition(from: state, on: event), row.next == .enabled else { continue }
                #expect(row.condition != .none)
                #expect(row.action == .startFromMeasured || row.action == .goOn)
                rows.append("\(state) \(event)")
            }
        }
        #expect(rows == ["disabled drivesCameOn", "paused resumeRequested"])
    }

    @Test func everyStateCanBeLeftForDisabled() {
        for state in SafetyState.allCases {
            #expect(Self.reachable(from: state, by: \.isFromAPerson).contains(.disabled))
        }
    }

    @Test func everyReasonHasASeverityThatFitsItsStop() {
        for reason in StopReason.allCases where reason.stopping == .atOnce { #expect(reason.severity == .fault) }
        #expect(StopReason.allCases.count > 20)
    }

    /// The page in the documentation is the table in the code. STYLET_WRITE_TABLE=1 writes it anew.
    @Test func theDocumentIsTheTable() throws {
        let file = repositoryFolder().appendingPathComponent("Documentation/safety-table.md")
        let page = SafetyPage.text
        if ProcessInfo.processInfo.environment["STYLET_WRITE_TABLE"] != nil {
            try page.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == page)
    }
}
