import Foundation
import Glibc
import Testing

/// Signals in the middle of a long command.
@Suite(.timeLimit(.minutes(15))) struct InterruptTests {
  /// Long enough on any machine: over 10⁹ distances in 64 dimensions.
  private static let long =
    "load blobs samples=60000 dimensions=64 test=0\nquery random 5\nquery probcover 10 delta=0.3\n"

  private static let signals: [(signal: Int32, code: Int32)] = [(SIGINT, 130), (SIGTERM, 143)]

  @Test(arguments: signals)
  func `a long command stops at the next safe point and nothing of it is kept`(
    signal: Int32, code: Int32
  ) throws {
    try withWorkplace { place in
      let process = try start(Self.long, lines: 2, place)
      process.signal(signal)
      let last = try JSONText(parsing: try #require(try process.readLine(within: 20)))
      #expect(last["status"]?.string == "interrupted")
      #expect(last["error"]?["code"]?.string == "interrupted")
      #expect(try process.readAll().isEmpty)
      #expect(try process.wait() == .exited(code))
      let cells = try place.rows("SELECT command, status, live FROM cells WHERE cell <= 3")
      #expect(cells.map { $0[1].string } == ["ok", "ok", "interrupted"])
      #expect(cells[2][0].string?.hasPrefix("query probcover 10") == true)
      #expect(cells.map { $0[2].int } == [1, 1, 0])
      let next = try place.run("--mode", "jsonl", "-c", "query random 5; show labeled")
      #expect(try next.records[0]["result"]?["round"]?.int == 2)
      #expect(try next.records[1]["result"]?["rows"]?.array?.count == 10)
    }
  }

  @Test func `what a loop has finished stays finished`() throws {
    try withWorkplace { place in
      let text = """
        load blobs samples=60000 dimensions=64 test=0
        for q in random probcover(delta=0.3) random { query $q 7 }
        seed 5
        """
      let process = try start(text, lines: 2, place)
      process.signal(SIGINT)
      #expect(try process.wait() == .exited(130))
      let cells = try place.rows("SELECT input, status FROM cells ORDER BY cell")
      #expect(cells.map { $0[1].string } == ["ok", "ok", "interrupted"])
      #expect(cells.map { $0[0].int } == [1, 2, 2])
      let inputs = try place.run("--mode", "jsonl", "-c", "history 3")
      #expect(try inputs.records[0]["result"]?["rows"]?.array?.count == 3)
      #expect(inputs.out.contains("\"interrupted\""))
    }
  }

  @Test func `json is closed also where it was interrupted`() throws {
    try withWorkplace { place in
      // The first line is the bracket; the second object has no line end before the third is there.
      let process = try start(Self.long, lines: 2, place, mode: "json")
      process.signal(SIGINT)
      let rest = try process.readAll()
      let objects = try #require(try JSONText(parsing: "[" + rest).array)
      #expect(objects.map { $0["status"]?.string } == ["ok", "interrupted"])
      #expect(try process.wait() == .exited(130))
    }
  }

  @Test(arguments: signals)
  func `a program that waits for its input can be stopped`(signal: Int32, code: Int32) throws {
    try withWorkplace { place in
      let process = try place.start(["--interactive", "--mode", "jsonl"])
      process.send("seed 1\n")
      #expect(try process.readLine() != nil)
      process.signal(signal)
      #expect(try process.wait(within: 10) == .exited(code))
      #expect(try place.rows("SELECT status FROM cells WHERE cell = 1")[0][0].string == "ok")
    }
  }

  /// Runs a script up to where it has written `lines` lines and the long command is at work.
  private func start(_ text: String, lines: Int, _ place: Workplace, mode: String = "jsonl") throws
    -> WinnowProcess
  {
    try place.write(text, to: "long.winnow")
    let process = try place.start(["--mode", mode, "run", "long.winnow"], input: "")
    for _ in 0..<lines { try #require(try process.readLine() != nil) }
    usleep(500_000)
    return process
  }
}
