import LinearAlgebra

/// A MATLAB file of level 5 (versions 5 to 7): arrays by their names, packed or not, of either byte
/// order.
///
/// The names, classes and sizes are read when the file is opened; numbers are read, and unpacked,
/// as a stream when they are asked for. Layout: MathWorks, MAT-File Format, chapter 1.
struct MatlabFile {
  /// An array in the file.
  struct Variable {
    let name: String
    /// MATLAB's number of the array's class: 6 for double, 9 for uint8, and so on to 15.
    let classNumber: UInt32
    let isComplex: Bool
    /// Sizes; the first index runs fastest. MATLAB drops those at the end that are 1, but keeps two.
    let shape: [Int]
    /// The product of the sizes.
    let count: Int
    fileprivate let place: Place
  }

  /// Where an array's top-level element is: tag and all, or if it is packed the packed bytes.
  fileprivate struct Place {
    let range: Range<Int>
    let isPacked: Bool
  }

  let path: String
  let variables: [Variable]
  private let file: FileBytes
  private let isBigEndian: Bool

  /// Opens a file and looks at the header of every array.
  /// - Throws: `FileError` where it is no such file, or cut off; `Interrupted`.
  init(_ path: String) throws {
    self.path = path
    file = try FileBytes(path)
    isBigEndian = try Self.isBigEndian(file)
    variables = try Self.scan(file, isBigEndian)
  }

  /// The array of real numbers called `name`.
  /// - Throws: `FileError` where there is none, or more than one, or it is of another class.
  func variable(_ name: String) throws -> Variable {
    let found = variables.filter { $0.name == name }
    guard found.count == 1, let variable = found.first else {
      let names = variables.map(\.name).prefix(20).joined(separator: ", ")
      throw FileError(
        .format, path: path, member: name, expected: "one variable \(name)",
        found: names.isEmpty ? "no variable" : names)
    }
    guard (6...15).contains(variable.classNumber), !variable.isComplex else {
      throw FileError(
        .format, path: path, member: name, expected: "an array of real numbers",
        found: variable.isComplex ? "complex numbers" : "class \(variable.classNumber)")
    }
    return variable
  }

  /// Hands `body` an array of class uint8, of which it has to read exactly `variable.count` bytes.
  func readBytes(of variable: Variable, _ body: (inout MatlabElement) throws -> Void) throws {
    try read(variable) { element, type in
      guard variable.classNumber == 9, type == .uint8 else {
        throw FileError(
          .format, path: path, expected: "an array of class uint8",
          found: "class \(variable.classNumber), stored as type \(type.rawValue)")
      }
      try body(&element)
    }
  }

  /// All numbers of an array, whatever its class, in the order of the file. 16 bytes of memory each.
  func numbers(of variable: Variable) throws -> [Double] {
    var numbers: [Double] = []
    try read(variable) { element, type in
      let size = type.size ?? 1
      var bytes = [UInt8](repeating: 0, count: variable.count * size)
      try bytes.withUnsafeMutableBytes { try element.read(into: $0) }
      numbers = (0..<variable.count).map { index in
        let number = bytes[index * size..<(index + 1) * size]
        return Self.value(Self.bits(number, isBigEndian), type)
      }
    }
    return numbers
  }

  /// Opens the data of `variable` for `body`, and looks at what is behind them.
  private func read(
    _ variable: Variable, _ body: (inout MatlabElement, MatlabType) throws -> Void
  ) throws {
    do {
      var element = try Self.open(file, variable.place, isBigEndian)
      _ = try Self.variable(&element, variable.place, isBigEndian)
      let tag = try element.tag()
      guard let size = tag.type.size,
        variable.count.multipliedReportingOverflow(by: size) == (tag.count, false),
        tag.count <= element.remaining
      else {
        throw element.wrong(
          "\(variable.count) numbers",
          "\(tag.count) bytes of type \(tag.type.rawValue), \(element.remaining) of them there")
      }
      try body(&element, tag.type)
      try element.finish()
    } catch let error as FileError {
      throw error.inside(variable.name)
    }
  }
}

