import Foundation
import Glibc
import Testing

/// What the workspace keeps when the process is killed. A cell is acknowledged once its line is on
/// stdout; from then on it must be there, whole.
@Suite(.serialized, .timeLimit(.minutes(15))) struct KillTests {
  /// Short commands of every kind of effect: rows, lists, blobs, moves of the head.
  private static let work = (0..<40).map { index in
    """
    seed \(index)
    load blobs samples=60 test=10 seed=\(index)
    noise sym 0.3
    query random 3
    query npc 6 delta=0.4 share=3
    filter aum epochs=3
    train linear on=all epochs=3
    undo
    show rounds

    """
  }.joined()

  @Test func `twenty kills at random moments lose no acknowledged cell`() throws {
    try withWorkplace { place in
      var known: [Int: JSONText] = [:]
      for round in 1...20 {
        let last = known.keys.max() ?? 0
        for record in try runAndKill(place) {
          let cell = try #require(record["cell"]?.int)
          #expect(cell > last, "round \(round): cell \(cell) was there before")
          #expect(record["status"]?.string == "ok", "round \(round): \(record.text)")
          known[cell] = record
        }
        try compare(known, after: last, place)
      }
      try compare(known, after: 0, place)
      try compareEffects(place)
      #expect(known.count > 40)
    }
  }

  @Test func `a kill while the workspace is made leaves one that can be used`() throws {
    try withWorkplace { place in
      for round in 0..<40 {
        var fresh = place
        fresh.environment["WINNOW_WORKSPACE"] = place.folder.appending(path: "\(round).sqlite").path
        let process = try fresh.start(["-c", "seed 1"], input: "")
        usleep(UInt32.random(in: 3_000...60_000))
        process.signal(SIGKILL)
        try process.wait()
        let next = try fresh.run("-c", "seed 2")
        #expect(next.code == 0, "round \(round): \(next.err)")
      }
    }
  }

  @Test func `a command that was killed is a crashed cell, and the session stands before it`()
    throws
  {
    try withWorkplace { place in
      let process = try place.start(["--interactive", "--mode", "jsonl"])
      process.send("load blobs samples=60000 dimensions=64 test=0\nquery random 4\n")
      for _ in 0..<2 { try #require(try process.readLine() != nil) }
      process.send("query probcover 10 delta=0.3\n")
      usleep(600_000)
      process.signal(SIGKILL)
      #expect(try process.wait() == .killed(SIGKILL))
      let next = try place.run("--mode", "jsonl", "-c", "query random 3; show labeled; show cells")
      #expect(next.code == 0, "\(next.err)")
      let records = try next.records
      #expect(records[0]["cell"]?.int == 4 && records[0]["result"]?["round"]?.int == 2)
      #expect(records[1]["result"]?["rows"]?.array?.count == 7)
      let rows = try #require(records[2]["result"]?["rows"]?.array).compactMap(\.array)
      #expect(rows.map { $0[3].string } == ["ok", "ok", "crashed", "ok", "ok"])
      #expect(
        rows.map { $0[4] } == [.bool(true), .bool(true), .bool(false), .bool(true), .bool(true)])
      #expect(rows[2][5] == .null)
    }
  }

  /// Drives a process through the pipes and kills it somewhere; the lines that came out whole.
  private func runAndKill(_ place: Workplace) throws -> [JSONText] {
    let process = try place.start(["--interactive", "--mode", "jsonl"])
    process.send(Self.work)
    var lines: [String] = []
    for _ in 0..<Int.random(in: 0...30) {
      guard let line = try process.readLine() else { break }
      lines.append(line)
    }
    usleep(UInt32.random(in: 0...12_000))
    process.signal(SIGKILL)
    #expect(try process.wait() == .killed(SIGKILL))
    let rest = try process.readAll().split(separator: "\n", omittingEmptySubsequences: false)
    // What stands behind the last line end did not come out whole.
    return try (lines + rest.dropLast().map(String.init)).map { try JSONText(parsing: $0) }
  }

  /// Opens the workspace again and looks for the cells as they were acknowledged.
  private func compare(_ known: [Int: JSONText], after last: Int, _ place: Workplace) throws {
    // Without the cells of these looks themselves, whose results would hold one another.
    let rows = try place.rows(
      "SELECT cell, command, status, result FROM cells "
        + "WHERE cell > \(last) AND command NOT LIKE 'sql%' ORDER BY cell")
    let kept = Dictionary(uniqueKeysWithValues: rows.map { ($0[0].int ?? 0, $0) })
    for (cell, record) in known where cell > last {
      let row = try #require(kept[cell], "cell \(cell) is lost")
      #expect(row[1] == record["command"] && row[2].string == "ok")
      let result = try JSONText(parsing: try #require(row[3].string))
      #expect(result == record["result"], "cell \(cell)")
    }
    for row in rows {
      #expect(["ok", "crashed"].contains(row[2].string ?? ""), "\(row)")
      if row[2].string == "crashed" { #expect(row[3] == .null) }
    }
  }

  /// A cell is there with all of its effects, or without any.
  private func compareEffects(_ place: Workplace) throws {
    let queries = try place.rows(
      """
      SELECT c.cell, json_array_length(c.result, '$.selected') AS bought,
        (SELECT count(*) FROM purchases p WHERE p.session = c.session AND p.cell = c.cell) AS kept
      FROM cells c WHERE c.status = 'ok' AND c.strategy IS NOT NULL
      """.replacing("\n", with: " ").replacing("$", with: "\\$"))
    #expect(!queries.isEmpty)
    for row in queries { #expect(row[1] == row[2], "cell \(row[0].text)") }
    let orphans = try place.rows(
      "SELECT count(*) FROM purchases WHERE cell NOT IN (SELECT cell FROM cells WHERE status = 'ok')"
    )
    #expect(orphans[0][0].int == 0)
  }
}
