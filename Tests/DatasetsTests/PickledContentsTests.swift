import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Arrays inside pickles and arrays of Python objects.
struct PickledContentsTests {
  private func array(
    _ key: String = "", _ body: (inout PickleBuilder) -> Void
  ) throws -> StoredArray {
    try withMemoryFolder {
      try StoredArray($0.write(PickleBuilder.file(body), as: "a.pkl") + key)
    }
  }

  private func numbers(_ builder: inout PickleBuilder, _ values: [Int32]) {
    builder.emptyList()
    builder.mark()
    for value in values { builder.integer(value) }
    builder.appends()
  }

  @Test(arguments: [
    "plain", "protocol2", "protocol3", "protocol4", "protocol_now", "scalars", "empty",
  ])
  func `saved sets of every protocol are read`(name: String) throws {
    let path = Fixtures.url("oracles/saved-sets/\(name)/lSet.npy").path(percentEncoded: false)
    let array = try StoredArray(path)
    let values = try array.integers()
    let all = try StoredArray(
      Fixtures.url("oracles/saved-sets/plain/lSet.npy").path(percentEncoded: false)
    ).integers()
    #expect(all.count == 37 && all.prefix(3) == [0, 255, 256])
    #expect(array.shape == [values.count])
    switch name {
    case "empty": #expect(values.isEmpty)
    case "scalars": #expect(values == [0, 255, 256, 65536, 5161])
    default: #expect(values == all)
    }
  }

  @Test func `a dictionary in an array of objects is asked by its keys`() throws {
    let path = NumpyReferenceTests.path("object_dict.npy")
    #expect(try LabelFile.read(path + ":noise_label") == [0, 2, 2])
    #expect(try LabelFile.read(path + ":clean_label", count: 3, classes: 3) == [0, 1, 2])
    let error = fileError { _ = try StoredArray(path) }
    #expect(error?.expected == "one of its arrays: clean_label, noise_label")
  }

  @Test(arguments: ["CIFAR-10_human.pt", "CIFAR-10_human_torch2.pt"])
  func `human labels of both versions of torch are the same`(name: String) throws {
    let path = Fixtures.url("oracles/cifar-n-digits/\(name)").path(percentEncoded: false)
    let other = Fixtures.url("oracles/cifar-n-digits/CIFAR-10_human.pt").path(percentEncoded: false)
    for key in ["clean_label", "aggre_label", "worse_label", "random_label1"] {
      let labels = try LabelFile.read("\(path):\(key)", classes: 10)
      #expect(!labels.isEmpty)
      #expect(try LabelFile.read("\(other):\(key)") == labels)
    }
    let hundred = Fixtures.url("oracles/cifar-n-digits/CIFAR-100_human.pt")
      .path(percentEncoded: false)
    #expect(try LabelFile.read(hundred + ":noisy_coarse_label", classes: 20).isEmpty == false)
  }

  @Test func `keys with dots, keys inside keys and indices all lead to an array`() throws {
    func value(_ builder: inout PickleBuilder) {
      builder.emptyDictionary()
      builder.text("model")
      builder.emptyDictionary()
      for (key, number) in [("fc.weight", 1), ("fc", 2)] as [(String, Int32)] {
        builder.text(key)
        numbers(&builder, [number])
        builder.setItem()
      }
      builder.setItem()
      builder.text("parts")
      builder.tuple {
        numbers(&$0, [3, 3])
        $0.text("name")
        $0.emptyDictionary()
        $0.integer(5)
        numbers(&$0, [4])
        $0.setItem()
      }
      builder.setItem()
    }
    let cases: [(String, [Int])] = [
      ("model/fc.weight", [1]), ("model.fc.weight", [1]), ("model/fc", [2]), ("parts/0", [3, 3]),
      ("parts.2.5", [4]),
    ]
    for (key, expected) in cases {
      #expect(try array(":" + key, value).integers() == expected, "\(key)")
    }
    let error = fileError { _ = try array("", value) }
    let keys = "model/fc.weight, model/fc, parts/0, parts/2/5"
    #expect(error?.expected == "one of its arrays: " + keys)
    for key in ["", "model", "parts/1", "parts/3", "parts/-1", "model/fc/0", "/", "model/"] {
      #expect(fileError { _ = try array(":" + key, value) }?.kind == .format, "\(key)")
    }
    #expect(fileError { _ = try array(":model", value) }?.found == "a dictionary of 2")
  }