extension MatlabFile {
  /// An unsigned number from its bytes.
  static func bits(_ bytes: ArraySlice<UInt8>, _ isBigEndian: Bool) -> UInt64 {
    isBigEndian
      ? bytes.reduce(0) { $0 << 8 | UInt64($1) }
      : bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func value(_ bits: UInt64, _ type: MatlabType) -> Double {
    switch type {
    case .int8: Double(Int8(truncatingIfNeeded: bits))
    case .int16: Double(Int16(truncatingIfNeeded: bits))
    case .int32: Double(Int32(truncatingIfNeeded: bits))
    case .int64: Double(Int64(bitPattern: bits))
    case .single: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .double: Double(bitPattern: bits)
    case .uint8, .uint16, .uint32, .uint64, .matrix, .compressed, .utf8: Double(bits)
    }
  }

  /// Looks at the first 128 bytes, the last four of which say version and byte order.
  private static func isBigEndian(_ file: FileBytes) throws -> Bool {
    let header = try file.count >= 128 ? file.bytes(124..<128) : []
    switch header {
    case [0, 1, 0x49, 0x4d]: return false
    case [1, 0, 0x4d, 0x49]: return true
    default:
      let isLater = header == [0, 2, 0x49, 0x4d]
      throw FileError(
        .format, path: file.name, at: .byte(124), expected: "a MATLAB file of version 5 to 7",
        found: isLater ? "a file of version 7.3 (HDF5)" : "another kind of file",
        hints: isLater ? ["in MATLAB: save(FILE, 'X', 'y', '-v7')"] : [])
    }
  }

  /// Walks over the top-level elements.
  private static func scan(_ file: FileBytes, _ isBigEndian: Bool) throws -> [Variable] {
    var variables: [Variable] = []
    var position = 128
    while position < file.count {
      try Interrupt.check()
      let tag = try file.bytes(position..<position + 8)
      let type = MatlabType(rawValue: UInt32(truncatingIfNeeded: bits(tag[..<4], isBigEndian)))
      let count = Int(bits(tag[4...], isBigEndian))
      guard type == .matrix || type == .compressed else {
        throw FileError(
          .format, path: file.name, at: .byte(position), expected: "an array, packed or not",
          found: "an element of another type")
      }
      try file.checkBounds(position + 8, count)
      let isPacked = type == .compressed
      let end = position + 8 + count
      let place = Place(range: position + (isPacked ? 8 : 0)..<end, isPacked: isPacked)
      do {
        var element = try open(file, place, isBigEndian)
        if let found = try variable(&element, place, isBigEndian) { variables.append(found) }
      } catch var error as FileError {
        if error.kind == .format { error.place = .byte(position) }
        throw error
      }
      position = end
    }
    return variables
  }

  private static func open(
    _ file: FileBytes, _ place: Place, _ isBigEndian: Bool
  ) throws -> MatlabElement {
    let stream =
      place.isPacked
      ? try ByteStream(file, inflating: place.range, .zlib) : ByteStream(file, place.range)
    return try MatlabElement(stream, isBigEndian: isBigEndian, path: file.name)
  }

  /// Reads what precedes the data: flags, sizes, name. Nil where the array has no parts, or is an
  /// object of a kind that has other parts.
  private static func variable(
    _ element: inout MatlabElement, _ place: Place, _ isBigEndian: Bool
  ) throws -> Variable? {
    guard element.remaining > 0 else { return nil }
    let flags = try element.part([.uint32], limit: 8, "the flags of an array")
    guard flags.count == 8 else { throw element.wrong("8 bytes of flags", "\(flags.count)") }
    let word = UInt32(truncatingIfNeeded: bits(flags[..<4], isBigEndian))
    guard word & 0xff < 16 else { return nil }
    let sizes = try element.part([.int32], limit: 4 * 32, "the sizes of an array")
    let shape = stride(from: 0, to: sizes.count / 4 * 4, by: 4).map {
      Int(Int32(truncatingIfNeeded: bits(sizes[$0..<$0 + 4], isBigEndian)))
    }
    let name = try element.part([.int8, .uint8, .utf8], limit: 4096, "the name of an array")
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { throw element.wrong("sizes of an array", "\(shape)") }
      count = product
    }
    return Variable(
      name: String(decoding: name, as: UTF8.self), classNumber: word & 0xff,
      isComplex: word & 0x800 != 0, shape: shape, count: count, place: place)
  }
}
