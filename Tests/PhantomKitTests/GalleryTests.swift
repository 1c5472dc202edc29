import Foundation
import Frames
import Imaging
import Testing

@testable import PhantomKit

/// What holds for every phantom in Phantoms/.
@Suite struct GalleryTests {
    static let names = [
        "cervical", "head", "lumbar", "metal", "osteoporosis", "scoliosis", "thoracic", "transitional",
    ]

    private func load(_ name: String) throws -> PhantomDefinition {
        let path = try #require(try phantomPaths().first { $0.hasSuffix("/\(name).yaml") })
        return try PhantomDefinition.load(path)
    }

    @Test func everyPhantomIsListed() throws {
        let files = try phantomPaths().map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
        #expect(files == Self.names)
        for name in files { #expect(try load(name).name == name) }
    }

    @Test(arguments: names) func peopleDiffer(_ name: String) throws {
        let base = try load(name)
        for seed in 1...3 as ClosedRange<UInt64> {
            let person = base.varied(seed: seed)
            #expect(person != base && person == base.varied(seed: seed))
            #expect(person.levels.map(\.label) == base.levels.map(\.label))
        }
    }

    /// Bones nowhere touch another label's bone, and every vertebra within the image is in one piece.
    @Test(arguments: names) func vertebraeAreApartAndWhole(_ name: String) throws {
        let phantom = try Phantom(load(name))
        // Voxels wider than the joints would close them.
        let spacing = min(phantom.definition.bone.jointGap * 0.95, 1.6)
        let labels = phantom.labels(try phantom.geometry(spacing: Vector3(repeating: spacing)))
        let n = labels.size
        let bones = Set(phantom.boneLabels.map(\.number))
        var touching: Set<[UInt8]> = []
        for i in labels.voxels.indices where bones.contains(labels.voxels[i]) {
            let at = labels.geometry.index(offset: i)
            for next in [
                VoxelIndex(at.x + 1, at.y, at.z), VoxelIndex(at.x, at.y + 1, at.z), VoxelIndex(at.x, at.y, at.z + 1),
            ]
            where n.contains(next) {
                let other = labels[next]
                if other != labels.voxels[i], bones.contains(other) {
                    touching.insert([other, labels.voxels[i]].sorted())
                }
            }
        }
        #expect(touching.isEmpty, "\(name): \(touching)")
        // C1's arches and thin laminae need finer voxels than these.
        for level in phantom.definition.levels where level.label.number > 7 {
            let whole = largestShare(of: level.label.number, in: labels)
            #expect(whole == nil || whole! > 0.985, "\(name) \(level.label.name): \(whole ?? 1)")
        }
    }

    /// The share of a label's voxels in its largest piece (26 neighbours); `nil` where there are none.
    private func largestShare(of label: UInt8, in labels: LabelVolume) -> Double? {
        let n = labels.size
        var open = labels.voxels.map { $0 == label }
        var (total, largest) = (0, 0)
        for start in open.indices where open[start] {
            open[start] = false
            var (stack, size) = ([start], 0)
            while let i = stack.popLast() {
                size += 1
                let at = labels.geometry.index(offset: i)
                for z in max(at.z - 1, 0)...min(at.z + 1, n.z - 1) {
                    for y in max(at.y - 1, 0)...min(at.y + 1, n.y - 1) {
                        for x in max(at.x - 1, 0)...min(at.x + 1, n.x - 1) {
                            let next = labels.geometry.offset(VoxelIndex(x, y, z))
                            guard open[next] else { continue }
                            open[next] = false
                            stack.append(next)
                        }
                    }
                }
            }
            total += size
            largest = max(largest, size)
        }
        return total > 0 ? Double(largest) / Double(total) : nil
    }

    static let contents: [(name: String, labels: [UInt8])] = [
        ("cervical", [1, 2, 3, 4, 5, 6, 7, 8, 9, 101, 102, 103, 104, 110, 111]),
        ("head", [1, 2, 3, 101, 102, 103, 104, 105, 106, 107, 108]),
        ("metal", [20, 21, 22, 23, 24, 26, 102, 103, 104, 108, 110, 112]),
        ("thoracic", Array(8...19) + [100, 102, 103, 104, 110, 111]),
        ("transitional", [18, 19, 20, 21, 22, 23, 24, 25, 26, 110, 111, 112]),
        ("scoliosis", [17, 18, 19, 20, 21, 22, 23, 24, 26, 111, 112]),
    ]

    @Test(arguments: contents.indices) func truthHoldsWhatItsNameSays(_ i: Int) throws {
        let phantom = try Phantom(load(Self.contents[i].name))
        let counts = phantom.labels(try phantom.geometry(spacing: Vector3(2, 2, 2))).counts()
        for label in Self.contents[i].labels {
            #expect(
                (counts[AnatomicalLabel(label)] ?? 0) > 2, "\(Self.contents[i].name) \(AnatomicalLabel(label).name)")
        }
    }

    /// Cobb's angle between the most tilted endplates, measured on the poses.
    @Test func scoliosisHasItsCurve() throws {
        let phantom = try Phantom(load("scoliosis"))
        let tilts = phantom.poses.vertebrae.map { pose -> Double in
            let up = (pose * Direction<Vertebra>.z).vector
            return degrees(radians: atan2(up.x, up.z))
        }
        let cobb = (tilts.max() ?? 0) - (tilts.min() ?? 0)
        #expect((30...42).contains(cobb), "\(cobb)")
        let turned = phantom.poses.vertebrae.map { degrees(radians: asin(-($0 * Direction<Vertebra>.y).vector.x)) }
        #expect((turned.map { abs($0) }.max() ?? 0) > 14)
    }

    /// Ribs reach their vertebrae: each head within the joint's gap and a little.
    @Test func ribsMeetTheirVertebrae() throws {
        let phantom = try Phantom(load("thoracic"))
        for (i, bone) in phantom.skeleton.bones.enumerated() where bone.label == .rib {
            let head = (bone.pose * Point<Vertebra>(bone.rods[0].start)).coordinates
            let nearest =
                phantom.skeleton.bones.indices.filter { phantom.skeleton.bones[$0].label.isVertebra }
                .map { phantom.skeleton.bones[$0].distance(head) }.min() ?? 99
            #expect(nearest < 6, "rib \(i): \(nearest)")
        }
        #expect(phantom.skeleton.bones.filter { $0.label == .rib }.count == 24)
    }

    /// C2's dens stands within C1's ring.
    @Test func densStandsInTheRing() throws {
        let phantom = try Phantom(load("cervical"))
        let atlas = phantom.poses.vertebrae[0]
        let dens = phantom.signedDistance(of: AnatomicalLabel(2), at: atlas * Point(0, 0, 0)) ?? 9
        #expect(dens < -2)
        for y in [-9.0, 19] {
            let ring = (0...12).map { k in
                phantom.signedDistance(
                    of: AnatomicalLabel(1), at: atlas * Point(0, y + Double(k) * (y < 0 ? -1 : 1), 0)) ?? 9
            }
            #expect((ring.min() ?? 9) < -1)
        }
    }
}
