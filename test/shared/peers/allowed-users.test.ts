import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { parseAllowedUsers } from "../../../shared/src/peers/allowed-users.ts";

const { username, uid } = userInfo();

test("users are given by name or number, in one string or several", async () => {
  expect(await parseAllowedUsers(["1001", " 1002, 1003,"])).toEqual([1001, 1002, 1003]);
  expect(await parseAllowedUsers([username])).toEqual([uid]);
  expect(await parseAllowedUsers([])).toEqual([]);
});

test("all allows everyone, whatever else is given", async () => {
  expect(await parseAllowedUsers(["1001,all"])).toBe("all");
});

test.each(["no-such-user-here", "-1", "4294967295", "0x10", "-u"])("%j is not a user", async (text) => {
  await expect(parseAllowedUsers([text])).rejects.toMatchObject({ code: "ERR_UNKNOWN_USER", exitCode: 2 });
});