  @Test func `the only array needs no key, and lists count where there is no array`() throws {
    func value(_ builder: inout PickleBuilder, withArray: Bool) {
      builder.emptyDictionary()
      builder.text("classes")
      numbers(&builder, [7, 8])
      builder.setItem()
      builder.text("epochs")
      builder.integer(3)
      builder.setItem()
      guard withArray else { return }
      builder.text("features")
      builder.array("u1", [1, 2]) { $0.string([5, 6]) }
      builder.setItem()
    }
    #expect(try array { value(&$0, withArray: true) }.shape == [1, 2])
    #expect(try array { value(&$0, withArray: false) }.integers() == [7, 8])
  }

  @Test func `lists of numbers, of text and of lists are arrays`() throws {
    let mixed = try array {
      $0.emptyList()
      $0.mark()
      $0.integer(1)
      $0.real(0.5)
      $0.appends()
    }
    #expect(try mixed.doubles() == [1, 0.5])
    #expect(mixed.type.descriptor == "<f8")
    let truths = try array {
      $0.bool(true)
      $0.bool(false)
      $0.raw(0x86)
    }
    #expect(try truths.integers() == [1, 0])
    let texts = try array {
      $0.emptyList()
      $0.mark()
      $0.text("0.45")
      $0.text("é")
      $0.appends()
    }
    #expect(try texts.strings() == ["0.45", "é"])
    #expect(fileError { _ = try texts.doubles() }?.kind == .format)
    let rows = try array {
      $0.emptyList()
      for row: [Int32] in [[1, 2, 3], [4, 5, 6]] {
        numbers(&$0, row)
        $0.append()
      }
    }
    #expect(rows.shape == [2, 3])
    #expect(try rows.matrix().elements == [1, 2, 3, 4, 5, 6])
  }

  @Test func `arrays of one shape and type are stacked, others are not`() throws {
    func pair(_ builder: inout PickleBuilder, _ shapes: [[Int32]], codes: [String]) {
      builder.emptyList()
      for (shape, code) in zip(shapes, codes) {
        let bytes = Int(shape.reduce(1, *)) * (code == "f4" ? 4 : 2)
        builder.array(code, shape) { $0.string([UInt8](repeating: 0, count: bytes)) }
        builder.append()
      }
    }
    #expect(try array { pair(&$0, [[2, 2], [2, 2]], codes: ["f4", "f4"]) }.shape == [2, 2, 2])
    for (shapes, codes) in [
      ([[2], [3]], ["f4", "f4"]), ([[2], [2]], ["f4", "f2"]), ([[2], [2, 1]], ["f4", "f4"]),
    ] as [([[Int32]], [String])] {
      #expect(fileError { _ = try array { pair(&$0, shapes, codes: codes) } }?.found == "no key")
    }
  }

  @Test func `a tuple of matrices is not one array, even if they have one shape`() {
    let error = fileError {
      _ = try array { builder in
        builder.tuple {
          for _ in 0..<2 { $0.array("u1", [2, 2]) { $0.string([1, 2, 3, 4]) } }
        }
      }
    }
    #expect(error?.expected == "one of its arrays: 0, 1")
  }

  @Test func `arrays in Fortran order, of text and of every byte order are read`() throws {
    let fortran = try array {
      $0.array("i2", [2, 2], order: ">", fortran: true, module: "numpy._core.multiarray") {
        $0.string(Build.bytes([Int16(1), 3, 2, 4].map(\.bigEndian)))
      }
    }
    #expect(try fortran.integers() == [1, 2, 3, 4])
    let text = try array { $0.array("U1", [2]) { $0.string(Build.bytes([UInt32(0x61), 0x62])) } }
    #expect(try text.strings() == ["a", "b"])
  }

