/// A value that a pickle holds: data and nothing else.
///
/// Values that the pickle shares are shared here, too; taken apart they come to at most 16 times the
/// bytes of the pickle and one mebibyte. At most 100 of them lie inside one another.
package enum PythonValue: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  /// A whole number of more than 64 bits: its two's complement, the least byte first.
  case wideInteger([UInt8])
  case real(Double)
  /// Bytes, and what Python 2 calls a string.
  case bytes([UInt8])
  case text(String)
  case list([PythonValue])
  case tuple([PythonValue])
  /// A dictionary in its own order; of a key that occurs twice the last one counts.
  case dictionary([(key: PythonValue, value: PythonValue)])
  /// A NumPy array of numbers or text.
  indirect case array(PickledArray)
  /// A NumPy array of Python objects.
  indirect case objects(PickledObjects)
  /// A torch tensor, whose numbers stand elsewhere in the file.
  indirect case tensor(TorchTensor)
}

extension PythonValue {
  /// The value under `key` in a dictionary, whose keys may be text, byte strings or whole numbers;
  /// nil where there is none, or this is no dictionary. Takes time in proportion to its size.
  package subscript(_ key: String) -> PythonValue? {
    guard case .dictionary(let entries) = self else { return nil }
    return entries.last { $0.key.name == key }?.value
  }

  /// The whole numbers of a list, a tuple, or an array of one dimension; nil where something else is
  /// inside, or one does not fit in 64 bits. Truth values are no numbers unless they are an array's.
  package var integers: [Int]? {
    switch self {
    case .list(let values), .tuple(let values): Self.integers(values)
    case .objects(let objects) where objects.shape.count == 1: Self.integers(objects.elements)
    case .array(let array) where array.shape.count == 1: array.integers
    default: nil
    }
  }

  /// The texts of a list, a tuple, or an array of objects of one dimension, where each is text or a
  /// byte string in UTF-8; nil where something else is inside.
  package var strings: [String]? {
    switch self {
    case .list(let values), .tuple(let values): Self.strings(values)
    case .objects(let objects) where objects.shape.count == 1: Self.strings(objects.elements)
    case .array(let array) where array.shape.count == 1: array.strings
    default: nil
    }
  }

  /// Text, or a byte string in UTF-8.
  package var string: String? {
    switch self {
    case .text(let text): text
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
    default: nil
    }
  }

  /// How a user writes it as a key.
  var name: String? {
    if case .integer(let number) = self { return String(number) }
    return string
  }

  /// What it is, for an error.
  package var noun: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .integer, .wideInteger, .real: "a single number"
    case .bytes: "a byte string"
    case .text: "text"
    case .list(let values): "a list of \(values.count)"
    case .tuple(let values): "a tuple of \(values.count)"
    case .dictionary(let entries): "a dictionary of \(entries.count)"
    case .array: "an array"
    case .objects: "an array of Python objects"
    case .tensor: "a tensor"
    }
  }

  private static func integers(_ values: [PythonValue]) -> [Int]? {
    var result: [Int] = []
    result.reserveCapacity(values.count)
    for value in values {
      guard case .integer(let number) = value else { return nil }
      result.append(number)
    }
    return result
  }

  private static func strings(_ values: [PythonValue]) -> [String]? {
    var result: [String] = []
    result.reserveCapacity(values.count)
    for value in values {
      guard let text = value.string else { return nil }
      result.append(text)
    }
    return result
  }
}
