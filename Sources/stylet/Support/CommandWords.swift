/// A command line as a person writes it, split into the program and its arguments by our own rules: blanks separate, quotes
/// of both kinds keep blanks, a backslash keeps the next letter. No shell sees it, so nothing in it is expanded or run.
enum CommandWords {
    /// `nil` where a quote is left open or the line ends with a backslash.
    static func split(_ line: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var letters = line.makeIterator()
        while let letter = letters.next() {
            switch letter {
            case "\\" where quote != "'":
                guard let next = letters.next() else { return nil }
                word = (word ?? "") + String(next)
            case quote: quote = nil
            case "\"" where quote == nil, "'" where quote == nil:
                quote = letter
                word = word ?? ""
            case _ where letter.isWhitespace && quote == nil:
                if let done = word { words.append(done) }
                word = nil
            default: word = (word ?? "") + String(letter)
            }
        }
        if quote != nil { return nil }
        return words + (word.map { [$0] } ?? [])
    }
}
