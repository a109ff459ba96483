/// What the head of an npy file says about the numbers behind it.
struct NumpyHeader: Sendable, Equatable {
  /// How the numbers are stored; nil where Python objects follow, in a pickle.
  let type: ElementType?
  /// Whether the first index runs fastest.
  let isFortranOrder: Bool
  let shape: [Int]
  /// The product of `shape`; 1 for a scalar.
  let count: Int
  /// Bytes before the first element.
  let length: Int

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let longest = 65_535

  /// Reads a header of format version 1.0, 2.0 or 3.0 and leaves the stream at the first element.
  init(_ stream: inout ByteStream, path: String) throws {
    let start = try stream.bytes(8)
    guard Array(start[..<6]) == Self.magic else {
      throw FileError(
        .format, path: path, at: .byte(0), expected: "an npy file, beginning \\x93NUMPY",
        found: "other bytes")
    }
    let text = try Self.text(&stream, version: start[6], start[7], path)
    do {
      let literal = try PythonLiteral.parse(text)
      try self.init(literal, length: stream.delivered, path)
    } catch let error as PythonLiteralError {
      throw FileError(
        .format, path: path, at: .byte(stream.delivered - text.count + error.offset),
        expected: error.expected, found: "something else in the header")
    }
  }

  private static func text(
    _ stream: inout ByteStream, version major: UInt8, _ minor: UInt8, _ path: String
  ) throws -> [UInt8] {
    guard (1...3).contains(major), minor == 0 else {
      throw FileError(
        .format, path: path, at: .byte(6), expected: "npy version 1.0, 2.0 or 3.0",
        found: "version \(major).\(minor)")
    }
    let length = try stream.bytes(major == 1 ? 2 : 4).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= longest else {
      throw FileError(
        .format, path: path, at: .byte(8), expected: "a header of at most \(longest) bytes",
        found: "\(length)")
    }
    return try stream.bytes(length)
  }

  private init(_ literal: PythonLiteral, length: Int, _ path: String) throws {
    guard case .dictionary(let entries) = literal,
      entries.map(\.key).sorted() == ["descr", "fortran_order", "shape"]
    else {
      throw FileError(
        .format, path: path, at: .byte(8), expected: "a header with descr, fortran_order and shape",
        found: "another")
    }
    let fields = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
    guard case .truth(let isFortranOrder) = fields["fortran_order"] else {
      throw FileError(
        .format, path: path, at: .byte(8), expected: "fortran_order True or False",
        found: "another value")
    }
    self.isFortranOrder = isFortranOrder
    self.length = length
    type = try Self.type(fields["descr"], path)
    shape = try Self.shape(fields["shape"], path)
    count = try Self.count(shape, type, path)
  }

  private static func type(_ field: PythonLiteral?, _ path: String) throws -> ElementType? {
    guard case .text(let descriptor) = field else {
      throw FileError(
        .format, path: path, at: .byte(8), expected: "an array of plain numbers",
        found: "a structured array", hints: ["save each of its fields as an array of its own"])
    }
    if let type = ElementType(descriptor) { return type }
    if ["|O", "O", "|O8", "|O4"].contains(descriptor) { return nil }
    throw FileError(
      .format, path: path, at: .byte(8),
      expected: "an array of plain numbers (b1, i1…i8, u1…u8, f2, f4, f8) or text (U)",
      found: "elements of type '\(descriptor)'",
      hints: ["in Python: numpy.save(FILE, array.astype('float32'))"])
  }

  private static func shape(_ field: PythonLiteral?, _ path: String) throws -> [Int] {
    guard case .sequence(let elements) = field, elements.count <= ArrayLayout.mostDimensions else {
      throw FileError(
        .format, path: path, at: .byte(8),
        expected: "a shape of at most \(ArrayLayout.mostDimensions) sizes",
        found: "another value")
    }
    return try elements.map { element in
      guard case .integer(let size) = element, size >= 0 else {
        throw FileError(
          .format, path: path, at: .byte(8), expected: "a shape of whole numbers from 0 on",
          found: "another value")
      }
      return size
    }
  }

  /// The number of elements, checked so that no product of sizes overflows later.
  private static func count(_ shape: [Int], _ type: ElementType?, _ path: String) throws -> Int {
    guard let count = ArrayLayout.count(shape, size: type?.size ?? 8) else {
      throw FileError(
        .format, path: path, at: .byte(8), expected: "a shape whose bytes can be counted",
        found: "\(shape.map(String.init).joined(separator: " × "))")
    }
    return count
  }
}
