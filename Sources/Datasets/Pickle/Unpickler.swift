import LinearAlgebra

/// Builds the value that a pickle describes, without running anything.
///
/// A pickle is a program for a machine with a stack. Of its instructions those that build data are
/// followed, and of the functions that it may call only those of `PickleGlobal`, which are
/// interpreted here; anything else is refused, by name. An instruction of one byte can cost up to
/// about 100 bytes of memory, which is why the numbers of items are limited, too.
struct Unpickler {
  let reader: PickleReader
  /// Whether tensors may refer to storages outside the pickle, as in a torch file.
  let hasStorages: Bool
  /// Where the instruction that is being followed stands.
  private(set) var place = 0
  var heap = PickleHeap()
  private var stack: [PickleItem] = []
  private var marks: [Int] = []
  private var memo = PickleMemo()
  private var bytesToMake: Int

  /// Items on the stack, in the memo, and containers.
  private static let mostItems = 1 << 23
  private static let largestGrowth = 16

  /// How many items and bytes the parts of a pickle may come to when what they share is taken apart.
  static func limit(_ length: Int) -> Int {
    let (product, overflow) = length.multipliedReportingOverflow(by: largestGrowth)
    return overflow || product > Int.max - 1 << 20 ? Int.max : product + 1 << 20
  }

  private init(_ reader: PickleReader, hasStorages: Bool) {
    self.reader = reader
    self.hasStorages = hasStorages
    bytesToMake = Self.limit(reader.remaining)
  }

  /// A pickle's value, and all storages of tensors that it names.
  struct Result {
    let value: PythonValue
    let storages: [TorchStorage]
  }

  /// Reads the pickle that begins at the reader's place and leaves the reader behind it.
  static func read(_ reader: PickleReader, hasStorages: Bool = false) throws -> Result {
    let limit = limit(reader.remaining)
    var unpickler = Unpickler(reader, hasStorages: hasStorages)
    let result = try unpickler.run()
    var tree = PickleTree(heap: unpickler.heap, reader: reader, limit: limit)
    return Result(value: try tree.value(result), storages: unpickler.heap.storages)
  }

  private mutating func run() throws -> PickleItem {
    place = reader.place
    guard try reader.byte() == PickleOpcode.proto.rawValue else {
      throw reader.error(
        at: place, expected: "a pickle of protocol 2 to 5", found: "other bytes",
        hints: [reader.converter])
    }
    try checkProtocol()
    var steps = 0
    while true {
      steps &+= 1
      if steps & 0xffff == 0 { try Interrupt.check() }
      place = reader.place
      let byte = try reader.byte()
      guard let opcode = PickleOpcode(rawValue: byte) else { throw refused(byte) }
      if opcode == .stop { return try result() }
      try follow(opcode)
    }
  }

  private func checkProtocol() throws {
    let number = try reader.byte()
    guard (2...5).contains(number) else {
      throw error(expected: "a pickle of protocol 2 to 5", found: "protocol \(number)")
    }
  }

  private mutating func result() throws -> PickleItem {
    guard stack.count == 1, marks.isEmpty, let result = stack.last else {
      throw error(expected: "one value at the end of the pickle", found: "\(stack.count)")
    }
    return result
  }

