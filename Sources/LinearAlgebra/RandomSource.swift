import Glibc

/// What a random draw is for. Streams of different roles never share numbers.
package enum RandomRole: String, Sendable, Hashable, Codable {
  case oracle, query, filter, initialWeights, batches, data, evaluation
}

/// The address of one stream of random numbers: the same address, the same numbers, for ever.
///
/// A draw depends on this key alone, never on how many draws others have made.
package struct RandomKey: Sendable, Hashable {
  package var seed: Int
  package var role: RandomRole
  package var round: Int
  package var share: Int
  /// The name of the method that draws, with whatever else the stream depends on ("sym 0.5").
  package var method: String

  package init(seed: Int, role: RandomRole, round: Int = 0, share: Int = 0, method: String = "") {
    self.seed = seed
    self.role = role
    self.round = round
    self.share = share
    self.method = method
  }
}

/// A seeded stream of random numbers: xoshiro256** (Blackman and Vigna 2018), its state filled by
/// SplitMix64 from a 64-bit FNV-1a hash of the key, as its authors advise.
package struct RandomSource: RandomNumberGenerator, Sendable {
  package let key: RandomKey
  private var state: (UInt64, UInt64, UInt64, UInt64)

  package init(_ key: RandomKey) {
    self.key = key
    var hash = FowlerNollVo()
    hash.combine("\(key.seed)/\(key.role.rawValue)/\(key.round)/\(key.share)/\(key.method)")
    var filler = SplitMix(state: hash.value)
    state = (filler.next(), filler.next(), filler.next(), filler.next())
  }

  /// A fresh stream whose key is this one's with `change` made to it.
  package func derived(_ change: (inout RandomKey) -> Void) -> RandomSource {
    var key = key
    change(&key)
    return RandomSource(key)
  }

  package mutating func next() -> UInt64 {
    let product = state.1 &* 5
    let result = ((product << 7) | (product >> 57)) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = (state.3 << 45) | (state.3 >> 19)
    return result
  }

  /// Uniform in [0, 1), with 53 random bits.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in 0..<bound, without bias.
  /// - Precondition: `bound > 0`.
  package mutating func integer(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// Standard normal, by Box and Muller's cosine form; two uniform draws each.
  package mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }

  /// `count` distinct members of `elements`, each set equally likely, in the order drawn (the first
  /// steps of a Fisher-Yates shuffle).
  /// - Precondition: `count <= elements.count`.
  package mutating func sample<Element>(_ count: Int, of elements: [Element]) -> [Element] {
    var rest = elements
    for i in 0..<count { rest.swapAt(i, i + integer(below: rest.count - i)) }
    return Array(rest.prefix(count))
  }

  package mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    sample(elements.count, of: elements)
  }
}

private struct FowlerNollVo {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325
  mutating func combine(_ text: String) {
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}

private struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
