import Foundation
import LinearAlgebra

/// A network in the middle of its training: enough to go on to the same end, bit by bit.
package struct NetworkCheckpoint: Sendable, Equatable {
  /// The mean loss of each epoch that is over.
  package var losses: [Double]
  /// Steps of the optimiser so far.
  package var steps: Int
  package var weights: NetworkWeights
  /// What the optimiser remembers of each parameter: one array of moments, or two for Adam.
  package var moments: [NetworkWeights]

  package var epochs: Int { losses.count }
}

// The machines that this is built for keep numbers with their least byte first, as the files do.
extension NetworkWeights {
  /// The numbers as little-endian 32-bit floats, tensor after tensor.
  package var encoded: [UInt8] {
    let length = 4 * values.reduce(0) { $0 + $1.count }
    return [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
      for numbers in values {
        let place = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(bytes)[count...])
        numbers.withUnsafeBytes { place.copyMemory(from: $0) }
        count += 4 * numbers.count
      }
    }
  }

  /// The numbers of a network of this architecture that `encoded` has written.
  /// - Throws: `NetworkError.storedWeights` unless the bytes are exactly as many as it has.
  package init(_ architecture: Architecture, decoding bytes: some Collection<UInt8>)
    throws(NetworkError)
  {
    let tensors = architecture.tensors
    let expected = 4 * tensors.reduce(0) { $0 + $1.count }
    guard bytes.count == expected else {
      throw .storedWeights(bytes: bytes.count, expected: expected)
    }
    var rest = Array(bytes)[...]
    let values = tensors.map { tensor in
      [Float](unsafeUninitializedCapacity: tensor.count) { numbers, count in
        rest.withUnsafeBytes { raw in
          UnsafeMutableRawBufferPointer(numbers).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: raw[..<(4 * tensor.count)]))
        }
        rest = rest.dropFirst(4 * tensor.count)
        count = tensor.count
      }
    }
    self.init(tensors: tensors, values: values)
  }
}

extension NetworkCheckpoint {
  /// The checkpoint as bytes, all little-endian: the numbers of epochs, steps and arrays of moments
  /// as 64-bit integers, the losses as 64-bit floats, and the numbers of weights and moments.
  package var encoded: [UInt8] {
    let counts = [losses.count, steps, moments.count].map(UInt64.init)
    let head = (counts + losses.map(\.bitPattern)).flatMap { number in
      withUnsafeBytes(of: number.littleEndian, Array.init)
    }
    return ([weights] + moments).reduce(into: head) { $0 += $1.encoded }
  }

  /// The checkpoint of a network of this architecture that `encoded` has written.
  /// - Throws: `NetworkError.storedWeights` unless the bytes are exactly those of one.
  package init(_ architecture: Architecture, decoding bytes: [UInt8]) throws(NetworkError) {
    let damaged = NetworkError.storedWeights(bytes: bytes.count, expected: nil)
    func number(_ index: Int) -> UInt64 {
      bytes.withUnsafeBytes {
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
      }
    }
    guard bytes.count >= 24, let epochs = Int(exactly: number(0)),
      let steps = Int(exactly: number(1)), let moments = Int(exactly: number(2)),
      epochs <= bytes.count / 8 - 3, moments <= 2
    else { throw damaged }
    let start = 8 * (3 + epochs)
    let length = 4 * architecture.tensors.reduce(0) { $0 + $1.count }
    guard bytes.count == start + (1 + moments) * length else { throw damaged }
    var parts = [NetworkWeights]()
    for part in 0...moments {
      let from = start + part * length
      parts.append(try NetworkWeights(architecture, decoding: bytes[from..<from + length]))
    }
    self.init(
      losses: (0..<epochs).map { Double(bitPattern: number(3 + $0)) }, steps: steps,
      weights: parts[0], moments: Array(parts.dropFirst()))
  }
}