  private mutating func follow(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .proto: try checkProtocol()
    case .frame: _ = try reader.length(8)
    case .stop: break
    case .mark: try pushMark()
    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .binInt: try push(.integer(Int(Int32(truncatingIfNeeded: try reader.unsigned(4)))))
    case .binInt1: try push(.integer(Int(try reader.byte())))
    case .binInt2: try push(.integer(Int(try reader.unsigned(2))))
    case .long1: try push(Self.integer(try reader.bytes(Int(try reader.byte()))))
    case .binFloat: try push(.real(Double(bitPattern: try reader.unsigned(8).byteSwapped)))
    case .shortBinString, .shortBinBytes: try push(.bytes(reader.bytes(reader.length(1))))
    case .binString, .binBytes: try push(.bytes(reader.bytes(reader.length(4))))
    case .binBytes8: try push(.bytes(reader.bytes(reader.length(8))))
    case .shortBinUnicode: try pushText(1)
    case .binUnicode: try pushText(4)
    case .binUnicode8: try pushText(8)
    case .emptyList: try push(make(.list, []))
    case .emptyTuple: try push(make(.tuple, []))
    case .emptyDict: try push(make(.dictionary, []))
    case .append, .appends: try append(opcode == .append ? pop(1) : popToMark())
    case .tuple: try push(make(.tuple, popToMark()))
    case .tuple1: try push(make(.tuple, pop(1)))
    case .tuple2: try push(make(.tuple, pop(2)))
    case .tuple3: try push(make(.tuple, pop(3)))
    case .setItem, .setItems: try set(opcode == .setItem ? pop(2) : popToMark())
    case .binPut: try remember(Int(try reader.byte()))
    case .longBinPut: try remember(Int(try reader.unsigned(4)))
    case .memoize: try remember(memo.count)
    case .binGet: try push(remembered(Int(try reader.byte())))
    case .longBinGet: try push(remembered(Int(try reader.unsigned(4))))
    case .global: try push(global(module: reader.line(), name: reader.line()))
    case .stackGlobal: try pushStackGlobal()
    case .reduce: try reduce()
    case .build: try build()
    case .binPersID: try pushStorage()
    }
  }

  // MARK: the stack

  mutating func push(_ item: PickleItem) throws {
    guard stack.count < Self.mostItems else { throw tooMany("values at once") }
    stack.append(item)
  }

  private mutating func pushMark() throws {
    guard marks.count < Self.mostItems else { throw tooMany("marks") }
    marks.append(stack.count)
  }

  /// The topmost `count` items, the topmost last. What lies below the last mark is out of reach.
  mutating func pop(_ count: Int) throws -> [PickleItem] {
    guard stack.count - (marks.last ?? 0) >= count else {
      throw error(expected: "\(count) values to work on", found: "fewer")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleItem] {
    guard let mark = marks.popLast() else {
      throw error(expected: "a mark", found: "none")
    }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  /// The topmost item, which stays.
  func top() throws -> PickleItem {
    guard stack.count > (marks.last ?? 0), let item = stack.last else {
      throw error(expected: "a value to work on", found: "none")
    }
    return item
  }

  private mutating func remember(_ number: Int) throws {
    guard memo.count < Self.mostItems else { throw tooMany("remembered values") }
    memo.set(number, try top())
  }

  private func remembered(_ number: Int) throws -> PickleItem {
    guard let item = memo[number] else {
      throw error(expected: "a remembered value", found: "number \(number), which is none")
    }
    return item
  }

  // MARK: values

  private static func integer(_ bytes: [UInt8]) -> PickleItem {
    guard bytes.count <= 8 else { return .wideInteger(bytes) }
    let isNegative = bytes.last.map { $0 >= 0x80 } ?? false
    return .integer(bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) })
  }

  private mutating func pushText(_ size: Int) throws {
    let bytes = try reader.bytes(reader.length(size))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error(expected: "text in UTF-8", found: "other bytes")
    }
    try push(.text(text))
  }

  mutating func make(_ kind: PickleContainer.Kind, _ items: [PickleItem]) throws -> PickleItem {
    guard heap.containers.count < Self.mostItems else { throw tooMany("lists") }
    heap.containers.append(PickleContainer(kind: kind, items: items, place: place))
    return .container(heap.containers.count - 1)
  }

  private mutating func append(_ items: [PickleItem]) throws {
    guard case .container(let number) = try top(), heap.containers[number].kind == .list else {
      throw error(expected: "a list to append to", found: try top().noun)
    }
    heap.containers[number].items.append(contentsOf: items)
  }

  private mutating func set(_ items: [PickleItem]) throws {
    guard case .container(let number) = try top(),
      [.dictionary, .orderedDictionary].contains(heap.containers[number].kind)
    else {
      throw error(expected: "a dictionary to fill", found: try top().noun)
    }
    guard items.count.isMultiple(of: 2) else {
      throw error(expected: "keys and values in turn", found: "\(items.count) of them")
    }
    heap.containers[number].items.append(contentsOf: items)
  }

  /// Accounts for `count` bytes that are made from others: the same bytes can be asked for again and
  /// again.
  mutating func spend(_ count: Int) throws {
    guard count <= bytesToMake else {
      throw reader.error(
        .tooLarge, at: place, expected: "a pickle that makes little more bytes than it has",
        found: "one that repeats itself")
    }
    bytesToMake -= count
  }

  // MARK: names

  private func global(module: String, name: String) throws -> PickleItem {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw reader.error(
        .forbidden, at: place, expected: "nothing but data",
        found: "the name '\(module).\(name)', which stands for code", hints: [reader.converter])
    }
    return .global(global)
  }

  private mutating func pushStackGlobal() throws {
    let names = try pop(2)
    guard let module = names[0].text, let name = names[1].text else {
      throw error(expected: "a module and a name", found: "other values")
    }
    try push(global(module: module, name: name))
  }

  // MARK: errors

  func error(expected: String, found: String) -> FileError {
    reader.error(at: place, expected: expected, found: found)
  }

  private func refused(_ byte: UInt8) -> FileError {
    let name = PickleOpcode.refusedName(byte)
    let hex = "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    return reader.error(
      .forbidden, at: place, expected: "an instruction that builds data",
      found: name.map { "\($0) (\(hex))" } ?? "\(hex), which is no instruction",
      hints: [reader.converter])
  }

  private func tooMany(_ what: String) -> FileError {
    reader.error(
      .tooLarge, at: place, expected: "at most \(Self.mostItems) \(what)", found: "more")
  }
}
