import LinearAlgebra

/// A number type that arrays can be read as.
protocol NumpyElement: BitwiseCopyable, Sendable {
  /// The type whose bytes in a file are this type's bytes in memory.
  static var native: NumpyType? { get }
  /// Nil where the number has no counterpart.
  static func of(_ whole: some FixedWidthInteger) -> Self?
  static func of(_ real: some BinaryFloatingPoint) -> Self?
}

extension Float: NumpyElement {
  static var native: NumpyType? { .float32 }
  static func of(_ whole: some FixedWidthInteger) -> Float? { Float(whole) }
  static func of(_ real: some BinaryFloatingPoint) -> Float? { Float(real) }
}

extension Double: NumpyElement {
  static var native: NumpyType? { NumpyType("<f8") }
  static func of(_ whole: some FixedWidthInteger) -> Double? { Double(whole) }
  static func of(_ real: some BinaryFloatingPoint) -> Double? { Double(real) }
}

extension Int: NumpyElement {
  static var native: NumpyType? { .int64 }
  static func of(_ whole: some FixedWidthInteger) -> Int? { Int(exactly: whole) }
  static func of(_ real: some BinaryFloatingPoint) -> Int? { Int(exactly: real) }
}

/// Turns the bytes behind an npy header into numbers in C order.
struct NumpyDecoder<Element: NumpyElement> {
  let header: NumpyHeader
  let path: String

  /// Elements converted between two looks at the interrupt flag.
  private static var piece: Int { 1 << 17 }

  /// Fills `target`, which has room for `header.count` elements.
  func decode(_ stream: inout ByteStream, into target: UnsafeMutableBufferPointer<Element>) throws {
    let runsAlong = !header.isFortranOrder || header.shape.count < 2
    if runsAlong && header.type == Element.native && 1.littleEndian == 1 {
      return try copy(&stream, into: target)
    }
    let size = header.type.size
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.piece * size, alignment: 16)
    let values = UnsafeMutableBufferPointer<Element>.allocate(capacity: Self.piece)
    defer {
      bytes.deallocate()
      values.deallocate()
    }
    var order = FortranOrder(shape: header.shape)
    for start in stride(from: 0, to: header.count, by: Self.piece) {
      try Interrupt.check()
      let count = min(Self.piece, header.count - start)
      let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(count * size)])
      try stream.read(into: part)
      let converted = UnsafeMutableBufferPointer(rebasing: values[..<count])
      try convert(UnsafeRawBufferPointer(part), into: converted, first: start)
      if runsAlong {
        _ = UnsafeMutableBufferPointer(rebasing: target[start..<start + count])
          .initialize(fromContentsOf: converted)
      } else {
        for value in converted { target.initializeElement(at: order.next(), to: value) }
      }
    }
  }

  private func copy(
    _ stream: inout ByteStream, into target: UnsafeMutableBufferPointer<Element>
  ) throws {
    let bytes = UnsafeMutableRawBufferPointer(target)
    let step = Self.piece * header.type.size
    for start in stride(from: 0, to: bytes.count, by: step) {
      try Interrupt.check()
      let end = min(start + step, bytes.count)
      try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[start..<end]))
    }
  }

  private func convert(
    _ bytes: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Element>, first: Int
  ) throws {
    switch (header.type.kind, header.type.size) {
    case (.boolean, _): try whole(UInt8.self, bytes, values, first) { $0 == 0 ? 0 : 1 }
    case (.signed, 1): try whole(Int8.self, bytes, values, first)
    case (.signed, 2): try whole(Int16.self, bytes, values, first)
    case (.signed, 4): try whole(Int32.self, bytes, values, first)
    case (.signed, _): try whole(Int64.self, bytes, values, first)
    case (.unsigned, 1): try whole(UInt8.self, bytes, values, first)
    case (.unsigned, 2): try whole(UInt16.self, bytes, values, first)
    case (.unsigned, 4): try whole(UInt32.self, bytes, values, first)
    case (.unsigned, _): try whole(UInt64.self, bytes, values, first)
    case (.real, 2): try real(UInt16.self, bytes, values, first) { Float16(bitPattern: $0) }
    case (.real, 4): try real(UInt32.self, bytes, values, first) { Float(bitPattern: $0) }
    case (.real, _): try real(UInt64.self, bytes, values, first) { Double(bitPattern: $0) }
    }
  }

  private func whole<Stored: FixedWidthInteger & BitwiseCopyable>(
    _: Stored.Type, _ bytes: UnsafeRawBufferPointer,
    _ values: UnsafeMutableBufferPointer<Element>, _ first: Int,
    _ meaning: (Stored) -> Stored = { $0 }
  ) throws {
    for i in values.indices {
      let stored = load(Stored.self, bytes, i)
      guard let value = Element.of(meaning(stored)) else { throw unfit("\(stored)", first + i) }
      values.initializeElement(at: i, to: value)
    }
  }

  private func real<Stored: FixedWidthInteger & BitwiseCopyable, Real: BinaryFloatingPoint>(
    _: Stored.Type, _ bytes: UnsafeRawBufferPointer,
    _ values: UnsafeMutableBufferPointer<Element>, _ first: Int, _ meaning: (Stored) -> Real
  ) throws {
    for i in values.indices {
      let stored = meaning(load(Stored.self, bytes, i))
      guard let value = Element.of(stored) else { throw unfit("\(stored)", first + i) }
      values.initializeElement(at: i, to: value)
    }
  }

  private func load<Stored: FixedWidthInteger & BitwiseCopyable>(
    _: Stored.Type, _ bytes: UnsafeRawBufferPointer, _ index: Int
  ) -> Stored {
    let raw = bytes.loadUnaligned(
      fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
    return header.type.isBigEndian ? Stored(bigEndian: raw) : Stored(littleEndian: raw)
  }

  private func unfit(_ value: String, _ element: Int) -> FileError {
    FileError(
      .format, path: path, at: .element(element), expected: "a number that fits in 64 bits",
      found: value)
  }
}

/// The places, in C order, of elements that come in Fortran order.
struct FortranOrder {
  private let shape: [Int]
  private let strides: [Int]
  private var index: [Int]
  private var place = 0

  init(shape: [Int]) {
    self.shape = shape
    index = [Int](repeating: 0, count: shape.count)
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] &* shape[axis + 1]
    }
    self.strides = strides
  }

  mutating func next() -> Int {
    defer { advance() }
    return place
  }

  private mutating func advance() {
    for axis in shape.indices {
      index[axis] += 1
      place += strides[axis]
      if index[axis] < shape[axis] { return }
      place -= strides[axis] &* index[axis]
      index[axis] = 0
    }
  }
}
