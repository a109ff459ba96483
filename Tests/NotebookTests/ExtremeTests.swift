import CommandLanguage
import Foundation
import Notebook
import Testing

/// Values at the edge of what can be typed: each does its work or is refused with a reason, and the
/// session goes on.
@Suite struct ExtremeTests {
  @Test(arguments: [
    "load blobs spread=0 box=0\nquery npc 20 delta=0.5\nfilter aum\ntrain linear\ntest",
    "load blobs spread=0 box=0 features=pca:1\nquery npc 20 delta=0.5\ntrain 1nn",
    "load blobs classes=1\nquery random 10\ntrain linear\ntest\ntrain 1nn\ntest per=class",
    "load blobs samples=4 test=1\nquery npc 1 delta=0.5\nfilter aum\ntrain linear\ntest",
    "load blobs samples=70 classes=70 test=0\nnoise sym 0.5\nquery npc 30 delta=0.1\nfilter aum",
    "load blobs spread=1e6 box=1e6 normalization=none\nquery npc 20 delta=1e300\ntrain linear",
    "load digits\nquery npc 20 delta=1e-300\nfilter aum(repeats=3)",
    "load digits\nquery npc 5 share=9223372036854775807",
    "load digits\nquery random 20\nfilter aum thresholds=9223372036854775807 epochs=2",
    "load digits\nquery random 20\ntrain linear lr=1e-300 batch=65536 epochs=1\ntest",
    "load digits scale=1e-300\nquery random 20\nfilter aum\ntrain linear",
    "load digits metric=cosine\nquery npc 20 delta=0.2\ntrain 1nn\ntest",
    "seed 9223372036854775807\nload digits\nnoise sym 0.5\nquery npc 20",
    "history 9223372036854775807", "seed 1e18", "repeat 3 { seed 1; undo }\nredo\nundo",
    "show rounds columns=[round, round]", "sql 'SELECT zeroblob(1000000)'",
    "sql 'SELECT 9223372036854775807, -9223372036854775808, 1e308 * 10'",
  ])
  func `works at the edge`(_ script: String) throws {
    _ = try withTrial { try $0.ok(script) }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let script: String
    let code: Diagnostic.Code
    var testDescription: String { script }
  }

  @Test(arguments: [
    Case(script: "load blobs samples=67108864 dimensions=1048576", code: .range),
    Case(script: "load blobs samples=3 classes=4", code: .range),
    Case(script: "load blobs classes=1\nnoise sym 0.5", code: .refused),
    Case(script: "load digits\nquery random spc=1e300", code: .range),
    Case(script: "load digits\nquery random spc=1e-300", code: .budget),
    Case(script: "load digits\nnoise sym 1\nquery random spc=1", code: .range),
    Case(script: "load digits\nquery random 9223372036854775807", code: .budget),
    Case(script: "load digits\nquery random 20\nfilter aum lr=1e30", code: .refused),
    Case(script: "load digits\nquery random 20\ntrain linear lr=1e30", code: .refused),
    Case(script: "load digits\nquery random 20\ntrain linear weight_decay=1e30", code: .refused),
    Case(script: "load digits scale=1e300\nquery random 20\nfilter aum", code: .refused),
    Case(script: "undo 9223372036854775807", code: .range),
    Case(script: "seed 1e300", code: .type), Case(script: "seed 2.5", code: .type),
    Case(script: "x = nan\nseed $x", code: .type),
    Case(script: "assert accuracy >= inf", code: .type),
    Case(script: "set memory 1e30G", code: .type), Case(script: "set memory -4", code: .type),
    Case(script: "set threads 0", code: .range),
    Case(script: "load digits features=pca:0", code: .range),
    Case(script: "load digits features=pca:99999999999999999999", code: .range),
    Case(script: "load digits features=/etc/passwd", code: .fileFormat),
    Case(script: "load digits features=/tmp", code: .fileMissing),
    Case(script: "load arrays features=/dev/null labels=/dev/null", code: .fileMissing),
    Case(script: "load digits\nnoise file /dev/null", code: .fileMissing),
    Case(script: "load fashion_mnist path=/dev", code: .fileMissing),
    Case(script: "source /tmp", code: .fileMissing), Case(script: "save /tmp", code: .fileMissing),
    Case(script: "save ''", code: .fileMissing), Case(script: "sql ''", code: .refused),
    Case(script: "help ''", code: .unknownName), Case(script: "load ''", code: .unknownName),
    Case(script: "show vars columns=''", code: .unknownName),
    Case(script: "load digits\nquery npc 5 delta=none", code: .type),
    Case(script: "x = [[[[1]]]]\nload digits\nquery random $x", code: .type),
  ])
  func `is refused with a reason, and the session goes on`(_ test: Case) throws {
    try withTrial { trial in
      let failed = try trial.failing(test.script)
      #expect(failed.failure?.code == test.code)
      #expect(failed.json["error"]?["line"]?.int != nil)
      try trial.ok("seed 3; load digits; query random 2")
    }
  }
}
