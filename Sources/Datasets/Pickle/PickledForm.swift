/// The shape and element type of a Python value that can be taken for an array.
struct PickledForm: Equatable {
  let shape: [Int]
  let type: ElementType

  private init(_ shape: [Int], _ type: ElementType) {
    self.shape = shape
    self.type = type
  }

  /// Nil where `value` is no array: an empty list, a mixture, arrays of different shapes.
  init?(_ value: PythonValue) {
    switch value {
    case .array(let array): self.init(array.shape, array.type)
    case .tensor(let tensor): self.init(tensor.shape, tensor.type)
    case .objects(let objects): self.init(objects)
    case .list(let values): self.init(values, mostDimensions: ArrayLayout.mostDimensions - 1)
    // A list goes on in the same way; a tuple may hold anything, such as features and labels.
    case .tuple(let values): self.init(values, mostDimensions: 1)
    case .none, .bool, .integer, .wideInteger, .real, .bytes, .text, .dictionary: return nil
    }
  }

  private init?(_ objects: PickledObjects) {
    if objects.shape.isEmpty {
      guard let first = objects.elements.first, let form = PickledForm(first) else { return nil }
      self = form
    } else if objects.elements.isEmpty {
      self.init(objects.shape, .int64)
    } else if let type = Self.type(objects.elements) {
      self.init(objects.shape, type)
    } else {
      return nil
    }
  }

  /// - Parameter mostDimensions: that arrays may have to be stacked.
  private init?(_ values: [PythonValue], mostDimensions: Int) {
    if let type = Self.type(values) {
      self.init([values.count], type)
      return
    }
    guard let first = values.first, let form = PickledForm(first), form.type.kind != .text,
      form.shape.count <= mostDimensions,
      values.dropFirst().allSatisfy({ PickledForm($0) == form }),
      ArrayLayout.count([values.count] + form.shape, size: 8) != nil
    else { return nil }
    self.init([values.count] + form.shape, form.type)
  }

  /// The type that single numbers or texts have in common; nil where there is none.
  private static func type(_ values: [PythonValue]) -> ElementType? {
    var common: ElementType?
    for value in values {
      let type: ElementType
      switch value {
      case .bool: type = .boolean
      case .integer: type = .int64
      case .real: type = .float64
      case .text(let text): type = .text(text.unicodeScalars.count)
      default: return nil
      }
      guard let merged = Self.merged(common ?? type, type) else { return nil }
      common = merged
    }
    return common
  }

  private static func merged(_ one: ElementType, _ other: ElementType) -> ElementType? {
    if one == other { return one }
    switch (one.kind, other.kind) {
    case (.text, .text): return one.size > other.size ? one : other
    case (.signed, .real), (.real, .signed): return .float64
    default: return nil
    }
  }

  /// Single numbers as the elements of an array of one dimension; nil where they are none.
  static func numbers(_ values: [PythonValue]) -> ArrayElements? {
    guard let type = type(values), type.kind != .text else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * type.size)
    for value in values {
      switch value {
      case .bool(let truth): bytes.append(truth ? 1 : 0)
      case .integer(let number) where type == .float64:
        append(Double(number).bitPattern, to: &bytes)
      case .integer(let number): append(UInt64(bitPattern: Int64(number)), to: &bytes)
      case .real(let number): append(number.bitPattern, to: &bytes)
      default: return nil
      }
    }
    return ArrayElements(type, ArrayLayout(dense: [values.count]), .memory(bytes))
  }

  private static func append(_ bits: UInt64, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
  }
}

extension PythonValue {
  /// Whether it is a list or a tuple.
  var isList: Bool {
    switch self {
    case .list, .tuple: true
    default: false
    }
  }
}
