/// What the functions that a pickle may call would do, and the changes that it may make to what they
/// made.
extension Unpickler {
  mutating func reduce() throws {
    let operands = try pop(2)
    guard case .global(let function) = operands[0], let arguments = heap.tuple(operands[1]) else {
      throw error(expected: "a function and its arguments", found: operands[0].noun)
    }
    switch function {
    case .reconstruct: try reconstruct(arguments)
    case .scalar: try scalar(arguments)
    case .dtype: try dtype(arguments)
    case .encode: try encode(arguments)
    case .orderedDictionary: try orderedDictionary(arguments)
    case .tensor: try tensor(arguments)
    case .parameter: try parameter(arguments)
    case .ndarray, .storage:
      throw error(expected: "a function", found: "a type")
    }
  }

  mutating func build() throws {
    let state = try pop(1)[0]
    switch try top() {
    case .array(let number): try fill(array: number, heap.tuple(state) ?? [])
    case .dtype(let number): try fill(dtype: number, heap.tuple(state) ?? [])
    case .container(let number)
    where heap.containers[number].kind == .orderedDictionary && isDictionary(state):
      // What a module's weights carry besides themselves: versions of its parts.
      break
    case let other:
      throw error(expected: "an array, an element type or weights", found: other.noun)
    }
  }

  private func isDictionary(_ item: PickleItem) -> Bool {
    guard case .container(let number) = item else { return false }
    return [.dictionary, .orderedDictionary].contains(heap.containers[number].kind)
  }

  // MARK: NumPy

  /// `_reconstruct(ndarray, (0,), b'b')`: an array that is filled later.
  private mutating func reconstruct(_ arguments: [PickleItem]) throws {
    guard arguments.count == 3, case .global(.ndarray) = arguments[0] else {
      throw error(expected: "an array to be filled", found: "other arguments")
    }
    heap.arrays.append(PickledArrayState(content: .none, place: place))
    try push(.array(heap.arrays.count - 1))
  }

  /// `dtype('f4', align, copy)`: an element type whose byte order follows.
  private mutating func dtype(_ arguments: [PickleItem]) throws {
    guard let code = arguments.first?.text, code.utf8.count <= 32 else {
      throw error(expected: "the code of an element type", found: "other arguments")
    }
    heap.dtypes.append(PickledDtype(code: code, type: ElementType("|\(code)")))
    try push(.dtype(heap.dtypes.count - 1))
  }

  /// The state is (version, byte order, subtype, names, fields, size, alignment, flags); sizes stand
  /// in the code already.
  private mutating func fill(dtype number: Int, _ state: [PickleItem]) throws {
    let code = heap.dtypes[number].code
    guard state.count >= 8, let order = state[1].text, ["<", ">", "|", "="].contains(order),
      case .none = state[2], case .none = state[3], case .none = state[4]
    else {
      throw error(
        expected: "an element type of plain numbers", found: "a structured type ('\(code)')")
    }
    heap.dtypes[number].type = ElementType(order + code)
  }

  /// The state is (version, shape, element type, Fortran order, bytes or list of objects).
  private mutating func fill(array number: Int, _ state: [PickleItem]) throws {
    guard state.count == 5, let shape = heap.integers(state[1]),
      shape.count <= ArrayLayout.mostDimensions, case .dtype(let dtype) = state[2],
      let isFortranOrder = state[3].truth
    else {
      throw error(
        expected: "an array's shape, type, order and content", found: "another description")
    }
    try spend(8 * shape.count)
    if heap.dtypes[dtype].isObject {
      return try fill(array: number, shape: shape, objects: state[4])
    }
    let type = try elementType(dtype)
    guard let count = ArrayLayout.count(shape, size: type.size) else {
      throw error(expected: "a shape that can be counted", found: describe(shape))
    }
    guard case .bytes(let bytes) = state[4], bytes.count == count * type.size else {
      var found = state[4].noun
      if case .bytes(let bytes) = state[4] { found = "\(bytes.count)" }
      throw error(
        expected: "\(count * type.size) bytes for \(describe(shape)) elements of type"
          + " '\(type.descriptor)'", found: found)
    }
    heap.arrays[number].content = .array(
      PickledArray(type: type, shape: shape, isFortranOrder: isFortranOrder, bytes: bytes))
  }

