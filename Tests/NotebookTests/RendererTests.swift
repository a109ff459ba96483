import Notebook
import Testing

@Suite struct JSONTests {
  @Test func `text is one line of valid JSON in the order of the keys`() {
    let value = JSON.object([
      .init("b", .array([.int(1), .double(0.5), .null, .bool(true)])),
      .init("a", .string("tab\t quote\" back\\ line\n nul\u{0}")),
    ])
    #expect(
      value.text
        == #"{"b":[1,0.5,null,true],"a":"tab\t quote\" back\\ line\n nul\u0000"}"#)
  }

  @Test func `what is no number is null`() {
    #expect(JSON.double(.nan).text == "null")
    #expect(JSON.double(.infinity).text == "null")
  }
}
