import CommandLanguage
import Datasets
import LinearAlgebra

/// A picture as gnuplot has drawn it, or why there is none, for what goes on without.
enum DrawnPicture {
  case drawn([UInt8])
  case missing(String)

  /// - Throws: `Interrupted`, and nothing where gnuplot is missing or fails.
  init(_ draw: () throws -> [UInt8]) throws(Interrupted) {
    do {
      self = .drawn(try draw())
    } catch let error as Interrupted {
      throw error
    } catch let error as FileError {
      let message = FileMessage.diagnostic(error, at: nil)
      self = .missing("no picture: " + ([message.message] + message.notes).joined(separator: "; "))
    } catch {
      self = .missing("no picture: \((error as? Diagnostic)?.message ?? "\(error)")")
    }
  }
}

extension Picture {
  /// With characters, which every document can hold.
  var documentText: String { drawn(columns: 79, with: .braille).joined(separator: "\n") }
}
