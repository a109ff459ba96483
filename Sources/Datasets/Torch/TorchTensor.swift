/// A torch tensor as a pickle describes it: a view into a storage that stands elsewhere in the file.
package struct TorchTensor: Sendable, Equatable {
  /// Where the numbers are.
  let storage: TorchStorage
  /// The element of the storage that comes first.
  let offset: Int
  /// Sizes of the dimensions; empty for a scalar.
  package let shape: [Int]
  /// Elements of the storage from one index to the next, per dimension; 0 where one is repeated.
  let strides: [Int]

  /// How an element is stored.
  package var type: ElementType { storage.type.elementType }
}

/// A run of elements in a torch file, known by its key.
struct TorchStorage: Sendable, Hashable {
  let key: String
  let type: TorchStorageType
  /// How many elements the run holds.
  let count: Int
  /// In files of the old form a storage may be a part of the run; nil where it is all of it.
  var view: Range<Int>?
}

/// What a torch storage holds, by the name that torch gives it.
enum TorchStorageType: String, Sendable, Hashable {
  case float = "FloatStorage"
  case double = "DoubleStorage"
  case half = "HalfStorage"
  case brain = "BFloat16Storage"
  case long = "LongStorage"
  case int = "IntStorage"
  case short = "ShortStorage"
  case char = "CharStorage"
  case byte = "ByteStorage"
  case bool = "BoolStorage"

  var elementType: ElementType {
    switch self {
    case .float: .float32
    case .double: .float64
    case .half: .float16
    case .brain: .bfloat16
    case .long: .int64
    case .int: .int32
    case .short: .int16
    case .char: .int8
    case .byte: .uint8
    case .bool: .boolean
    }
  }
}
