import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Half floats become floats, and what is not finite is found.
struct HalfFloatTests {
  @Test func `every half float is exactly the float of the same value`() throws {
    let halves = (0...UInt16.max).map { $0 }
    try withMemoryFolder { folder in
      for shift in 0..<9 {
        let part = Array(halves[shift...])
        let file = Build.npy("<f2", "(\(part.count),)", Build.bytes(part))
        let floats = try StoredArray(folder.write(file, as: "a.npy")).floats()
        #expect(floats.count == part.count)
        let isRight = zip(floats, part).allSatisfy { float, bits in
          let expected = Float(Float16(bitPattern: bits))
          return expected.isNaN ? float.isNaN : float.bitPattern == expected.bitPattern
        }
        #expect(isRight)
      }
    }
  }

  @Test func `every bfloat16 is the upper half of its float`() throws {
    let halves = (0...UInt16.max).map { $0 }
    let pickle = PickleBuilder.file {
      $0.tensor(size: [65_536], stride: [1]) { $0.storage("BFloat16Storage", count: 65_536) }
    }
    try withMemoryFolder { folder in
      let path = try folder.write(
        Build.torch(pickle, storages: ["0": Build.bytes(halves)]), as: "a.pt")
      let floats = try StoredArray(path).floats()
      #expect(floats.map(\.bitPattern) == halves.map { UInt32($0) << 16 })
      let doubles = try StoredArray(path).doubles()
      #expect(zip(doubles, floats).allSatisfy { $0 == Double($1) || ($0.isNaN && $1.isNaN) })
    }
  }

  @Test func `the first number that is not finite is named, wherever it is`() throws {
    let columns = 7
    try withMemoryFolder { folder in
      let labels = try folder.write(
        Build.npy("|u1", "(13,)", [UInt8](repeating: 0, count: 13)), as: "l.npy")
      for place in 0..<13 * columns {
        for bits: UInt32 in [0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0x7f80_0001] {
          var values = (0..<13 * columns).map { Float($0).bitPattern }
          values[place] = bits
          if place + 20 < values.count { values[place + 20] = bits }
          let path = try folder.write(
            Build.npy("<f4", "(13, \(columns))", Build.bytes(values)), as: "f.npy")
          let error = fileError { _ = try ArrayDataset(features: path, labels: labels).load() }
          #expect(error?.place == .cell(row: place / columns, column: place % columns))
        }
      }
      let fine = Build.bytes([UInt32](repeating: 0x7f7f_ffff, count: 13 * columns))
      let path = try folder.write(Build.npy("<f4", "(13, \(columns))", fine), as: "f.npy")
      #expect(try ArrayDataset(features: path, labels: labels).load().train.labels.count == 13)
    }
  }
}
