import CKernels

/// A number type that arrays can be read as.
protocol ArrayElement: BitwiseCopyable, Sendable {
  /// The type whose bytes in a file are this type's bytes in memory.
  static var native: ElementType { get }
  /// Nil where the number has no counterpart.
  static func of(_ whole: some FixedWidthInteger) -> Self?
  static func of(_ real: some BinaryFloatingPoint) -> Self?
}

extension Float: ArrayElement {
  static var native: ElementType { .float32 }
  static func of(_ whole: some FixedWidthInteger) -> Float? { Float(whole) }
  static func of(_ real: some BinaryFloatingPoint) -> Float? { Float(real) }
}

extension Double: ArrayElement {
  static var native: ElementType { .float64 }
  static func of(_ whole: some FixedWidthInteger) -> Double? { Double(whole) }
  static func of(_ real: some BinaryFloatingPoint) -> Double? { Double(real) }
}

extension Int: ArrayElement {
  static var native: ElementType { .int64 }
  static func of(_ whole: some FixedWidthInteger) -> Int? { Int(exactly: whole) }
  static func of(_ real: some BinaryFloatingPoint) -> Int? { Int(exactly: real) }
}

/// The first element of a run that has no counterpart in the type that was asked for.
struct UnfitElement: Error {
  let index: Int
  var expected = "a number that fits in 64 bits"
  let value: String
}

/// Turns bytes of one element type into numbers.
struct ElementConversion<Element: ArrayElement> {
  let type: ElementType

  /// Whether the bytes of a file are the numbers.
  var isCopy: Bool {
    let native = Element.native
    return type.kind == native.kind && type.size == native.size
      && type.isBigEndian == (1 != 1.littleEndian)
  }

  /// Fills `values`, which may be uninitialised, from as many elements in `bytes`.
  func convert(
    _ bytes: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Element>
  ) throws {
    if convertHalves(bytes, into: values) { return }
    switch (type.kind, type.size) {
    case (.boolean, _): try whole(UInt8.self, bytes, values) { $0 == 0 ? 0 : 1 }
    case (.signed, 1): try whole(Int8.self, bytes, values)
    case (.signed, 2): try whole(Int16.self, bytes, values)
    case (.signed, 4): try whole(Int32.self, bytes, values)
    case (.signed, _): try whole(Int64.self, bytes, values)
    case (.unsigned, 1): try whole(UInt8.self, bytes, values)
    case (.unsigned, 2): try whole(UInt16.self, bytes, values)
    case (.unsigned, 4): try whole(UInt32.self, bytes, values)
    case (.unsigned, _): try whole(UInt64.self, bytes, values)
    case (.real, 2): try real(UInt16.self, bytes, values) { Float16(bitPattern: $0) }
    case (.real, 4): try real(UInt32.self, bytes, values) { Float(bitPattern: $0) }
    case (.real, _): try real(UInt64.self, bytes, values) { Double(bitPattern: $0) }
    case (.brain, _):
      try real(UInt16.self, bytes, values) { Float(bitPattern: UInt32($0) << 16) }
    case (.text, _): throw UnfitElement(index: 0, value: type.noun)
    }
  }

  /// The same for a part of an array whose first element is `first`.
  /// - Throws: `UnfitElement` with the place in the whole array.
  func convert(
    _ bytes: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Element>, first: Int
  ) throws {
    do {
      try convert(bytes, into: values)
    } catch let unfit as UnfitElement {
      throw UnfitElement(index: first + unfit.index, value: unfit.value)
    }
  }

  /// Half floats to floats, by far the most frequent and largest of all conversions, are done by the
  /// kernels. Returns whether this is one.
  private func convertHalves(
    _ bytes: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Element>
  ) -> Bool {
    guard Element.self == Float.self, type.size == 2, type.kind == .real || type.kind == .brain,
      type.isBigEndian == (1 != 1.littleEndian), let source = bytes.baseAddress,
      let target = values.baseAddress
    else { return false }
    let floats = UnsafeMutableRawPointer(target).assumingMemoryBound(to: Float.self)
    if type.kind == .real {
      ck_floats_of_halves(source, values.count, floats)
    } else {
      ck_floats_of_brain_floats(source, values.count, floats)
    }
    return true
  }

  private func whole<Stored: FixedWidthInteger & BitwiseCopyable>(
    _: Stored.Type, _ bytes: UnsafeRawBufferPointer,
    _ values: UnsafeMutableBufferPointer<Element>, _ meaning: (Stored) -> Stored = { $0 }
  ) throws {
    for i in values.indices {
      let stored = load(Stored.self, bytes, i)
      guard let value = Element.of(meaning(stored)) else {
        throw UnfitElement(index: i, value: "\(stored)")
      }
      values.initializeElement(at: i, to: value)
    }
  }

  private func real<Stored: FixedWidthInteger & BitwiseCopyable, Real: BinaryFloatingPoint>(
    _: Stored.Type, _ bytes: UnsafeRawBufferPointer,
    _ values: UnsafeMutableBufferPointer<Element>, _ meaning: (Stored) -> Real
  ) throws {
    for i in values.indices {
      let stored = meaning(load(Stored.self, bytes, i))
      guard let value = Element.of(stored) else {
        throw UnfitElement(index: i, value: "\(stored)")
      }
      values.initializeElement(at: i, to: value)
    }
  }

  private func load<Stored: FixedWidthInteger & BitwiseCopyable>(
    _: Stored.Type, _ bytes: UnsafeRawBufferPointer, _ index: Int
  ) -> Stored {
    let raw = bytes.loadUnaligned(
      fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
    return type.isBigEndian ? Stored(bigEndian: raw) : Stored(littleEndian: raw)
  }
}

/// Text of a fixed number of characters.
enum FixedText {
  /// The characters of one element of text; nil where a number is none. Zeros at the end are no part
  /// of the text, as in NumPy.
  static func string(_ bytes: Slice<UnsafeRawBufferPointer>, isBigEndian: Bool) -> String? {
    let raw = UnsafeRawBufferPointer(rebasing: bytes)
    var scalars = (0..<raw.count / 4).map { place in
      let number = raw.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self)
      return isBigEndian ? UInt32(bigEndian: number) : UInt32(littleEndian: number)
    }
    while scalars.last == 0 { scalars.removeLast() }
    var text = String.UnicodeScalarView()
    for number in scalars {
      guard let scalar = Unicode.Scalar(number) else { return nil }
      text.append(scalar)
    }
    return String(text)
  }
}
