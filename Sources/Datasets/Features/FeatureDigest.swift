import Foundation
import LinearAlgebra

/// Guards against features that belong to other samples: reads the note that lies beside a features
/// file, `FILE.json`, and compares it with the file and with the labels that were loaded.
///
/// `scripts/embed.py` writes such notes; its head says what they hold.
package enum FeatureDigest {
  /// - Parameters:
  ///   - path: the features file, as the user named it.
  ///   - labels: the labels of the split that the features are for, in order and uncut.
  /// - Returns: what the note leaves unchecked, as sentences without a full stop; nothing where
  ///   there is no note, or where all of it holds.
  /// - Throws: `FileError` where the note is malformed, the file is not the one that the note is
  ///   about, or the labels are not those that the features were made for. O(size of the file).
  package static func check(featuresAt path: String, labels: [Int]) throws -> [String] {
    let file = ArrayLocation(path).path
    let notePath = file + ".json"
    guard FileManager.default.fileExists(atPath: notePath) else { return [] }
    let note = try read(notePath)
    guard note.format == 1 else {
      return ["\(notePath) is of format \(note.format), which is not known; it was not checked"]
    }
    let array = try StoredArray(path)
    try checkShape(note, array, notePath)
    try checkContent(note, file, notePath)
    guard let expected = note.labelsDigest else {
      return ["\(notePath) does not say for which labels the rows of \(file) were made"]
    }
    guard expected.lowercased() != hash(labels) else { return [] }
    throw FileError(
      .format, path: path,
      expected: "features of the samples that were loaded, in their order",
      found: "those of others, or in another order: \(notePath) says they were made for the "
        + "\(note.split) split of \(note.dataset)",
      hints: [
        "scripts/embed.py makes features of the data set as it lies here",
        "delete \(notePath) if you know that the rows belong to these samples",
      ])
  }

  /// SHA-256 of labels as little-endian 64-bit integers, 64 hex digits.
  package static func hash(_ labels: [Int]) -> String {
    var sha = SHA256()
    for start in stride(from: 0, to: labels.count, by: 1 << 16) {
      let piece = labels[start..<min(start + 1 << 16, labels.count)]
        .map { Int64($0).littleEndian }
      piece.withUnsafeBytes { sha.update($0) }
    }
    return sha.hexadecimal
  }

  /// The fields of the note that are looked at, under their names in the file.
  private struct Note: Decodable {
    let format: Int
    let rows: Int
    let columns: Int
    let sha256: String
    let dataset: String
    let split: String
    let labelsDigest: String?

    enum CodingKeys: String, CodingKey {
      case format, rows, columns, sha256, dataset, split
      case labelsDigest = "labels_sha256"
    }
  }

  private static let longestNote = 1 << 16

  private static func read(_ path: String) throws -> Note {
    let file = try FileBytes(path)
    guard file.count <= longestNote else {
      throw FileError(
        .format, path: path, expected: "a note of at most \(longestNote) bytes",
        found: "\(file.count) bytes")
    }
    let bytes = Data(try file.bytes(0..<file.count))
    if let version = try? JSONDecoder().decode([String: Format].self, from: bytes)["format"],
      let number = version.number, number != 1
    {
      return Note(
        format: number, rows: 0, columns: 0, sha256: "", dataset: "", split: "",
        labelsDigest: nil)
    }
    do {
      return try JSONDecoder().decode(Note.self, from: bytes)
    } catch {
      throw FileError(
        .format, path: path, expected: "what belongs to a features file, as scripts/embed.py notes",
        found: reason(error), hints: ["delete it if it is something else"])
    }
  }

  /// A whole number, or anything else.
  private struct Format: Decodable {
    let number: Int?

    init(from decoder: any Decoder) throws {
      number = try? decoder.singleValueContainer().decode(Int.self)
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "something else" }
    return switch error {
    case .keyNotFound(let key, _): "no \"\(key.stringValue)\""
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "a value of another kind for \"\(context.codingPath.last?.stringValue ?? "")\""
    case .dataCorrupted: "text that is no JSON"
    @unknown default: "something else"
    }
  }

  private static func checkShape(_ note: Note, _ array: StoredArray, _ notePath: String) throws {
    let shape = [note.rows, note.columns]
    guard array.shape != shape else { return }
    let sizes = { (shape: [Int]) in shape.map(String.init).joined(separator: " × ") }
    throw FileError(
      .format, path: array.path, member: array.member,
      expected: "\(sizes(shape)) numbers, as \(notePath) says", found: sizes(array.shape),
      hints: staleHints(notePath))
  }

  private static func checkContent(_ note: Note, _ path: String, _ notePath: String) throws {
    let file = try FileBytes(path)
    var sha = SHA256()
    for start in stride(from: 0, to: file.count, by: 1 << 20) {
      try Interrupt.check()
      let piece = try file.bytes(start..<min(start + 1 << 20, file.count))
      piece.withUnsafeBytes { sha.update($0) }
    }
    let found = sha.hexadecimal
    guard found != note.sha256.lowercased() else { return }
    throw FileError(
      .format, path: path, expected: "the file that \(notePath) is about",
      found: "another one (SHA-256 \(found.prefix(12))…, not \(note.sha256.prefix(12))…)",
      hints: staleHints(notePath))
  }

  private static func staleHints(_ notePath: String) -> [String] {
    [
      "the features were changed after scripts/embed.py wrote them; delete \(notePath) if rightly so"
    ]
  }
}
