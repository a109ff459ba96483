import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Weights as PyTorch and safetensors write them, and as we do.
struct WeightFileTests {
  static func path(_ name: String) -> String {
    Fixtures.url("weights/\(name)").path(percentEncoded: false)
  }

  /// The numbers that `make.py` puts into tensor `number`.
  static func tensor(_ number: Int, _ name: String, _ shape: [Int]) -> StateDictionary.Tensor {
    let values = (0..<shape.reduce(1, *)).map { Float($0 % 64) / 8 - 2 + Float(number) }
    return StateDictionary.Tensor(name: name, shape: shape, values: values)
  }

  static let state = StateDictionary([
    tensor(0, "conv1.weight", [4, 3, 3, 3]), tensor(1, "bn1.running_mean", [4]),
    StateDictionary.Tensor(name: "bn1.num_batches_tracked", shape: [], values: [0]),
    tensor(3, "layer1.0.conv1.weight", [2, 4, 1, 1]), tensor(4, "fc.weight", [10, 2]),
    tensor(5, "fc.bias", [10]), tensor(6, "none", [0, 3]),
  ])

  @Test(arguments: ["state.pth", "state-legacy.pth", "checkpoint.pth"])
  func `what torch saved is read in order, whatever it is wrapped in`(name: String) throws {
    #expect(try StateDictionary.read(Self.path(name)) == Self.state)
  }

  @Test func `what safetensors saved is read in the order of its bytes`() throws {
    let state = try StateDictionary.read(Self.path("state.safetensors"))
    #expect(Set(state.tensors.map(\.name)) == Set(Self.state.tensors.map(\.name)))
    for tensor in Self.state.tensors { #expect(state[tensor.name] == tensor) }
    #expect(state["other"] == nil)
  }

  @Test func `a module's own dictionary, with versions of its parts, is read`() throws {
    let state = try StateDictionary.read(Self.path("module.pth"))
    #expect(
      state.tensors.map(\.name) == [
        "0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var",
        "1.num_batches_tracked", "2.weight", "2.bias",
      ])
    #expect(state["2.weight"] == Self.tensor(6, "2.weight", [2, 3]))
    #expect(state["0.weight"] == Self.tensor(0, "0.weight", [2, 1, 3, 3]))
  }

  @Test func `every type of number becomes floats`() throws {
    let state = try StateDictionary.read(Self.path("types.safetensors"))
    #expect(state.tensors.count == 12)
    let types = ["f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "u8", "u16", "u32"]
    for (number, type) in types.enumerated() {
      let exact = Self.tensor(type.hasPrefix("u") ? 2 : number, type, [3, 5])
      let isWhole = type.hasPrefix("u") || type.hasPrefix("i")
      let values = exact.values.map { isWhole ? $0.rounded(.down) : $0 }
      #expect(
        state[type]
          == StateDictionary.Tensor(name: type, shape: [3, 5], values: values))
    }
    #expect(state["bool"]?.values.allSatisfy { $0 == 0 || $0 == 1 } == true)
  }

  @Test func `what is written is read again, to the bit, and written again the same`() throws {
    let odd: [Float] = [.nan, .infinity, -.infinity, -0, .leastNonzeroMagnitude, 1 / 3]
    let state = StateDictionary(
      Self.state.tensors + [
        StateDictionary.Tensor(name: "a \"b\"\\\n/ä", shape: [2, 3], values: odd),
        Self.tensor(2, "", [1]), Self.tensor(9, "large", [70_001]),
      ])
    try withMemoryFolder { folder in
      for name in ["a.safetensors", "a.pth"] {
        let path = folder.appending(path: name).path(percentEncoded: false)
        let write = name == "a.pth" ? state.writeTorch : state.writeSafetensors
        try write(path)
        let again = try StateDictionary.read(path)
        #expect(again.tensors.map(\.name) == state.tensors.map(\.name))
        #expect(again.tensors.map(\.shape) == state.tensors.map(\.shape))
        for (one, other) in zip(again.tensors, state.tensors) {
          #expect(one.values.map(\.bitPattern) == other.values.map(\.bitPattern))
        }
        let bytes = try Data(contentsOf: URL(filePath: path))
        try write(path)
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
      }
    }
  }

  @Test func `no weights at all can be written, and are read as safetensors only`() throws {
    try withMemoryFolder { folder in
      let path = folder.appending(path: "a").path(percentEncoded: false)
      try StateDictionary([]).writeSafetensors(to: path)
      #expect(try StateDictionary.read(path).tensors.isEmpty)
      try StateDictionary([]).writeTorch(to: path)
      #expect(fileError { _ = try StateDictionary.read(path) }?.found == "a dictionary of 0")
    }
  }

  @Test func `numbers of a torch file lie at multiples of 64 bytes`() throws {
    try withMemoryFolder { folder in
      let path = folder.appending(path: "a.pth").path(percentEncoded: false)
      try Self.state.writeTorch(to: path)
      let bytes = Array(try Data(contentsOf: URL(filePath: path)))
      for tensor in Self.state.tensors where tensor.values.count > 3 {
        let numbers = Build.bytes(tensor.values)
        let places = stride(from: 0, to: bytes.count, by: 64)
        #expect(places.contains { bytes[$0...].starts(with: numbers) }, "\(tensor.name)")
      }
    }
  }

  /// A Python program that loads our file, compares it with what torch itself saved, and writes back.
  static let program = """
    import sys, torch
    ours = torch.load(sys.argv[1], weights_only=True)
    theirs = torch.load(sys.argv[2])
    assert type(ours) is type(theirs) and list(ours) == list(theirs)
    for name, value in theirs.items():
        assert ours[name].dtype == torch.float32 and ours[name].shape == value.shape, name
        assert torch.equal(ours[name], value.float()), name
    torch.save(ours, sys.argv[3])
    """

  @Test func `torch loads what is written here, and gives it back`() throws {
    guard let python = try ForeignProgram.python(with: ["torch"]) else { return }
    try withTemporaryFolder { folder in
      let paths = ["ours.pth", "back.pth"].map {
        folder.appending(path: $0).path(percentEncoded: false)
      }
      try Self.state.writeTorch(to: paths[0])
      let ending = try ForeignProgram.run([
        python, "-c", Self.program, paths[0], Self.path("state.pth"), paths[1],
      ])
      #expect(ending.status == 0, "\(ending.text)")
      #expect(try StateDictionary.read(paths[1]) == Self.state)
    }
  }
}
