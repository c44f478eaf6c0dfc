import { expect, test } from "vitest";
import { type CommandHint, hint, sameKit } from "../../../shared/src/index.ts";
import { type HintContext, renderHint } from "../../../toolkit/src/ui/hint.ts";

const CONTEXT: HintContext = {
  cwd: "/home/ada",
  given: {},
  defaultStateDir: "/home/ada/.same-kit",
  takes: (command) => (command.startsWith("local") ? ["state-dir"] : ["state-dir", "env", "rehearse"]),
};

const rendered = (command: CommandHint, changes: Partial<HintContext> = {}) =>
  renderHint(hint`Run ${command} again.`, { ...CONTEXT, ...changes });

test("text without commands is left unchanged", () => {
  expect(renderHint("Run `same-kit up`.", { ...CONTEXT, given: { env: "prod" } })).toBe("Run `same-kit up`.");
});

test("a command inside a longer command gets its options too", () => {
  const outputs: CommandHint = { command: "outputs", args: ["--export"], isBare: true };
  const said = renderHint(hint`Run: eval "$(${outputs})"`, { ...CONTEXT, given: { env: "prod" } });
  expect(said).toBe('Run: eval "$(same-kit outputs --export --env prod)"');
});

test("a hint within a hint keeps its commands", () => {
  const inner = hint`run ${sameKit("up")}`;
  expect(renderHint(hint`First ${inner}, then wait ${3} minutes.`, { ...CONTEXT, given: { rehearse: true } })).toBe(
    "First run `same-kit up --rehearse`, then wait 3 minutes.",
  );
});

test.each<[string, Partial<HintContext>, string]>([
  ["the default state folder needs no option", {}, "same-kit publish --rollback"],
  ["the deployment of the current call is added", { given: { env: "prod" } }, "same-kit publish --rollback --env prod"],
  ["a rehearsal stays a rehearsal", { given: { rehearse: true } }, "same-kit publish --rollback --rehearse"],
  [
    "a folder with a space is quoted",
    { given: { "state-dir": "a b" } },
    "same-kit publish --rollback --state-dir 'a b'",
  ],
])("%s", (_, changes, expected) => {
  expect(rendered(sameKit("publish", "--rollback"), changes)).toBe(`Run \`${expected}\` again.`);
});

test("a command gets no option that it does not support", () => {
  expect(rendered(sameKit("local down"), { given: { env: "prod", "state-dir": "x" } })).toBe(
    "Run `same-kit local down --state-dir x` again.",
  );
});

test("an option that the hint already has, or must not have, is not added", () => {
  const given = { env: "prod", rehearse: true };
  expect(rendered(sameKit("up", "--env", "dev"), { given })).toBe("Run `same-kit up --env dev --rehearse` again.");
  expect(rendered({ command: "up", without: ["rehearse"] }, { given })).toBe("Run `same-kit up --env prod` again.");
});

test.each([
  ["/home/ada/.same-kit", "local down"],
  ["/home/ada/demo/.same-kit", "local down --state-dir demo/.same-kit"],
  ["/elsewhere", "local down --state-dir /elsewhere"],
  ["/home/ada", "local down --state-dir /home/ada"],
])("the state folder %s of a hint is where its command looks", (stateDir, expected) => {
  const given = { "state-dir": "of-another" };
  expect(rendered({ command: "local down", stateDir }, { given })).toBe(`Run \`same-kit ${expected}\` again.`);
});

test("a default set by a variable or a file is not repeated, and the usual default is added instead", () => {
  const changes = { defaultStateDir: "/state" };
  expect(rendered({ command: "local down", stateDir: "/state" }, changes)).toBe("Run `same-kit local down` again.");
  expect(rendered({ command: "local down", stateDir: "/home/ada/.same-kit" }, changes)).toBe(
    "Run `same-kit local down --state-dir .same-kit` again.",
  );
});
