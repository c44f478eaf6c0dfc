#!/usr/bin/env node
// Starts the command. This file must run on Node 16: an old Node.js has to get as far as handing over to the runtime in
// .runtime/ (fetched by `make`), or reporting what to do, instead of failing with a syntax error later.
"use strict";

const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const path = require("node:path");

const FLOOR = [22, 22];
// How much later than at the launcher a signal to both processes may arrive here.
const OWN_SIGNAL_MS = 100;
const root = path.dirname(__dirname);
const runtime = path.join(root, ".runtime", "bin", process.platform === "win32" ? "node.exe" : "node");

function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1]);
}

function fail(...lines) {
  process.stderr.write(`${lines.join("\n")}\n`);
  process.exit(1);
}

function handOver() {
  // The command detects through the channel that this process is gone, even after kill -9; see followLauncher.
  const child = spawn(runtime, [__filename, ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, SAME_KIT_LAUNCHED: "1" },
  });
  // Ctrl-C reaches the command through the terminal's process group. A SIGINT to this process alone does not, so the
  // launcher sends the command their number.
  let interrupts = 0;
  process.on("SIGINT", () => {
    interrupts += 1;
    if (child.connected) child.send({ interrupts });
  });
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    fail(`same-kit: ${runtime} does not start: ${error.message}`, `Run \`make setup\` in ${root} again.`);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function followLauncher() {
  delete process.env.SAME_KIT_LAUNCHED;
  if (!process.channel) return;
  process.channel.unref();
  process.on("disconnect", () => process.kill(process.pid, "SIGHUP"));
  followInterrupts();
}

/** Every SIGINT counts once, whether it reached both processes, as from a terminal, or only the launcher. */
function followInterrupts() {
  let interrupts = 0;
  process.on("SIGINT", () => {
    interrupts += 1;
    if (process.listenerCount("SIGINT") > 1) return;
    // There is no other listener, so the signal ends the process, as it would without this listener.
    process.removeAllListeners("SIGINT");
    process.kill(process.pid, "SIGINT");
  });
  process.on("message", (message) => {
    const told = message.interrupts;
    setTimeout(() => {
      if (interrupts < told) process.kill(process.pid, "SIGINT");
    }, OWN_SIGNAL_MS);
  });
}

async function start() {
  const command = path.join(root, "dist", "start.cjs");
  if (!existsSync(command))
    fail(`same-kit: ${command} is missing: it is not built yet.`, `Run \`make setup\` in ${root}.`);
  if (process.env.SAME_KIT_LAUNCHED) followLauncher();
  const { main } = require(command);
  const code = await main(process.argv.slice(2), process.env);
  // Exits once everything is printed. Waiting for Node.js to find nothing left to do would take 10 ms longer. The error
  // of a failed write is a separate event, which arrives before the next turn and determines the exit code.
  whenPrinted(process.stdout, () => whenPrinted(process.stderr, () => setImmediate(() => process.exit(code))));
}

function whenPrinted(stream, then) {
  if (stream.writableLength === 0) then();
  else stream.write("", then);
}

function explainOldNode() {
  const found = `same-kit: Node ${process.versions.node} is too old: ${FLOOR.join(".")} or newer is needed.`;
  if (existsSync(path.join(root, "Makefile"))) {
    fail(
      found,
      `Run \`make setup\` in ${root}: it brings a runtime from npm into .runtime/, which same-kit then uses.`,
    );
  }
  const command = ["same-kit", ...process.argv.slice(2)].join(" ");
  fail(found, `Install a newer Node, or let npm bring one for this call: npx -p node@24 -p same-kit ${command}`);
}

if (isNewEnough(process.versions.node)) start();
else if (existsSync(runtime)) handOver();
else explainOldNode();
