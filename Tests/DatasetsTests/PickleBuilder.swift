import Foundation

/// Writes pickles instruction by instruction, so that nonsense can be written, too.
struct PickleBuilder {
  var bytes: [UInt8]

  init(protocol version: UInt8 = 2) { bytes = [0x80, version] }

  /// The whole pickle around `body`.
  static func file(protocol version: UInt8 = 2, _ body: (inout PickleBuilder) -> Void) -> [UInt8] {
    var builder = PickleBuilder(protocol: version)
    body(&builder)
    return builder.bytes + [0x2e]
  }

  mutating func opcode(_ character: Character, _ argument: [UInt8] = []) {
    bytes += [character.asciiValue ?? 0] + argument
  }

  mutating func raw(_ raw: UInt8...) { bytes += raw }

  mutating func mark() { opcode("(") }
  mutating func reduce() { opcode("R") }
  mutating func build() { opcode("b") }
  mutating func none() { opcode("N") }
  mutating func emptyList() { opcode("]") }
  mutating func emptyDictionary() { opcode("}") }
  mutating func append() { opcode("a") }
  mutating func appends() { opcode("e") }
  mutating func setItem() { opcode("s") }
  mutating func setItems() { opcode("u") }
  mutating func put(_ number: UInt8) { opcode("q", [number]) }
  mutating func get(_ number: UInt8) { opcode("h", [number]) }
  mutating func bool(_ value: Bool) { raw(value ? 0x88 : 0x89) }
  mutating func integer(_ value: Int32) { opcode("J", Build.bytes([value])) }
  mutating func real(_ value: Double) {
    opcode("G", Build.bytes([value.bitPattern.byteSwapped]))
  }

  mutating func text(_ value: String) {
    opcode("X", Build.bytes([UInt32(value.utf8.count)]) + Array(value.utf8))
  }

  /// Bytes as Python 2 writes a string.
  mutating func string(_ value: [UInt8]) {
    opcode("T", Build.bytes([UInt32(value.count)]) + value)
  }

  mutating func global(_ module: String, _ name: String) {
    opcode("c", Array("\(module)\n\(name)\n".utf8))
  }

  /// A tuple of what `body` pushes.
  mutating func tuple(_ body: (inout PickleBuilder) -> Void) {
    mark()
    body(&self)
    opcode("t")
  }

  mutating func integers(_ values: [Int32]) {
    tuple { builder in for value in values { builder.integer(value) } }
  }

  /// A NumPy array of `code`, whose state's last part `content` pushes.
  mutating func array(
    _ code: String, _ shape: [Int32], order: String = "<", fortran: Bool = false,
    module: String = "numpy.core.multiarray", _ content: (inout PickleBuilder) -> Void
  ) {
    global(module, "_reconstruct")
    tuple {
      $0.global("numpy", "ndarray")
      $0.integers([0])
      $0.string([0x62])
    }
    reduce()
    tuple {
      $0.integer(1)
      $0.integers(shape)
      $0.dtype(code, order: order)
      $0.bool(fortran)
      content(&$0)
    }
    build()
  }

  mutating func dtype(_ code: String, order: String = "<") {
    global("numpy", "dtype")
    tuple {
      $0.text(code)
      $0.bool(false)
      $0.bool(true)
    }
    reduce()
    tuple {
      $0.integer(3)
      $0.text(order)
      for _ in 0..<3 { $0.none() }
      for number: Int32 in [-1, -1, 0] { $0.integer(number) }
    }
    build()
  }

  /// A reference to a torch storage.
  mutating func storage(
    _ type: String = "FloatStorage", key: String = "0", location: String = "cpu", count: Int32,
    view: (key: String, offset: Int32, count: Int32)? = nil, isLegacy: Bool = false
  ) {
    tuple {
      $0.text("storage")
      $0.global("torch", type)
      $0.text(key)
      $0.text(location)
      $0.integer(count)
      if let view {
        $0.tuple {
          $0.text(view.key)
          $0.integer(view.offset)
          $0.integer(view.count)
        }
      } else if isLegacy {
        $0.none()
      }
    }
    opcode("Q")
  }

  /// A torch tensor in the storage that `storage` pushes.
  mutating func tensor(
    offset: Int32 = 0, size: [Int32], stride: [Int32], more: Int = 0, notes: [String: Bool]? = nil,
    storage: (inout PickleBuilder) -> Void
  ) {
    global("torch._utils", "_rebuild_tensor_v2")
    tuple {
      storage(&$0)
      $0.integer(offset)
      $0.integers(size)
      $0.integers(stride)
      $0.bool(false)
      $0.global("collections", "OrderedDict")
      $0.tuple { _ in }
      $0.reduce()
      for _ in 0..<more { $0.none() }
      if let notes {
        $0.emptyDictionary()
        for (key, value) in notes.sorted(by: { $0.key < $1.key }) {
          $0.text(key)
          $0.bool(value)
          $0.setItem()
        }
      }
    }
    reduce()
  }
}

extension Build {
  /// A torch archive.
  static func torch(
    _ pickle: [UInt8], storages: [String: [UInt8]], byteOrder: String? = nil, folder: String = "a"
  ) -> [UInt8] {
    var members = [Member(name: "\(folder)/data.pkl", data: pickle)]
    if let byteOrder {
      members.append(Member(name: "\(folder)/byteorder", data: Array(byteOrder.utf8)))
    }
    for (key, data) in storages.sorted(by: { $0.key < $1.key }) {
      members.append(Member(name: "\(folder)/data/\(key)", data: data))
    }
    return zip(members + [Member(name: "\(folder)/version", data: Array("3\n".utf8))])
  }

  /// A torch file of the old form.
  static func legacyTorch(
    _ pickle: [UInt8], storages: [(key: String, count: Int64, data: [UInt8])],
    littleEndian: Bool = true
  ) -> [UInt8] {
    let magic: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
    let head =
      PickleBuilder.file { $0.bytes += [0x8a, 10] + magic }
      + PickleBuilder.file { $0.integer(1001) }
      + PickleBuilder.file {
        $0.emptyDictionary()
        $0.text("little_endian")
        $0.bool(littleEndian)
        $0.setItem()
      }
    let keys = PickleBuilder.file {
      $0.emptyList()
      for storage in storages {
        $0.text(storage.key)
        $0.append()
      }
    }
    return head + pickle + keys + storages.flatMap { bytes([$0.count]) + $0.data }
  }
}
