/// Parts of a file's path. Foundation's own on `NSString` end the program on a path of one letter (Swift 6.3 on Linux).
public enum FilePath {
    /// `c.nii` of `a/b/c.nii`, the path itself where it has no folder.
    public static func name(_ path: String) -> String {
        trimmed(path).split(separator: "/").last.map(String.init) ?? path
    }

    /// `a/b` of `a/b/c.nii`, empty where the path has no folder, `/` where that is the root.
    public static func folder(_ path: String) -> String {
        let path = trimmed(path)
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// `nii` of `a/b/c.nii`, empty where the name has none; a name's first dot begins no ending.
    public static func ending(_ path: String) -> String {
        let name = name(path)
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "" }
        return String(name[name.index(after: dot)...])
    }

    /// `a/b/c` of `a/b/c.nii`.
    public static func withoutEnding(_ path: String) -> String {
        let ending = ending(path)
        return ending.isEmpty ? path : String(trimmed(path).dropLast(ending.count + 1))
    }

    private static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return String(path)
    }
}
