/// A NumPy array of numbers or text inside a pickle.
package struct PickledArray: Sendable {
  /// How an element is stored.
  package let type: ElementType
  /// Sizes of the dimensions; empty for a scalar.
  package let shape: [Int]
  /// Whether the first index runs fastest in `bytes`.
  package let isFortranOrder: Bool
  /// The elements as the pickle holds them: as many bytes as `shape` and `type` ask for.
  package let bytes: [UInt8]

  /// All elements in C order; nil where they are not whole or do not fit in 64 bits.
  package var integers: [Int]? {
    guard type.isWhole else { return nil }
    return try? elements.values(Int.self)
  }

  /// All elements in C order; nil where they are no text.
  package var strings: [String]? {
    guard type.kind == .text else { return nil }
    return try? elements.texts()
  }

  /// The elements, to be read as any type.
  var elements: ArrayElements {
    ArrayElements(type, ArrayLayout(dense: shape, isFortranOrder: isFortranOrder), .memory(bytes))
  }
}

/// A NumPy array whose elements are Python objects.
package struct PickledObjects: Sendable {
  /// Sizes of the dimensions; empty where it is one object.
  package let shape: [Int]
  /// The objects in C order, as many as `shape` says.
  package let elements: [PythonValue]
}
