/// What stands on the stack of an unpickler. What can still change, or be part of itself, is known by
/// its number in `PickleHeap`, so that a cycle is no cycle in memory.
enum PickleItem {
  case none
  case bool(Bool)
  case integer(Int)
  case wideInteger([UInt8])
  case real(Double)
  case bytes([UInt8])
  case text(String)
  case container(Int)
  case dtype(Int)
  case array(Int)
  case storage(Int)
  case tensor(Int)
  case global(PickleGlobal)

  /// What it is, for an error.
  var noun: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .integer, .wideInteger, .real: "a number"
    case .bytes: "a byte string"
    case .text: "text"
    case .container: "a list, tuple or dictionary"
    case .dtype: "an element type"
    case .array: "an array"
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .global: "a name"
    }
  }

  var text: String? {
    switch self {
    case .text(let text): text
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
    default: nil
    }
  }

  /// Python 2 writes some truth values as numbers.
  var truth: Bool? {
    switch self {
    case .bool(let value): value
    case .integer(0): false
    case .integer(1): true
    default: nil
    }
  }
}

/// A list, tuple or dictionary while it is filled.
struct PickleContainer {
  enum Kind { case list, tuple, dictionary, orderedDictionary }

  let kind: Kind
  /// Of a dictionary, keys and values in turn.
  var items: [PickleItem]
  /// The byte that made it.
  let place: Int
}

/// The element type of NumPy arrays, while it is made.
struct PickledDtype {
  /// Kind and size: "f4".
  let code: String
  /// Nil until its byte order is known.
  var type: ElementType?
  /// Whether the elements are Python objects.
  var isObject: Bool { code == "O8" || code == "O4" || code == "O" }
}

/// An array, while it is made.
struct PickledArrayState {
  enum Content {
    case none
    case array(PickledArray)
    /// The container that lists the objects.
    case objects(shape: [Int], container: Int)
  }

  var content: Content
  let place: Int
}

/// Everything that the items on an unpickler's stack refer to.
struct PickleHeap {
  var containers: [PickleContainer] = []
  var dtypes: [PickledDtype] = []
  var arrays: [PickledArrayState] = []
  var storages: [TorchStorage] = []
  var tensors: [TorchTensor] = []

  /// The items of a tuple; nil where `item` is none.
  func tuple(_ item: PickleItem) -> [PickleItem]? {
    guard case .container(let number) = item, containers[number].kind == .tuple else { return nil }
    return containers[number].items
  }

  /// The numbers of a tuple or list of numbers.
  func integers(_ item: PickleItem) -> [Int]? {
    guard case .container(let number) = item,
      [.tuple, .list].contains(containers[number].kind)
    else { return nil }
    var numbers: [Int] = []
    for item in containers[number].items {
      guard case .integer(let number) = item else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}
