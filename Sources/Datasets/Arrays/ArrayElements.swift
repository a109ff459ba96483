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
  /// - Parameter watch: called with each stretch of elements that is filled, in C order.
  /// - Throws: `FileError`; `UnfitElement` with the place in C order.
  func fill<Element: ArrayElement>(
    _ target: UnsafeMutableBufferPointer<Element>,
    watch: (UnsafeBufferPointer<Element>) -> Void = { _ in }
  ) throws {
    let conversion = ElementConversion<Element>(type: type)
    switch layout.order {
    case .run where conversion.isCopy:
      try origin.copy(byteExtent, into: UnsafeMutableRawBufferPointer(target))
      watch(UnsafeBufferPointer(target))
    case .run:
      try forEachPiece { bytes, elements in
        let piece = UnsafeMutableBufferPointer(rebasing: target[elements])
        try conversion.convert(bytes, into: piece, first: elements.lowerBound)
        watch(UnsafeBufferPointer(piece))
      }
    case .permuted(let places):
      try fill(target, conversion, at: places)
      watch(UnsafeBufferPointer(target))
    case .scattered:
      try forEachGathered { bytes, elements in
        try conversion.convert(
          bytes, into: UnsafeMutableBufferPointer(rebasing: target[elements]),
          first: elements.lowerBound)
      }
      watch(UnsafeBufferPointer(target))
    }
  }

  /// Puts each element as it comes where it belongs.
  private func fill<Element: ArrayElement>(
    _ target: UnsafeMutableBufferPointer<Element>, _ conversion: ElementConversion<Element>,
    at places: ArrayPlaces
  ) throws {
    var places = places
    let values = UnsafeMutableBufferPointer<Element>.allocate(capacity: elementsPerPiece)
    defer { values.deallocate() }
    try forEachPiece { bytes, elements in
      do {
        try conversion.convert(
          bytes, into: UnsafeMutableBufferPointer(rebasing: values[..<elements.count]))
      } catch let unfit as UnfitElement {
        for _ in 0..<unfit.index { _ = places.next(atMost: 1) }
        throw UnfitElement(index: places.next(atMost: 1).first, value: unfit.value)
      }
      var done = 0
      while done < elements.count {
        let run = places.next(atMost: elements.count - done)
        for k in 0..<run.count {
          target.initializeElement(at: run.first + k * run.stride, to: values[done + k])
        }
        done += run.count
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
  /// - Parameters:
  ///   - watch: called with each stretch of elements that is filled, in C order.
  ///   - done: called before the memory of those stretches may move, also after an error.
  /// - Throws: as `fill`.
  static func values<Element: ArrayElement>(
    _: Element.Type, of parts: [ArrayElements], count: Int,
    watch: (UnsafeBufferPointer<Element>) -> Void = { _ in }, done: () -> Void = {}
  ) throws -> [Element] {
    var shared = SharedBytes(parts)
    return try [Element](unsafeUninitializedCapacity: count) { target, initialized in
      initialized = 0
      defer { done() }
      for part in parts {
        let range = initialized..<initialized + part.layout.count
        do {
          try shared.loaded(part).fill(
            UnsafeMutableBufferPointer(rebasing: target[range]), watch: watch)
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
        let place = places.next(atMost: 1).first
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
    let all = try origin.bytes(byteExtent)
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(elementsPerPiece, layout.count) * type.size, alignment: 64)
    defer { piece.deallocate() }
    var places = layout.places
    try all.withUnsafeBytes { all in
      for first in stride(from: 0, to: layout.count, by: elementsPerPiece) {
        try Interrupt.check()
        let elements = first..<min(first + elementsPerPiece, layout.count)
        let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<(elements.count * type.size)])
        gather(elements.count, at: &places, of: all, into: part)
        try body(UnsafeRawBufferPointer(part), elements)
      }
    }
  }

  private func gather(
    _ count: Int, at places: inout ArrayPlaces, of all: UnsafeRawBufferPointer,
    into piece: UnsafeMutableRawBufferPointer
  ) {
    let size = type.size
    var done = 0
    while done < count {
      let run = places.next(atMost: count - done)
      let target = UnsafeMutableRawBufferPointer(
        rebasing: piece[done * size..<(done + run.count) * size])
      let source = UnsafeRawBufferPointer(
        rebasing: all[((run.first - layout.extent.lowerBound) * size)...])
      switch size {
      case _ where run.stride == 1:
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<target.count]))
      case 1: Self.gather(UInt8.self, run, of: source, into: target)
      case 2: Self.gather(UInt16.self, run, of: source, into: target)
      case 4: Self.gather(UInt32.self, run, of: source, into: target)
      case 8: Self.gather(UInt64.self, run, of: source, into: target)
      default:
        for k in 0..<run.count {
          let start = k * run.stride * size
          UnsafeMutableRawBufferPointer(rebasing: target[k * size..<(k + 1) * size])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<start + size]))
        }
      }
      done += run.count
    }
  }

  /// The layout was checked to lie within the bytes, and `Unit` is as large as an element.
  private static func gather<Unit: BitwiseCopyable>(
    _: Unit.Type, _ run: ArrayPlaces.Run, of source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) {
    let size = MemoryLayout<Unit>.size
    for k in 0..<run.count {
      let unit = source.loadUnaligned(fromByteOffset: k * run.stride * size, as: Unit.self)
      target.storeBytes(of: unit, toByteOffset: k * size, as: Unit.self)
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
