import Glibc

/// Writes arrays as npy files: format version 1.0, C order, little-endian, the header padded to a
/// multiple of 64 bytes, as NumPy does.
package enum NumpyWriter {
  /// Writes 32-bit floats, `<f4`.
  /// - Precondition: the product of `shape` is `values.count`.
  package static func write(_ values: [Float], shape: [Int], to path: String) throws {
    try write(values, shape, .float32, path) { $0.bitPattern.littleEndian }
  }

  /// Writes 64-bit floats, `<f8`.
  /// - Precondition: the product of `shape` is `values.count`.
  package static func write(_ values: [Double], shape: [Int], to path: String) throws {
    try write(values, shape, .float64, path) { $0.bitPattern.littleEndian }
  }

  /// Writes 64-bit integers, `<i8`.
  /// - Precondition: the product of `shape` is `values.count`.
  package static func write(_ values: [Int], shape: [Int], to path: String) throws {
    try write(values, shape, .int64, path) { Int64($0).littleEndian }
  }

  /// Writes truth values, `|b1`.
  /// - Precondition: the product of `shape` is `values.count`.
  package static func write(_ values: [Bool], shape: [Int], to path: String) throws {
    try write(values, shape, .boolean, path) { UInt8($0 ? 1 : 0) }
  }

  /// Writes text, `<U` and the number of characters of the longest, at least 1. Every text takes
  /// four bytes per character of the longest. Zeros at the end of a text are not kept.
  /// - Precondition: the product of `shape` is `values.count`.
  package static func write(_ values: [String], shape: [Int], to path: String) throws {
    let longest = values.lazy.map(\.unicodeScalars.count).max() ?? 0
    let type = ElementType.text(max(1, longest))
    try write(shape, count: values.count, type, path) { file in
      for value in values {
        var characters = value.unicodeScalars.map(\.value.littleEndian)
        characters += [UInt32](repeating: 0, count: type.size / 4 - characters.count)
        try characters.withUnsafeBytes { try file.append($0) }
      }
    }
  }

  private static func write<Value, Stored: BitwiseCopyable>(
    _ values: [Value], _ shape: [Int], _ type: ElementType, _ path: String,
    _ stored: (Value) -> Stored
  ) throws {
    try write(shape, count: values.count, type, path) { try $0.append(values, as: stored) }
  }

  private static func write(
    _ shape: [Int], count: Int, _ type: ElementType, _ path: String,
    _ content: (NewFile) throws -> Void
  ) throws {
    precondition(shape.reduce(1, *) == count, "a shape counts its elements")
    let file = try NewFile(path)
    try header(shape, type).withUnsafeBytes { try file.append($0) }
    try content(file)
    try file.commit()
  }

  private static func header(_ shape: [Int], _ type: ElementType) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '\(type.descriptor)', 'fortran_order': False, 'shape': (\(sizes)), }"
    let length = (10 + text.utf8.count + 1 + 63) / 64 * 64 - 10
    var header = NumpyHeader.magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)]
    header += Array(text.utf8)
    header += [UInt8](repeating: 0x20, count: length - text.utf8.count - 1)
    return header + [0x0a]
  }
}
