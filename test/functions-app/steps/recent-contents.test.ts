import { expect, test } from "vitest";
import { RecentContents } from "../../../functions-app/src/steps/recent-contents.ts";

const KiB = 1024;

function open() {
  const clock = { now: 0 };
  return { clock, recent: new RecentContents(() => clock.now) };
}

test("a content can be peeked at many times, and taken once", () => {
  const { recent } = open();
  recent.keep("a", Buffer.from("A"));
  expect([recent.peek("a"), recent.peek("a"), recent.take("a"), recent.take("a")].map(String)).toEqual([
    "A",
    "A",
    "A",
    "undefined",
  ]);
});

test("a content kept long ago has expired", () => {
  const { clock, recent } = open();
  recent.keep("a", Buffer.from("A"));
  clock.now = 60_000;
  expect(recent.take("a")).toBeUndefined();
});

test("a large content is not kept, and replaces the previous one", () => {
  const { recent } = open();
  recent.keep("a", Buffer.from("A"));
  recent.keep("a", Buffer.alloc(256 * KiB + 1));
  expect(recent.peek("a")).toBeUndefined();
});

test("the oldest make room for the newest", () => {
  const { recent } = open();
  for (let i = 0; i < 65; i += 1) recent.keep(String(i), Buffer.alloc(64 * KiB));
  expect([recent.peek("0"), recent.peek("1")?.length, recent.peek("64")?.length]).toEqual([
    undefined,
    64 * KiB,
    64 * KiB,
  ]);
});

test("a kept content does not change when the caller changes its bytes", () => {
  const { recent } = open();
  const bytes = Buffer.from("A");
  recent.keep("a", bytes);
  bytes[0] = 0;
  expect(String(recent.peek("a"))).toBe("A");
});
