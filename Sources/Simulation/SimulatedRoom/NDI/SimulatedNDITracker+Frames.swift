import Frames
import Glibc
import Trackers

extension SimulatedNDITracker {
    /// The answer to BX or TX: what the camera saw in its last frame.
    func frame(_ command: String, _ parameters: String, at time: Double) -> [UInt8] {
        let option = parameters.isEmpty ? 1 : NDIMessage.number(parameters.utf8)
        guard let option, option & 1 == 1, option & ~0x0803 == 0 else { return error(0x07) }
        let number = UInt32(max(0, min(time * Self.rate, 4e9)))
        let exposure = Double(number) / Self.rate
        let tools = ports.keys.sorted().filter { ports[$0]?.isInitialised == true }.map {
            handle -> (UInt8, Seen?, Bool) in
            let isEnabled = ports[handle]?.isEnabled == true
            var seen = isEnabled ? ports[handle]?.tool.flatMap { room($0, exposure) } : nil
            // without option 0800 what lies outside the volume is not told
            if seen?.isOutOfVolume == true, option & 0x0800 == 0 { seen = nil }
            return (handle, seen, isEnabled)
        }
        let tellsMarkers = option & 2 != 0
        return command == "BX" ? binary(tools, number, tellsMarkers) : text(tools, number, tellsMarkers)
    }

    /// A byte about the tool, then four bits for each of 20 markers, the last for the first of them.
    private func markers(_ handle: UInt8, _ seen: Seen?) -> [UInt8] {
        let count = ports[handle]?.markers ?? 0
        let states = (0..<20).map { marker -> UInt8 in
            guard let seen, marker < count, !seen.coveredMarkers.contains(marker) else { return 0 }
            return seen.isOutOfVolume ? 4 : 3
        }
        return [0] + stride(from: 18, through: 0, by: -2).map { states[$0 + 1] << 4 | states[$0] }
    }

    private func state(_ handle: UInt8, _ seen: Seen?) -> UInt32 {
        var status = status(handle)
        if seen?.isOutOfVolume == true { status.insert(.outOfVolume) }
        return status.rawValue
    }

    private func binary(_ tools: [(UInt8, Seen?, Bool)], _ number: UInt32, _ tellsMarkers: Bool) -> [UInt8] {
        func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        var body = [UInt8(tools.count)]
        for (handle, seen, isEnabled) in tools {
            guard isEnabled else {
                body += [handle, 4]
                continue
            }
            body += [handle, seen == nil ? 2 : 1]
            if let seen {
                let q = seen.pose.rotation.quaternion, t = seen.pose.translation
                for value in [q.w, q.v.x, q.v.y, q.v.z, t.x, t.y, t.z, seen.error] {
                    body += little(Float(value).bitPattern)
                }
            }
            body += little(state(handle, seen)) + little(number)
            if tellsMarkers { body += markers(handle, seen) }
        }
        body += [0, 0]
        let head = little(UInt16(0xA5C4)) + little(UInt16(body.count))
        return head + little(NDIMessage.checksum(head)) + body + little(NDIMessage.checksum(body))
    }

    private func text(_ tools: [(UInt8, Seen?, Bool)], _ number: UInt32, _ tellsMarkers: Bool) -> [UInt8] {
        var text = Self.hex(tools.count, 2)
        for (handle, seen, isEnabled) in tools {
            text += Self.hex(Int(handle), 2)
            if let seen, isEnabled {
                let q = seen.pose.rotation.quaternion, t = seen.pose.translation
                text += [q.w, q.v.x, q.v.y, q.v.z].map { Self.fixed($0, 4, 5) }.joined()
                text += [t.x, t.y, t.z].map { Self.fixed($0, 2, 6) }.joined() + Self.fixed(seen.error, 4, 5)
            } else {
                text += isEnabled ? "MISSING" : "DISABLED"
            }
            text += Self.hex(Int(state(handle, seen)), 8) + Self.hex(Int(number), 8)
            if tellsMarkers { text += markers(handle, seen).map { Self.hex(Int($0), 2) }.joined() }
            text += "\n"
        }
        return NDIMessage.reply(text + "0000")
    }

    /// A sign and so many digits, the last `decimals` of them after the point, which is not sent.
    private static func fixed(_ value: Double, _ decimals: Int, _ width: Int) -> String {
        let scaled = Int((value * pow(10, Double(decimals))).rounded())
        let digits = String(min(abs(scaled), Int(pow(10, Double(width))) - 1))
        return (scaled < 0 ? "-" : "+") + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
