import Foundation

extension StateDictionary {
  /// Writes the weights as safetensors: 32-bit floats, one array after another, in order. The same
  /// weights give the same bytes.
  /// - Throws: `FileError` where the file cannot be written.
  package func writeSafetensors(to path: String) throws {
    let header = try Self.header(of: tensors, path)
    let file = try NewFile(path)
    try file.append([UInt64(header.count)]) { $0.littleEndian }
    try header.withUnsafeBytes { try file.append($0) }
    for tensor in tensors { try file.append(tensor.values) { $0.bitPattern.littleEndian } }
    try file.commit()
  }

  /// Padded with blanks, so that the numbers begin at a multiple of eight bytes.
  private static func header(of tensors: [Tensor], _ path: String) throws -> [UInt8] {
    var parts = ["\"\(SafetensorsFile.metadata)\":{\"format\":\"pt\"}"]
    var place = 0
    for tensor in tensors {
      guard tensor.name != SafetensorsFile.metadata else {
        throw FileError(
          .unwritable, path: path, member: tensor.name,
          expected: "names of arrays that safetensors does not use itself", found: "this one")
      }
      let name = String(decoding: try JSONEncoder().encode(tensor.name), as: UTF8.self)
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let end = place + 4 * tensor.values.count
      parts.append(
        "\(name):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(place),\(end)]}")
      place = end
    }
    let text = Array("{\(parts.joined(separator: ","))}".utf8)
    return text + [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
  }
}
