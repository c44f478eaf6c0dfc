import { expect, test } from "vitest";
import { parseAppAddress } from "../../../../toolkit/src/adapters/app/app-address.ts";

test.each([
  ["my-app.azurewebsites.net", false, { url: "https://my-app.azurewebsites.net", accessKey: null }],
  ["localhost:7071", true, { url: "http://localhost:7071", accessKey: null }],
  ["same:k%2Fey@localhost:7071", true, { url: "http://localhost:7071", accessKey: "k/ey" }],
  ["http://localhost:7071", false, { url: "http://localhost:7071", accessKey: null }],
])("%s", (host, useHttp, address) => {
  expect(parseAppAddress(host, { useHttp, accessKey: null })).toEqual(address);
});

test("an explicit key overrides the one in the host name", () => {
  expect(parseAppAddress("same:one@host", { useHttp: false, accessKey: "two" }).accessKey).toBe("two");
});

test.each(["", "host/path", "host?code=1", "same:se cret@ho st", "same:%cret@host"])(
  "%j is not an address, and the error does not repeat a key",
  (host) => {
    expect(() => parseAppAddress(host, { useHttp: false, accessKey: null })).toThrow(
      /^"(?!.*cret).* is not the address of an app/,
    );
  },
);
