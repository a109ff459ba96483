import Foundation

/// Files of the safetensors format: the length of a header in 64 bits, the header in JSON, which says
/// of each array its type, its shape and where its bytes are, and then the bytes.
enum SafetensorsFile {
  /// Longer headers are refused: 16 MiB, the names of some hundred thousand arrays.
  private static let longestHeader = 1 << 24
  private static let lengthSize = 8
  static let metadata = "__metadata__"

  /// Whether a file of `count` bytes that begins with `start` is one.
  static func isOne(_ start: [UInt8], _ count: Int) -> Bool {
    guard start.count > lengthSize, start[lengthSize] == UInt8(ascii: "{") else { return false }
    let length = start[..<lengthSize].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return length <= UInt64(count)
  }

  /// The arrays, in the order of their bytes.
  /// - Throws: `FileError` where the header is none, or where its arrays do not lie one after another
  ///   from the header to the end of the file.
  static func arrays(_ file: FileBytes) throws -> [(name: String, array: StoredArray)] {
    let (entries, start) = try header(file)
    let order = entries.sorted { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
    var place = start
    let arrays = try order.map { entry in
      guard entry.begin == place - start, entry.end >= entry.begin else {
        throw FileError(
          .format, path: file.name, member: entry.name, at: .byte(place),
          expected: "arrays one after another, this one from \(place - start) on",
          found: "\(entry.begin) to \(entry.end)")
      }
      try file.checkBounds(place, entry.end - entry.begin)
      let range = place..<place + entry.end - entry.begin
      place = range.upperBound
      return (name: entry.name, array: try entry.array(in: file, range))
    }
    guard place == file.count else {
      throw FileError(
        .format, path: file.name, at: .byte(place), expected: "the end of the file",
        found: "\(file.count - place) more bytes, which belong to no array")
    }
    return arrays
  }

  private static func header(_ file: FileBytes) throws -> (entries: [Entry], end: Int) {
    var reader = LittleEndianReader(
      bytes: try file.bytes(0..<lengthSize), base: 0, path: file.name)
    let length = try reader.wide()
    guard length <= longestHeader else {
      throw FileError(
        .tooLarge, path: file.name, at: .byte(0),
        expected: "a header of at most \(longestHeader) bytes", found: "\(length)")
    }
    let bytes = try file.bytes(lengthSize..<lengthSize + length)
    do {
      return (try JSONDecoder().decode(Header.self, from: Data(bytes)).entries, lengthSize + length)
    } catch let error as DecodingError {
      throw FileError(
        .format, path: file.name, member: error.path.first, at: .byte(lengthSize),
        expected:
          "a header in JSON with the dtype, the shape and the two data_offsets of each array",
        found: "another one")
    }
  }

  /// What the header says about one array.
  private struct Entry {
    let name: String
    let type: String
    let shape: [Int]
    /// Bytes behind the header, from `begin` up to `end`.
    let begin: Int
    let end: Int

    private static let types: [String: ElementType?] = [
      "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64,
      "I32": .int32, "I16": .int16, "I8": .int8, "U8": .uint8, "BOOL": .boolean,
      "U16": ElementType("<u2"), "U32": ElementType("<u4"), "U64": ElementType("<u8"),
    ]

    /// - Parameter range: where its bytes are, which is known to be in the file.
    func array(in file: FileBytes, _ range: Range<Int>) throws -> StoredArray {
      guard let type = Self.types[type] ?? nil else {
        throw error(
          file, expected: "one of the types \(Self.types.keys.sorted().joined(separator: ", "))",
          found: "'\(type.prefix(20))'")
      }
      guard shape.count <= ArrayLayout.mostDimensions,
        let count = ArrayLayout.count(shape, size: type.size), count * type.size == range.count
      else {
        let sizes = shape.prefix(8).map(String.init).joined(separator: " × ")
        throw error(
          file, expected: "as many bytes as \(sizes) elements of type '\(type.descriptor)' have",
          found: "\(range.count)")
      }
      let elements = ArrayElements(type, ArrayLayout(dense: shape), .file(file, range))
      return try StoredArray(
        path: file.name, member: name, shape: shape, type: type, content: .parts([elements]),
        fileSize: file.count)
    }

    private func error(_ file: FileBytes, expected: String, found: String) -> FileError {
      FileError(.format, path: file.name, member: name, expected: expected, found: found)
    }
  }

  private struct Header: Decodable {
    let entries: [Entry]

    private struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    private struct Description: Decodable {
      let dtype: String
      let shape: [Int]
      let offsets: [Int]

      enum CodingKeys: String, CodingKey {
        case dtype, shape
        case offsets = "data_offsets"
      }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      entries = try container.allKeys.filter { $0.stringValue != metadata }.map { key in
        let description = try container.decode(Description.self, forKey: key)
        guard description.offsets.count == 2 else {
          throw DecodingError.dataCorruptedError(
            forKey: key, in: container, debugDescription: "two offsets")
        }
        return Entry(
          name: key.stringValue, type: description.dtype, shape: description.shape,
          begin: description.offsets[0], end: description.offsets[1])
      }
    }
  }
}

extension DecodingError {
  /// The keys under which the trouble is.
  fileprivate var path: [String] {
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context), .dataCorrupted(let context):
      context.codingPath.map(\.stringValue)
    @unknown default: []
    }
  }
}
