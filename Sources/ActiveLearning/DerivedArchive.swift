/// Keeps what was worked out from one embedding, for whoever asks for the same again: another arm,
/// another seed, another day. What is not there is worked out; losing it loses time only.
package protocol DerivedArchive: Sendable {
  /// What was kept under a name; nil where nothing is, or not as it was written.
  func bytes(named name: String) -> [UInt8]?

  /// Keeps what took `seconds` to work out, if that is worth the room.
  func keep(named name: String, seconds: Double, _ bytes: () -> [UInt8])
}
