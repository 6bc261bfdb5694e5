import { describe, expect, it } from "vitest";
import { readTrace } from "./trace-context.js";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const traceparent = `00-${TRACE}-${SPAN}-01`;

describe("a trace from outside", () => {
  it("is taken as it is", () => {
    expect(readTrace(traceparent)).toEqual({ traceparent });
    expect(readTrace(traceparent, "vendor=a,other=b")).toEqual({ traceparent, tracestate: "vendor=a,other=b" });
  });

  it.each([
    undefined,
    null,
    7,
    ["00"],
    "",
    "garbage",
    traceparent.toUpperCase(),
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-01-more`,
    `${traceparent}\n`,
    `01-${TRACE}-${SPAN}-01x`,
    `01-${TRACE}-${SPAN}-01-${"x".repeat(300)}`,
  ])("is ignored when it is malformed: %j", (value) => {
    expect(readTrace(value, "a=b")).toBeUndefined();
  });

  it("of a later version is passed on as this one", () => {
    expect(readTrace(`cc-${TRACE}-${SPAN}-01-what-the-future-brings`)).toEqual({ traceparent });
    expect(readTrace(`cc-${TRACE}-${SPAN}-01`)).toEqual({ traceparent });
  });

  it.each([7, "", "a=b\r\nset-cookie: x", "ä=b", `a=${"b".repeat(511)}`])(
    "loses a malformed tracestate: %j",
    (state) => {
      expect(readTrace(traceparent, state)).toEqual({ traceparent });
    },
  );
});