  private mutating func fill(array number: Int, shape: [Int], objects: PickleItem) throws {
    guard case .container(let container) = objects, heap.containers[container].kind == .list,
      let count = ArrayLayout.count(shape, size: 8),
      count == heap.containers[container].items.count
    else {
      throw error(
        expected: "a list of objects, as many as \(describe(shape))", found: objects.noun)
    }
    heap.arrays[number].content = .objects(shape: shape, container: container)
  }

  private func elementType(_ number: Int) throws -> ElementType {
    guard let type = heap.dtypes[number].type else {
      throw error(
        expected: "elements that are plain numbers or text",
        found: "elements of type '\(heap.dtypes[number].code)'")
    }
    return type
  }

  /// `scalar(dtype, bytes)`: a single number or text.
  private mutating func scalar(_ arguments: [PickleItem]) throws {
    guard arguments.count == 2, case .dtype(let dtype) = arguments[0],
      case .bytes(let bytes) = arguments[1]
    else {
      throw error(expected: "an element type and its bytes", found: "other arguments")
    }
    let type = try elementType(dtype)
    guard bytes.count == type.size else {
      throw error(
        expected: "\(type.size) bytes for a number of type '\(type.descriptor)'",
        found: "\(bytes.count)")
    }
    try spend(bytes.count)
    let elements = ArrayElements(type, ArrayLayout(dense: []), .memory(bytes))
    try push(item(elements))
  }

  private func item(_ elements: ArrayElements) throws -> PickleItem {
    do {
      if elements.type.kind == .text { return .text(try elements.texts().first ?? "") }
      if !elements.type.isWhole { return .real(try elements.values(Double.self).first ?? 0) }
      let number = try elements.values(Int.self).first ?? 0
      return elements.type.kind == .boolean ? .bool(number != 0) : .integer(number)
    } catch let unfit as UnfitElement {
      throw error(expected: "a number that fits in 64 bits", found: unfit.value)
    }
  }

  /// `encode(text, 'latin1')`: Python 3 writes bytes as text, one character each.
  private mutating func encode(_ arguments: [PickleItem]) throws {
    guard arguments.count == 2, case .text(let text) = arguments[0],
      arguments[1].text == "latin1"
    else {
      throw error(expected: "text to be taken for bytes as 'latin1'", found: "other arguments")
    }
    try spend(text.utf8.count)
    guard let bytes = Self.latin1(text) else {
      throw error(expected: "characters that are bytes", found: "others")
    }
    try push(.bytes(bytes))
  }

  /// The characters as bytes; nil where one is above U+00FF. In UTF-8 the others take one byte, or two
  /// of which the first is C2 or C3.
  private static func latin1(_ text: String) -> [UInt8]? {
    var text = text
    return text.withUTF8 { utf8 in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(utf8.count)
      var lead: UInt8 = 0
      for byte in utf8 {
        switch byte {
        case ..<0x80: bytes.append(byte)
        case 0x80..<0xc0: bytes.append(lead << 6 | byte & 0x3f)
        case 0xc2, 0xc3: lead = byte & 3
        default: return nil
        }
      }
      return bytes
    }
  }

  /// `OrderedDict()` or, from Python 2, `OrderedDict([[key, value], …])`.
  private mutating func orderedDictionary(_ arguments: [PickleItem]) throws {
    guard let pairs = arguments.first else { return try push(make(.orderedDictionary, [])) }
    guard arguments.count == 1, case .container(let list) = pairs,
      heap.containers[list].kind == .list
    else {
      throw error(expected: "pairs of keys and values", found: "other arguments")
    }
    var items: [PickleItem] = []
    for pair in heap.containers[list].items {
      guard case .container(let number) = pair, heap.containers[number].items.count == 2,
        [.list, .tuple].contains(heap.containers[number].kind)
      else {
        throw error(expected: "pairs of keys and values", found: pair.noun)
      }
      items += heap.containers[number].items
    }
    try spend(MemoryLayout<PickleItem>.stride * items.count)
    try push(make(.orderedDictionary, items))
  }

