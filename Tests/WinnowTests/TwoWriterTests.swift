import Foundation
import Testing

/// Several processes at one workspace.
@Suite(.timeLimit(.minutes(15))) struct TwoWriterTests {
  private static func work(_ seed: Int) -> String {
    "seed \(seed)\nload blobs samples=80 test=0 seed=\(seed)\n"
      + (0..<60).map { "query random 1 # \($0)\n" }.joined()
  }

  @Test func `two writers in two sessions lose nothing`() throws {
    try withWorkplace { place in
      let writers = try (1...2).map { seed in
        let process = try place.start(["--interactive", "--mode", "jsonl"])
        // The first answer says that the session is taken, so that the next process takes another.
        process.send("seed 0\n")
        try #require(try process.readLine() != nil)
        process.send(Self.work(seed))
        process.closeInput()
        return process
      }
      var answers: [[JSONText]] = []
      for process in writers {
        let text = try process.readAll()
        #expect(try process.wait() == .exited(0))
        #expect(!process.complaints.contains("error"))
        answers.append(
          try text.split(separator: "\n").map { try JSONText(parsing: String($0)) })
      }
      for (index, records) in answers.enumerated() {
        #expect(records.count == 62 && records.allSatisfy { $0["status"]?.string == "ok" })
        let kept = try place.rows(
          "SELECT cell, result FROM cells WHERE session = \(index + 1) AND cell > 1 "
            + "AND cell < 64 ORDER BY cell")
        #expect(kept.map { $0[0] } == records.compactMap { $0["cell"] })
        for (row, record) in zip(kept, records) {
          #expect(try JSONText(parsing: row[1].string ?? "") == record["result"])
        }
        let bought = try place.rows(
          "SELECT count(*), count(DISTINCT sample) FROM purchases WHERE session = \(index + 1)")
        #expect(bought[0].map(\.int) == [60, 60])
      }
    }
  }

  @Test func `many processes at a workspace that is not there yet get a session each`() throws {
    try withWorkplace { place in
      try place.write("seed 4\nload blobs samples=20 test=0\nquery random 5\n", to: "a.winnow")
      let processes = try (0..<6).map { _ in try place.start(["run", "a.winnow"], input: "") }
      for process in processes {
        _ = try process.readAll()
        #expect(try process.wait() == .exited(0))
        #expect(process.complaints.isEmpty, "\(process.complaints)")
      }
      let sessions = try place.rows(
        "SELECT session, count(*) FROM purchases GROUP BY session ORDER BY session")
      #expect(sessions.map { $0.compactMap(\.int) } == (1...6).map { [$0, 5] })
    }
  }
}
