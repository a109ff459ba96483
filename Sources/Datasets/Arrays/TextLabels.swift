/// Labels written as text.
struct TextLabels {
  let labels: [Int]

  private static let header = ["index", "label"]
  private static let longestFile = 1 << 28

  /// - Parameter count: how many labels there have to be, if that is known.
  init(_ file: FileBytes, count: Int?) throws {
    guard file.count <= Self.longestFile else {
      throw FileError(
        .tooLarge, path: file.name, expected: "a text file of at most \(Self.longestFile) bytes",
        found: "\(file.count)")
    }
    let lines = Self.lines(try file.bytes(0..<file.count))
    if let first = lines.first, Self.fields(first).map({ $0.lowercased() }) == Self.header {
      labels = try Self.indexed(lines.dropFirst(), count ?? lines.count - 1, file.name)
    } else {
      labels = try lines.enumerated().map { number, line in
        try Self.number(line, "a label, one per line", number + 1, file.name)
      }
    }
  }

  /// Lines without their ends; the mark of UTF-8 and empty lines at the end are dropped.
  private static func lines(_ bytes: [UInt8]) -> [Substring] {
    let text = String(decoding: bytes, as: UTF8.self)
    var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    if let first = lines.first, first.first == "\u{feff}" { lines[0] = first.dropFirst() }
    return lines
  }

  private static func fields(_ line: Substring) -> [Substring] {
    line.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0.isWhitespace }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }

  private static func number(_ text: Substring, _ what: String, _ line: Int, _ path: String) throws
    -> Int
  {
    let text = trimmed(text)
    guard let number = Int(text) else {
      throw FileError(
        .format, path: path, at: .line(line), expected: what,
        found: text.isEmpty ? "an empty line" : "'\(text.prefix(40))'",
        hints: [
          "labels are whole numbers from 0 on, one per line or 'index,label' below that header"
        ])
    }
    return number
  }

  /// Lines `index,label`, each index from 0 to `count - 1` once.
  private static func indexed(_ lines: ArraySlice<Substring>, _ count: Int, _ path: String) throws
    -> [Int]
  {
    var labels = [Int?](repeating: nil, count: count)
    for (number, line) in zip(lines.indices.lazy.map { $0 + 1 }, lines) {
      let fields = fields(line)
      guard fields.count == 2 else {
        throw FileError(
          .format, path: path, at: .line(number), expected: "an index and a label",
          found: "'\(line.prefix(40))'")
      }
      let index = try Self.number(fields[0], "an index", number, path)
      guard labels.indices.contains(index), labels[index] == nil else {
        throw FileError(
          .format, path: path, at: .line(number),
          expected: "each index from 0 to \(count - 1) once", found: "\(index)")
      }
      labels[index] = try Self.number(fields[1], "a label", number, path)
    }
    return try labels.enumerated().map { index, label in
      guard let label else {
        throw FileError(
          .format, path: path, at: .row(index), expected: "a label for each of \(count) samples",
          found: "none for sample \(index)")
      }
      return label
    }
  }
}