  func describe(_ shape: [Int]) -> String {
    shape.isEmpty ? "one" : shape.map(String.init).joined(separator: " × ")
  }

  // MARK: torch

  /// A persistent identifier: ('storage', type, key, location, count), in files of the old form also
  /// None or the part of the storage that is meant: (key, offset, count).
  mutating func pushStorage() throws {
    let identifier = try pop(1)[0]
    guard hasStorages else {
      throw error(expected: "a pickle that is whole", found: "a reference to something outside it")
    }
    guard let parts = heap.tuple(identifier), parts.count == 5 || parts.count == 6,
      parts[0].text == "storage", case .global(.storage(let type)) = parts[1],
      let key = parts[2].text, parts[3].text != nil, case .integer(let count) = parts[4],
      count >= 0
    else {
      throw error(
        expected: "a storage's type, key, location and count", found: "another reference")
    }
    var storage = TorchStorage(key: key, type: type, count: count)
    if parts.count == 6 { storage.view = try view(parts[5], of: count) }
    heap.storages.append(storage)
    try push(.storage(heap.storages.count - 1))
  }

  private func view(_ item: PickleItem, of count: Int) throws -> Range<Int>? {
    if case .none = item { return nil }
    guard let parts = heap.tuple(item), parts.count == 3, parts[0].text != nil,
      case .integer(let offset) = parts[1], case .integer(let length) = parts[2],
      offset >= 0, length >= 0, offset <= count, length <= count - offset
    else {
      throw error(expected: "a part of the storage of \(count) elements", found: "another")
    }
    return offset..<offset + length
  }

  /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, …)`.
  private mutating func tensor(_ arguments: [PickleItem]) throws {
    guard arguments.count >= 6, case .storage(let number) = arguments[0],
      case .integer(let offset) = arguments[1], let shape = heap.integers(arguments[2]),
      let strides = heap.integers(arguments[3]), shape.count <= ArrayLayout.mostDimensions
    else {
      throw error(
        expected: "a tensor's storage, offset, size and strides", found: "other arguments")
    }
    if arguments.count > 6, isNegation(arguments[6]) {
      throw error(
        expected: "a tensor that is what its storage holds",
        found: "its negative: save tensor.resolve_neg()")
    }
    try spend(16 * shape.count + MemoryLayout<TorchTensor>.size)
    let storage = heap.storages[number]
    let part = storage.view ?? 0..<storage.count
    guard
      ArrayLayout(shape: shape, strides: strides, offset: offset, available: part.count) != nil
    else {
      throw error(
        expected: "a tensor within its storage of \(part.count) elements",
        found: "size \(describe(shape)), strides \(describe(strides)), offset \(offset)")
    }
    heap.tensors.append(
      TorchTensor(
        storage: storage, offset: part.lowerBound + offset, shape: shape, strides: strides))
    try push(.tensor(heap.tensors.count - 1))
  }

  /// Whether what torch notes behind the hooks says that the numbers stored are those of the tensor
  /// with the other sign, as some views have them.
  private func isNegation(_ notes: PickleItem) -> Bool {
    guard case .container(let number) = notes, isDictionary(notes) else { return false }
    let items = heap.containers[number].items
    return stride(from: 0, to: items.count, by: 2).contains {
      items[$0].text == "neg" && items[$0 + 1].truth == true
    }
  }

  /// `_rebuild_parameter(tensor, requires_grad, hooks)`.
  private mutating func parameter(_ arguments: [PickleItem]) throws {
    guard arguments.count == 3, case .tensor = arguments[0] else {
      throw error(expected: "a tensor that is a parameter", found: "other arguments")
    }
    try push(arguments[0])
  }
}