  @Test func `bytes that Python 3 wrote as text are bytes again`() throws {
    let bytes: [UInt8] = [0, 127, 128, 255]
    let latin = try array {
      $0.array("u1", [4]) {
        $0.global("_codecs", "encode")
        $0.tuple {
          $0.text(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })))
          $0.text("latin1")
        }
        $0.reduce()
      }
    }
    #expect(try latin.integers() == [0, 127, 128, 255])
    for (text, encoding) in [("\u{100}", "latin1"), ("a", "utf-8")] {
      let error = fileError {
        _ = try array {
          $0.array("u1", [1]) {
            $0.global("_codecs", "encode")
            $0.tuple {
              $0.text(text)
              $0.text(encoding)
            }
            $0.reduce()
          }
        }
      }
      #expect(error?.kind == .format)
    }
  }

  @Test(arguments: [
    ("u1", [Int32(4)], [UInt8](repeating: 0, count: 3)), ("f4", [1], [0, 0, 0]),
    ("u1", [-1], []), ("c8", [1], [UInt8](repeating: 0, count: 8)), ("S3", [1], [1, 2, 3]),
    ("f8", [2_000_000_000, 2_000_000_000, 2], []), ("V8", [1], [UInt8](repeating: 0, count: 8)),
    ("O8", [1], [0]), ("u1", [Int32](repeating: 1, count: 65), [0]),
  ])
  func `an array whose parts do not fit is refused`(
    code: String, shape: [Int32], bytes: [UInt8]
  ) {
    let error = fileError { _ = try array { $0.array(code, shape) { $0.string(bytes) } } }
    #expect(error?.kind == .format)
    #expect(error?.place != nil)
  }

  @Test func `an array of objects has to hold as many numbers as it says`() throws {
    try withMemoryFolder { folder in
      func file(_ header: String, _ shape: [Int32], _ body: (inout PickleBuilder) -> Void) throws
        -> String
      {
        let pickle = PickleBuilder.file { $0.array("O8", shape, order: "|", body) }
        return try folder.write(Build.npy("|O", header, pickle), as: "a.npy")
      }
      let fine = try file("(2,)", [2]) { numbers(&$0, [3, 4]) }
      #expect(try StoredArray(fine).integers() == [3, 4])
      let grid = try file("(2, 1)", [2, 1]) { numbers(&$0, [3, 4]) }
      #expect(try StoredArray(grid).shape == [2, 1])
      for wrong in [
        try file("(3,)", [2]) { numbers(&$0, [3, 4]) }, try file("(3,)", [3]) { numbers(&$0, [3]) },
        try file("(1,)", [1]) { numbers(&$0, [3, 4]) },
      ] {
        #expect(fileError { _ = try StoredArray(wrong) }?.kind == .format)
      }
      let texts = try file("(1,)", [1]) {
        $0.emptyList()
        $0.text("a")
        $0.append()
      }
      #expect(fileError { _ = try StoredArray(texts).integers() }?.found == "text ('<U1')")
      let mixture = try file("(2,)", [2]) {
        $0.emptyList()
        $0.text("a")
        $0.append()
        $0.integer(1)
        $0.append()
      }
      #expect(fileError { _ = try StoredArray(mixture) }?.kind == .format)
    }
  }

  @Test func `a member that goes on beyond its size is an error`() throws {
    let pickle = PickleBuilder.file { $0.array("O8", [2]) { numbers(&$0, [3, 4]) } }
    let file = Build.npy("|O", "(2,)", pickle)
    let length = UInt16(file.count)
    let packed = [1] + Build.bytes([length, ~length]) + file
    try withMemoryFolder { folder in
      for size in [UInt32(0), 5, 40, UInt32(length) - 1, UInt32(length) + 1] {
        var member = Build.Member(name: "a.npy", data: packed, method: 8, size: size)
        member.checksum = Build.crc32(file)
        let path = try folder.write(Build.zip([member]), as: "a.npz")
        #expect(fileError { _ = try StoredArray(path).integers() }?.member == "a", "\(size)")
      }
      var member = Build.Member(name: "a.npy", data: packed, method: 8, size: UInt32(length))
      member.checksum = Build.crc32(file)
      let path = try folder.write(Build.zip([member]), as: "a.npz")
      #expect(try StoredArray(path).integers() == [3, 4])
    }
  }
}
