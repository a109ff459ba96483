import CommandLanguage
import Testing

struct `Spelling of names` {
  private let strategies = ["random", "probcover", "npc", "margin", "entropy", "maxherding"]

  @Test(arguments: [
    ("ncp", ["npc"]), ("NPC", ["npc"]), ("n-p_c", ["npc"]), ("margn", ["margin"]),
    ("marign", ["margin"]), ("prob", ["probcover"]), ("prob-cover", ["probcover"]),
    ("probcovr", ["probcover"]), ("entropie", ["entropy"]), ("ma", ["margin", "maxherding"]),
    ("xyzzy", []), ("q", []), ("", []), ("zz", []), ("max_herdign", ["maxherding"]),
  ])
  func `finds what may have been meant`(_ typed: String, _ expected: [String]) {
    #expect(Spelling.nearest(typed, among: strategies) == expected)
  }

  @Test func `gives the nearest first, each once, and not too many`() {
    let names = ["linear", "lineal", "liner", "linearly", "linear"]
    #expect(Spelling.nearest("linear", among: names) == ["linear", "lineal", "liner"])
    #expect(Spelling.nearest("linear", among: names, limit: 1) == ["linear"])
    #expect(Spelling.nearest("linear", among: names, limit: 0) == [])
    #expect(Spelling.nearest(String(repeating: "a", count: 100_000), among: names) == [])
  }

  @Test func `ignores case, hyphens and underscores`() {
    #expect(Spelling.normalised("Fashion-MNIST_x") == "fashionmnistx")
    #expect(Spelling.normalised("") == "")
  }

  /// The recursive definition of the optimal string alignment distance.
  private func naive(_ left: ArraySlice<Character>, _ right: ArraySlice<Character>) -> Int {
    guard let a = left.last, let b = right.last else { return left.count + right.count }
    let (shortLeft, shortRight) = (left.dropLast(), right.dropLast())
    var best = min(
      naive(shortLeft, right) + 1, naive(left, shortRight) + 1,
      naive(shortLeft, shortRight) + (a == b ? 0 : 1))
    if shortLeft.last == b, shortRight.last == a {
      best = min(best, naive(shortLeft.dropLast(), shortRight.dropLast()) + 1)
    }
    return best
  }

  @Test func `measures as the recursive definition does`() {
    var words: [[Character]] = [[]]
    for _ in 0..<4 { words += words.flatMap { word in "ab".map { word + [$0] } } }
    words = Array(Set(words))
    for left in words {
      for right in words {
        let distance = Spelling.distance(left, right)
        if distance != naive(left[...], right[...]) { Issue.record("\(left) \(right)") }
      }
    }
  }
}
