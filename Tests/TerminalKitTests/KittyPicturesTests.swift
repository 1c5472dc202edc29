import Foundation
import Testing

@testable import TerminalKit

@Suite struct KittyPicturesTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func changes(_ count: Int) -> [KittyPictures.Change] {
        (0..<count).map { i in
            KittyPictures.Change(
                place: i, rect: CellRect(column: 50 * i, row: 2, width: 50, height: 20),
                image: RasterImage(width: 4, height: 3))
        }
    }

    /// Pixels, and what is done once they are there.
    private func parts(_ bytes: [UInt8]) -> (sent: String, shown: String) {
        let parts = text(bytes).components(separatedBy: "\u{1B}[?2026h")
        return (parts[0], parts.dropFirst().joined())
    }

    /// kitty 0.26 forgets, with a picture that is deleted, every other that no place shows yet: three panes of four stayed empty.
    @Test func nothingIsDeletedBeforeAllStand() throws {
        var pictures = KittyPictures()
        _ = pictures.show(changes(4), of: 4)
        let (sent, shown) = parts(pictures.show(changes(4), of: 4))
        #expect(sent.components(separatedBy: "a=t,").count == 5 && !sent.contains("a=d"))
        let lastPlace = try #require(shown.range(of: "a=p", options: .backwards))
        let firstDelete = try #require(shown.range(of: "a=d"))
        #expect(lastPlace.upperBound < firstDelete.lowerBound && !shown.contains("a=t"))
    }

    /// A picture never takes the number of one that still stands.
    @Test func numbersAreNeverShared() {
        var pictures = KittyPictures()
        var standing: Set<String> = []
        for count in [6, 6, 2, 4, 6, 0, 6] {
            let (sent, shown) = parts(pictures.show(changes(count), of: count))
            let numbers = { (mark: String, s: String) in
                s.components(separatedBy: mark).dropFirst().compactMap { part in
                    part.components(separatedBy: "i=").dropFirst().first?.prefix { $0.isNumber }
                }.map(String.init)
            }
            let fresh = numbers("a=t,", sent)
            #expect(Set(fresh).count == count && standing.isDisjoint(with: fresh) && !fresh.contains("4211"))
            standing.formUnion(fresh)
            standing.subtract(numbers("a=d,", shown))
            #expect(standing == Set(fresh))
        }
    }

    @Test func whatTheFrameNoLongerHasGoes() {
        var pictures = KittyPictures()
        _ = pictures.show(changes(3), of: 3)
        let (sent, shown) = parts(pictures.show([], of: 1))
        #expect(sent.isEmpty && shown.components(separatedBy: "a=d").count == 3)
    }
}
