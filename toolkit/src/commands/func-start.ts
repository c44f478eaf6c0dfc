import { HOST_VERSION } from "@same-kit/local";
import { createEmulator } from "../adapters/local/emulator.ts";
import { FUNC_VERSION } from "../config/func-version.ts";
import { packageVersion } from "../config/package-version.ts";
import { createFuncOutput } from "../reports/func-output.ts";
import { funcStart } from "../usecases/func-start.ts";
import { callerOptions } from "./caller-options.ts";
import { defineCommand } from "./define-command.ts";
import { openJsonOutput, toHostOptions, toScriptRoot, toUserLogLevel } from "./func-host-options.ts";
import { hostOptions, parsePort, resolveStateDir, stateDirOption } from "./shared-options.ts";

export const funcStartCommand = defineCommand({
  name: "func start",
  summary: "Run a Functions app as `func start` does, with its options and its output",
  description:
    "Serves the app of the current folder until Ctrl-C. It supports func's options, output lines and exit codes, for editors and tests that start func: docs/func.md.",
  positionals: [],
  options: {
    port: { ...hostOptions.port, short: "p", help: "Port of the host (default: Host.LocalHttpPort, else 7071)" },
    address: { type: "string", value: "IP", help: "127.0.0.1 or ::1: both are served, and no other address" },
    cors: {
      type: "string",
      value: "ORIGINS",
      help: "Origins whose pages may send requests, separated by commas; * for all",
    },
    "cors-credentials": { type: "boolean", help: "Let those pages send cookies" },
    functions: { type: "string", multiple: true, value: "NAMES", help: "Load only these functions" },
    "script-root": { type: "string", value: "DIR", help: "Folder of the app (default: the current folder)" },
    prefix: { type: "string", value: "DIR", help: "Alias of --script-root" },
    "language-worker": {
      type: "string",
      value: "ARGS",
      help: "Options for the worker's Node process, such as --inspect=9229",
    },
    inspect: { type: "string", value: "PORT", help: "Let a debugger attach to the worker at this port" },
    useHttps: { type: "boolean", help: "Serve https://localhost:PORT, with a generated certificate or --cert" },
    cert: { type: "string", value: "FILE", help: "Certificate for --useHttps: a .pfx file with its private key" },
    password: { type: "string", value: "TEXT", help: "Password of --cert, or a file that contains it" },
    enableAuth: { type: "boolean", help: "Require keys, as Azure does" },
    verbose: { type: "boolean", help: "Also show the host's own lines" },
    "user-log-level": {
      type: "string",
      value: "LEVEL",
      help: "Minimum level of the functions' log lines: Trace, Debug, Information, Warning, Error, Critical or None",
      variable: "FUNCTIONS_USER_LOG_LEVEL",
    },
    "enable-json-output": { type: "boolean", help: "Tell the worker to print JSON lines where it supports them" },
    "json-output-file": { type: "string", value: "FILE", help: "Write those lines to this file instead" },
    timeout: { type: "string", value: "SECONDS", short: "t", help: "Accepted, without effect, as in func" },
    "no-build": { type: "boolean", help: "Accepted: nothing is built" },
    javascript: { type: "boolean", help: "Accepted: the app is JavaScript" },
    typescript: { type: "boolean", help: "Accepted: the app is TypeScript, built or not" },
    node: { type: "boolean", help: "Accepted: the app runs on Node" },
    runtime: { type: "string", value: "NAME", help: "Accepted if it is default: other hosts are for .NET" },
    "dotnet-isolated-debug": { type: "boolean", help: "Accepted, without effect: only for .NET" },
    debug: { type: "boolean", help: "Accepted, without effect" },
    "pause-on-error": { type: "boolean", help: "Accepted, without effect" },
    offline: { type: "boolean", help: "Accepted: the host never needs a network" },
    ...callerOptions,
    storage: hostOptions.storage,
    python: hostOptions.python,
    "allow-user": hostOptions["allow-user"],
    ...stateDirOption,
  },
  examples: ["same-kit func start --port 7072", "same-kit func start --language-worker=--inspect=9229 --cors=*"],
  async run({ options }, context) {
    const { cwd, console, signal } = context;
    const appDir = toScriptRoot(options["script-root"] ?? options.prefix, cwd);
    const output = createFuncOutput(console, {
      isVerbose: options.verbose,
      userLevel: toUserLogLevel(options["user-log-level"]),
      writeJson: openJsonOutput(options["json-output-file"], appDir, console),
      versions: { func: FUNC_VERSION, host: HOST_VERSION, own: await packageVersion() },
    });
    await funcStart(
      {
        stateDir: resolveStateDir(options["state-dir"], appDir),
        appDir: appDir,
        port: parsePort(options.port),
        storage: options.storage ?? null,
        python: options.python ?? null,
        ...toHostOptions(options, appDir),
      },
      { emulator: createEmulator({ allowUsers: options["allow-user"] }), output, signal },
    );
    return 0;
  },
});
