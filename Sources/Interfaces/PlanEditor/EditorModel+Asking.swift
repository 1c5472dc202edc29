import Foundation
import Frames
import Imaging
import Planning
import TerminalKit

extension EditorModel {
    func ask(_ purpose: Prompt.Purpose, _ title: String, _ text: String) {
        state.mode = .prompt(Prompt(purpose: purpose, title: title, text: text))
    }

    func promptKey(_ key: Key, _ prompt: Prompt) {
        switch key {
        case .escape: state.mode = .edit
        case .enter:
            state.mode = .edit
            finish(prompt)
        default:
            var typed = prompt
            typed.take(key)
            state.mode = .prompt(typed)
        }
    }

    private func finish(_ prompt: Prompt) {
        let text = prompt.text.trimmingCharacters(in: .whitespaces)
        switch prompt.purpose {
        case .note(let id):
            guard var item = items.first(where: { $0.id == id }) else { return }
            item.note = text.isEmpty ? nil : text
            perform(.replace(item), title: "note on \(id)")
        case .rename(let level): rename(level, to: text)
        case .approverName:
            guard !text.isEmpty else { return warn("nobody signed: no name was given") }
            approve(as: text)
        case .keyFile(let name):
            guard !text.isEmpty else { return warn("nobody signed: no key file was given") }
            requests.append(.approve(name: name, key: text))
        }
    }

    // MARK: Approval

    func approvalKey(_ key: Key) {
        switch key {
        case .character("S") where !items.isEmpty:
            if let name = options.approver {
                approve(as: name)
            } else {
                ask(.approverName, "Your name, as trusted", "")
            }
        case .character("g"), .enter:
            state.mode = .edit
            if let first = obstacles.first, let place = items.firstIndex(where: { $0.id == first.id }) { select(place) }
        case .character(" "), .pageDown, .down: state.page += 1
        case .pageUp, .up: state.page = max(state.page - 1, 0)
        default: (state.mode, state.page) = (.edit, 0)
        }
    }

    private func approve(as name: String) {
        state.mode = .edit
        if let path = options.keyPath {
            requests.append(.approve(name: name, key: path))
        } else {
            ask(.keyFile(name: name), "Your key file", "")
        }
    }

    func answer(_ key: Key, _ question: Question) {
        state.mode = .edit
        switch (question, key) {
        case (.quitUnsaved, .character("s")): requests += [.save, .quit]
        case (.quitUnsaved, .character("d")):
            session.discard()
            requests.append(.quit)
        case (.removeItem(let id), .character("y")): perform(.remove(id: id), title: "remove \(id)")
        default: break
        }
    }

    /// Whether something is to be written, which may take longer than a person waits.
    var isAboutToSave: Bool { requests.contains { $0 != .quit } }

    /// Does what was asked for beyond the screen.
    /// - Returns: whether the editor is to end.
    public func carryOut(at now: Date) -> Bool {
        if isAboutToSave, let item = items.first(where: isBeingMeasured) {
            wait(for: item)
            return false
        }
        let waiting = requests
        requests = []
        for request in waiting {
            switch request {
            case .quit: return true
            case .save:
                guard attempt({ try session.save() }) else { return false }
                say("saved: \(session.savedAs ?? session.files.plan)")
            case .approve(let name, let key):
                let signed = attempt {
                    try session.approve(as: name, with: ApprovalKey(path: key), at: now)
                }
                if signed { say("signed by \(name) and saved; any further change voids it") }
            }
        }
        return false
    }

    /// A plan without its numbers is no plan: saving waits for them, and nobody signs what they have not seen.
    private func wait(for item: PlanItem) {
        let isSigning = requests.contains { if case .approve = $0 { true } else { false } }
        guard isSigning else { return say("saving as soon as \(item.id) is measured …") }
        requests = []
        warn("not signed: \(item.id) is still being measured; wait for its numbers and sign them")
    }

    private func isBeingMeasured(_ item: PlanItem) -> Bool { !isMeasured(item) && session.isMeasuring(item) }

    private func attempt(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return true
        } catch {
            warn(options.describe(error))
            return false
        }
    }
}
