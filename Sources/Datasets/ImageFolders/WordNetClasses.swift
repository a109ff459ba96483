/// Reads lists of classes as data sets made from ImageNet have them: an identifier of WordNet per
/// line, with or without names behind it.
enum WordNetClasses {
  /// The identifiers, which are names of folders.
  /// - Throws: `FileError` with the line where one is there twice or cannot be a folder's name, or
  ///   where there is none at all.
  static func identifiers(_ path: String) throws -> [String] { try lines(path).map(\.identifier) }

  /// The first name of each identifier; names are separated by commas.
  static func names(_ path: String) throws -> [String: String] {
    var names: [String: String] = [:]
    for line in try lines(path) { names[line.identifier] = line.name }
    return names
  }

  /// Identifiers with their first names, or with themselves where they have none, in the file's
  /// order.
  static func lines(_ path: String) throws -> [(identifier: String, name: String)] {
    var result: [(identifier: String, name: String)] = []
    var seen: Set<String> = []
    try LineReader(path).forEachLine { line in
      let (head, tail) = line.split(atLast: false) ?? (line.bytes, [])
      let path = try line.checkedPath(head)
      let identifier = String(decoding: path, as: UTF8.self)
      guard !path.contains(UInt8(ascii: "/")), identifier != "." else {
        throw line.error(expected: "a class, named as its folder is")
      }
      guard seen.insert(identifier).inserted else {
        throw line.error(expected: "each class once", found: "'\(identifier)' once more")
      }
      let name = String(decoding: tail.prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self)
      result.append((identifier, name.isEmpty ? identifier : name))
    }
    guard !result.isEmpty else {
      throw FileError(.format, path: path, expected: "at least one class", found: "none")
    }
    return result
  }
}
