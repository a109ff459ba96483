import TestSupport
import Testing

/// The short form of `scripts/torture workspace`: each is a check of `scripts/durability.py`.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct DurabilityTests {
  @Test func `kills of two writers lose no acknowledged cell`() throws { try hold("kills") }

  @Test func `a write or a sync that fails loses no acknowledged cell`() throws {
    try hold("faults")
  }

  @Test func `a full disk loses no acknowledged cell`() throws { try hold("full") }

  @Test func `a session that is held is refused, and free when its holder is killed`() throws {
    try hold("held")
  }

  @Test func `a damaged file neither traps nor is taken for well`() throws { try hold("damage") }

  @Test func `a value that nobody wrote neither traps nor hangs`() throws { try hold("values") }

  @Test func `older files are brought to this version, and newer ones only read`() throws {
    try hold("versions")
  }

  private func hold(_ check: String) throws {
    let script = Product.file("scripts/durability.py").path
    let ending = try ForeignProgram.run([
      "python3", script, "--winnow", Product.binary.path, "--short", "--only", check,
    ])
    // Its row says what was left out where tracing or mounting is not allowed.
    print(ending.output.prefix { $0 != "\n" })
    #expect(ending.status == 0, "\(ending.text)")
  }
}
