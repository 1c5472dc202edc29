import Crypto
import Foundation

/// The three.js of the system, put into a page when it is made: Debian's libjs-three. Nothing of it is kept in the project.
struct ThreeLibrary {
    /// three.js and its OrbitControls, in the order in which a page runs them.
    let scripts: [String]

    private static let folders = [
        "/usr/share/javascript/three", "/usr/share/nodejs/three", "/usr/local/share/javascript/three",
    ]
    private static let mains = ["build/three.min.js", "three.min.js"]
    private static let controls = "examples/js/controls/OrbitControls.js"
    private static let largest = 8 << 20

    /// `nil` where it is not installed, or a file is not what it should be.
    static func installed(in folders: [String] = folders) -> ThreeLibrary? {
        for folder in folders {
            guard let main = mains.lazy.compactMap({ text("\(folder)/\($0)", mentioning: "WebGLRenderer") }).first,
                let controls = text("\(folder)/\(controls)", mentioning: "OrbitControls")
            else { continue }
            return ThreeLibrary(scripts: [notice + main, controls])
        }
        return nil
    }

    /// A script that can stand inside a page as it is: text that neither ends its element nor opens a comment in it.
    private static func text(_ path: String, mentioning word: String) -> String? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: (path as NSString).resolvingSymlinksInPath)
        guard let size = attributes?[.size] as? Int, size <= largest,
            let data = FileManager.default.contents(atPath: path),
            let text = String(data: data, encoding: .utf8)
        else { return nil }
        let lower = text.lowercased()
        guard text.contains(word), !lower.contains("</script"), !lower.contains("<!--"), !text.contains("\r"),
            !text.contains("\0")
        else { return nil }
        return text
    }

    /// What the licence asks of copies; the packed script has lost it.
    private static let notice = """
        /* three.js. The MIT License. Copyright © 2010-2019 three.js authors.
        Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
        documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
        rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
        persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and
        this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED
        "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
        MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT
        HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
        ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE. */

        """
}

/// A script of a page: it runs because the page's policy names its hash, and nothing else runs.
struct PageScript {
    let text: String

    /// As a source expression of a Content-Security-Policy.
    var source: String { "'sha256-\(Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString())'" }
    var html: String { "<script>\(text)</script>" }
}
