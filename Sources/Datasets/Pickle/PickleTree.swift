/// Turns what an unpickler built into a value that nobody changes any more.
///
/// What is shared stays shared in memory, but whoever walks through the value meets it as often as
/// it is used; so this is counted, and a pickle whose parts would come to more than a multiple of its
/// length is refused, as is one that contains itself.
struct PickleTree {
  private let heap: PickleHeap
  private let reader: PickleReader
  private let limit: Int
  private var finished: [Int: Part] = [:]
  private var unfinished: Set<Int> = []

  private static let deepest = 100

  /// A value, how many values and bytes it comes to, and how many lie inside one another.
  private struct Part {
    var value: PythonValue
    var weight = 1
    var height = 0
  }

  init(heap: PickleHeap, reader: PickleReader, limit: Int) {
    self.heap = heap
    self.reader = reader
    self.limit = limit
  }

  mutating func value(_ item: PickleItem) throws -> PythonValue {
    try part(item).value
  }

  private mutating func part(_ item: PickleItem) throws -> Part {
    switch item {
    case .none: Part(value: .none)
    case .bool(let value): Part(value: .bool(value))
    case .integer(let value): Part(value: .integer(value))
    case .wideInteger(let bytes): Part(value: .wideInteger(bytes), weight: bytes.count)
    case .real(let value): Part(value: .real(value))
    case .bytes(let bytes): Part(value: .bytes(bytes), weight: 1 + bytes.count)
    case .text(let text): Part(value: .text(text), weight: 1 + text.utf8.count)
    case .container(let number): try container(number)
    case .array(let number): try array(heap.arrays[number])
    case .tensor(let number): Part(value: .tensor(heap.tensors[number]))
    case .dtype, .storage, .global:
      throw reader.error(
        expected: "numbers, text, lists, dictionaries, arrays", found: item.noun)
    }
  }

  private mutating func container(_ number: Int) throws -> Part {
    if let part = finished[number] { return part }
    let container = heap.containers[number]
    guard unfinished.insert(number).inserted else {
      throw reader.error(
        at: container.place, expected: "values that do not contain themselves",
        found: "one that does")
    }
    guard unfinished.count <= Self.deepest else { throw tooDeep(container.place) }
    var whole = Part(value: .none)
    var values: [PythonValue] = []
    values.reserveCapacity(container.items.count)
    for item in container.items {
      let part = try part(item)
      values.append(part.value)
      whole.height = max(whole.height, part.height)
      whole.weight += part.weight
      guard whole.weight <= limit else { throw tooHeavy(container.place) }
    }
    whole.height += 1
    guard whole.height <= Self.deepest else { throw tooDeep(container.place) }
    whole.value = Self.value(container.kind, values)
    unfinished.remove(number)
    finished[number] = whole
    return whole
  }

  private static func value(_ kind: PickleContainer.Kind, _ values: [PythonValue]) -> PythonValue {
    switch kind {
    case .list: .list(values)
    case .tuple: .tuple(values)
    case .dictionary, .orderedDictionary:
      .dictionary(
        stride(from: 0, to: values.count, by: 2).map { (key: values[$0], value: values[$0 + 1]) })
    }
  }

  private mutating func array(_ array: PickledArrayState) throws -> Part {
    switch array.content {
    case .none:
      throw reader.error(
        at: array.place, expected: "an array that is filled", found: "an empty one")
    case .array(let pickled):
      return Part(value: .array(pickled), weight: 1 + pickled.bytes.count)
    case .objects(let shape, let number):
      var part = try container(number)
      guard case .list(let elements) = part.value,
        elements.count == ArrayLayout.count(shape, size: 8)
      else {
        throw reader.error(
          at: array.place, expected: "as many objects as the array's shape says",
          found: "\(heap.containers[number].items.count)")
      }
      part.value = .objects(PickledObjects(shape: shape, elements: elements))
      return part
    }
  }

  private func tooDeep(_ place: Int) -> FileError {
    reader.error(
      at: place, expected: "at most \(Self.deepest) values inside one another", found: "more")
  }

  private func tooHeavy(_ place: Int) -> FileError {
    reader.error(
      .tooLarge, at: place, expected: "parts of at most \(limit) bytes", found: "more",
      hints: ["the pickle uses the same parts again and again"])
  }
}
