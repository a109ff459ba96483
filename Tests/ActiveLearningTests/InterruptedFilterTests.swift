import ActiveLearning
import LinearAlgebra
import Testing

@Suite struct `A filter that is interrupted` {
  @Test func `stops at once, and says nothing`() async {
    // In a process of its own, because the flag is one for all threads.
    await #expect(processExitsWith: .success) {
      let (features, truth) = clusters(60, classes: 3, dimensions: 4)
      let pool = try Pool(
        embedding: Embedding(features), classes: 3, labeled: Array(0..<60), observed: truth)
      Interrupt.request()
      for filter in `Each of the other filters`.kinds {
        #expect(throws: Interrupted.self) { try judge(pool, by: filter) }
      }
    }
  }
}
