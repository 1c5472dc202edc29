import Trackers

extension SimulatedNDITracker {
    /// The commands about port handles.
    mutating func port(_ name: String, _ parameters: [UInt8]) -> [UInt8] {
        switch name {
        case "PHSR": return list(parameters)
        case "PHRQ": return request(parameters)
        default: break
        }
        guard parameters.count >= 2, let number = NDIMessage.number(parameters.prefix(2)) else { return error(0x07) }
        let handle = UInt8(number)
        guard ports[handle] != nil else { return error(0x08) }
        guard mode == .set || name == "PHINF" else { return error(0x0C) }
        return carryOut(name, handle, Array(parameters.dropFirst(2)))
    }

    private mutating func carryOut(_ name: String, _ handle: UInt8, _ rest: [UInt8]) -> [UInt8] {
        switch name {
        case "PVWR": return write(handle, rest)
        case "PINIT":
            guard let port = ports[handle], let tool = try? ToolDefinition(port.definition, file: "") else {
                return error(0x14)
            }
            ports[handle]?.markers = tool.markers.count
            if ports[handle]?.tool == nil {
                let tool = nextTool()
                ports[handle]?.tool = tool
            }
            ports[handle]?.isInitialised = true
        case "PENA":
            guard rest.count == 1, Array("SDB".utf8).contains(rest[0]) else { return error(0x09) }
            guard ports[handle]?.isInitialised == true else { return error(0x0E) }
            ports[handle]?.isEnabled = true
        case "PDIS":
            guard ports[handle]?.isEnabled == true else { return error(0x0F) }
            ports[handle]?.isEnabled = false
        case "PHF": ports[handle] = nil
        default: return information(handle, rest)
        }
        return okay
    }

    /// All handles, or those to be freed (none: a simulated tool is never unplugged), set up, or enabled.
    private func list(_ parameters: [UInt8]) -> [UInt8] {
        let option = parameters.isEmpty ? 0 : NDIMessage.number(parameters)
        let chosen = ports.keys.sorted().filter { handle in
            guard let port = ports[handle] else { return false }
            return switch option {
            case 0: true
            case 2: !port.isInitialised
            case 3: port.isInitialised && !port.isEnabled
            case 4: port.isEnabled
            default: false
            }
        }
        guard let option, option <= 4 else { return error(0x07) }
        return NDIMessage.reply(
            Self.hex(chosen.count, 2)
                + chosen.map { Self.hex(Int($0), 2) + Self.hex(Int(status($0).rawValue), 3) }.joined())
    }

    /// Eight for the hardware, one for the kind of system, one for the tool's kind, two for the port, two reserved.
    private mutating func request(_ parameters: [UInt8]) -> [UInt8] {
        guard mode == .set else { return error(0x0C) }
        guard parameters.count == 14 else { return error(0x07) }
        guard let handle = (UInt8(1)...UInt8(15)).first(where: { ports[$0] == nil }) else { return error(0x1D) }
        ports[handle] = Port()
        return NDIMessage.reply(Self.hex(Int(handle), 2))
    }

    /// Sixty-four bytes of the tool's definition at an address.
    private mutating func write(_ handle: UInt8, _ rest: [UInt8]) -> [UInt8] {
        guard rest.count == 132, let address = NDIMessage.number(rest.prefix(4)), address <= 960 else {
            return error(0x07)
        }
        let bytes = stride(from: 4, to: 132, by: 2).compactMap {
            NDIMessage.number(rest[$0..<($0 + 2)]).map { UInt8($0) }
        }
        guard bytes.count == 64 else { return error(0x01) }
        var definition = ports[handle]?.definition ?? []
        let missing = Int(address) + 64 - definition.count
        if missing > 0 { definition += Array(repeating: 0, count: missing) }
        definition.replaceSubrange(Int(address)..<(Int(address) + 64), with: bytes)
        ports[handle]?.definition = definition
        return okay
    }

    /// PHINF with option 0001: the kind of tool, its maker, its revision, its serial number and its state.
    private func information(_ handle: UInt8, _ rest: [UInt8]) -> [UInt8] {
        let option = rest.isEmpty ? 1 : NDIMessage.number(rest)
        guard let option, option & ~0x35 == 0 else { return error(0x07) }
        var text = ""
        if option & 0x01 != 0 {
            text += "02000000" + "Stylet      " + "001" + "0000000" + Self.hex(Int(handle), 1)
            text += Self.hex(Int(status(handle).rawValue), 2)
        }
        if option & 0x04 != 0 { text += (ports[handle]?.partNumber ?? "").padding(20) }
        if option & 0x10 != 0 { text += "00" }
        if option & 0x20 != 0 { text += "00000000000000" }
        return NDIMessage.reply(text)
    }

    func status(_ handle: UInt8) -> PortStatus {
        guard let port = ports[handle] else { return [] }
        var status: PortStatus = [.occupied]
        if port.isInitialised { status.insert(.initialised) }
        if port.isEnabled { status.insert(.enabled) }
        return status
    }

    static func hex(_ value: Int, _ width: Int) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension String {
    /// Cut or filled up with blanks to so many letters.
    fileprivate func padding(_ count: Int) -> String {
        String(prefix(count)) + String(repeating: " ", count: max(0, count - self.count))
    }
}
