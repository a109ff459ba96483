import Glibc

/// Writes arrays as npy files: format version 1.0, C order, `<f4` or `<i8`, the header padded to a
/// multiple of 64 bytes, as NumPy does.
package enum NumpyWriter {
  /// - Precondition: the product of `shape` is `values.count`.
  package static func write(_ values: [Float], shape: [Int], to path: String) throws {
    try write(values, shape, .float32, path) { $0.bitPattern.littleEndian }
  }

  /// - Precondition: the product of `shape` is `values.count`.
  package static func write(_ values: [Int], shape: [Int], to path: String) throws {
    try write(values, shape, .int64, path) { Int64($0).littleEndian }
  }

  private static func write<Value, Stored: BitwiseCopyable>(
    _ values: [Value], _ shape: [Int], _ type: ElementType, _ path: String,
    _ stored: (Value) -> Stored
  ) throws {
    precondition(shape.reduce(1, *) == values.count, "a shape counts its elements")
    let file = try NewFile(path)
    try header(shape, type).withUnsafeBytes { try file.append($0) }
    for start in stride(from: 0, to: values.count, by: 1 << 16) {
      let piece = values[start..<min(start + 1 << 16, values.count)].map(stored)
      try piece.withUnsafeBytes { try file.append($0) }
    }
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
