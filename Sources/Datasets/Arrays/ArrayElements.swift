import LinearAlgebra

/// The elements of one array: where their bytes are, what they mean and how they lie there.
///
/// Bytes are converted while they are read, piece by piece, so that peak memory is the result and
/// little more; only a view with gaps or repetitions is first read whole.
struct ArrayElements: Sendable {
  let origin: ByteOrigin
  let type: ElementType
  let layout: ArrayLayout

  init(_ type: ElementType, _ layout: ArrayLayout, _ origin: ByteOrigin) {
    self.type = type
    self.layout = layout
    self.origin = origin
  }

  /// Bytes converted between two looks at the interrupt flag.
  private static let pieceBytes = 1 << 18

  /// Fills `target`, which has room for all elements, in C order.
  /// - Throws: `FileError`; `UnfitElement` with the place in C order.
  func fill<Element: ArrayElement>(_ target: UnsafeMutableBufferPointer<Element>) throws {
    let conversion = ElementConversion<Element>(type: type)
    switch layout.order {
    case .run where conversion.isCopy:
      try origin.copy(byteExtent, into: UnsafeMutableRawBufferPointer(target))
    case .run:
      try forEachPiece { bytes, elements in
        try conversion.convert(
          bytes, into: UnsafeMutableBufferPointer(rebasing: target[elements]),
          first: elements.lowerBound)
      }
    case .permuted(var places):
      let values = UnsafeMutableBufferPointer<Element>.allocate(capacity: elementsPerPiece)
      defer { values.deallocate() }
      try forEachPiece { bytes, elements in
        let part = UnsafeMutableBufferPointer(rebasing: values[..<elements.count])
        do {
          try conversion.convert(bytes, into: part)
        } catch let unfit as UnfitElement {
          for _ in 0..<unfit.index { _ = places.next() }
          throw UnfitElement(index: places.next(), value: unfit.value)
        }
        for value in part { target.initializeElement(at: places.next(), to: value) }
      }
    case .scattered:
      try forEachGathered { bytes, elements in
        try conversion.convert(
          bytes, into: UnsafeMutableBufferPointer(rebasing: target[elements]),
          first: elements.lowerBound)
      }
    }
  }

  /// All elements in C order.
  /// - Throws: as `fill`.
  func values<Element: ArrayElement>(_: Element.Type) throws -> [Element] {
    try [Element](unsafeUninitializedCapacity: layout.count) { target, initialized in
      initialized = 0
      try fill(UnsafeMutableBufferPointer(rebasing: target[..<layout.count]))
      initialized = layout.count
    }
  }

  /// The elements of all `parts`, one part after another, `count` in all. Bytes that several parts
  /// use are read only once.
  /// - Throws: as `fill`.
  static func values<Element: ArrayElement>(
    _: Element.Type, of parts: [ArrayElements], count: Int
  ) throws -> [Element] {
    var shared = SharedBytes(parts)
    return try [Element](unsafeUninitializedCapacity: count) { target, initialized in
      initialized = 0
      for part in parts {
        let range = initialized..<initialized + part.layout.count
        do {
          try shared.loaded(part).fill(UnsafeMutableBufferPointer(rebasing: target[range]))
        } catch let unfit as UnfitElement {
          throw UnfitElement(
            index: range.lowerBound + unfit.index, expected: unfit.expected, value: unfit.value)
        }
        initialized = range.upperBound
      }
    }
  }

  /// The elements of an array of text, in C order.
  func texts() throws -> [String] {
    var texts = [String](repeating: "", count: layout.count)
    var places = layout.places
    if case .permuted(let permuted) = layout.order { places = permuted } else { places = dense }
    let read = layout.order == .scattered ? forEachGathered : forEachPiece
    try read { bytes, elements in
      for i in 0..<elements.count {
        let element = bytes[i * type.size..<(i + 1) * type.size]
        let place = places.next()
        guard let text = FixedText.string(element, isBigEndian: type.isBigEndian) else {
          throw UnfitElement(index: place, expected: "text", value: "a number that is no character")
        }
        texts[place] = text
      }
    }
    return texts
  }

  private var dense: ArrayPlaces { ArrayLayout(dense: layout.shape).places }

  private var elementsPerPiece: Int { max(1, Self.pieceBytes / max(1, type.size)) }

  private var byteExtent: Range<Int> {
    layout.extent.lowerBound * type.size..<layout.extent.upperBound * type.size
  }

  /// The elements of the extent, as they come.
  private func forEachPiece(
    _ body: (UnsafeRawBufferPointer, Range<Int>) throws -> Void
  ) throws {
    guard type.size > 0 else { return }
    var first = 0
    try origin.read(byteExtent, step: elementsPerPiece * type.size) { bytes in
      let count = bytes.count / type.size
      try body(bytes, first..<first + count)
      first += count
    }
  }

  /// The elements in C order, picked from the extent.
  private func forEachGathered(
    _ body: (UnsafeRawBufferPointer, Range<Int>) throws -> Void
  ) throws {
    let (size, base) = (type.size, layout.extent.lowerBound)
    let all = try origin.bytes(byteExtent)
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(elementsPerPiece, layout.count) * size, alignment: 64)
    defer { piece.deallocate() }
    var places = layout.places
    try all.withUnsafeBytes { all in
      for first in stride(from: 0, to: layout.count, by: elementsPerPiece) {
        try Interrupt.check()
        let elements = first..<min(first + elementsPerPiece, layout.count)
        for i in 0..<elements.count {
          let start = (places.next() - base) * size
          UnsafeMutableRawBufferPointer(rebasing: piece[i * size..<(i + 1) * size])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: all[start..<start + size]))
        }
        let part = UnsafeRawBufferPointer(rebasing: piece[..<(elements.count * size)])
        try body(part, elements)
      }
    }
  }
}

/// What several parts of an array have in common, such as the storage of which each row of a list of
/// rows is a view, held in memory.
private struct SharedBytes {
  private var uses: [ByteOrigin.Place: Int] = [:]
  private var bytes: [ByteOrigin.Place: [UInt8]] = [:]

  init(_ parts: [ArrayElements]) {
    guard parts.count > 1 else { return }
    for part in parts { uses[part.origin.place, default: 0] += 1 }
  }

  /// The same elements, in memory if other parts use their bytes, too.
  mutating func loaded(_ part: ArrayElements) throws -> ArrayElements {
    let place = part.origin.place
    guard place != .memory, uses[place, default: 0] > 1 else { return part }
    if bytes[place] == nil { bytes[place] = try part.origin.bytes(0..<part.origin.count) }
    return ArrayElements(part.type, part.layout, .memory(bytes[place] ?? []))
  }
}
