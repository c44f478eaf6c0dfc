import type { PortOwner } from "@same-kit/local";
import type { Pythons } from "../adapters/machine/find-pythons.ts";

export type Finding = {
  name: string;
  /** `missing`: `local run` does not work without it. `absent`: only something optional does not. */
  status: "ok" | "missing" | "absent";
  /** The version, or what was found. */
  found: string;
  /** The features that need it. */
  neededFor: string;
  /** What to do; null if nothing. */
  hint: string | null;
};

/** Queries about the machine. */
export type Machine = {
  nodeVersion: string;
  findPythons(): Promise<Pythons>;
  portOwner(port: number): Promise<PortOwner | undefined>;
  /** The output of a program; null if it does not exist or failed. */
  run(program: string, args: readonly string[]): Promise<string | null>;
};

/** Checks everything that any command uses. */
export async function examine(machine: Machine): Promise<Finding[]> {
  return Promise.all([
    checkNode(machine),
    checkPython(machine),
    checkPort(7071, "the default port of `local up`", "Use another one: --port.", machine),
    ...[10_000, 10_001, 10_002].map((port) =>
      checkPort(
        port,
        "an Azurite on its usual ports (--storage ports:10000,10001,10002)",
        "Leave out --storage: any free ports are taken.",
        machine,
      ),
    ),
    checkDocker(machine),
    ...TOOLS.map((tool) => checkTool(machine, tool)),
  ]);
}

const MIN_NODE = [22, 22] as const;

async function checkNode({ nodeVersion }: Machine): Promise<Finding> {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, "").split(".").map(Number);
  const isNew = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  const hint = isNew ? null : `Install Node ${MIN_NODE.join(".")} or newer, or run \`make setup\` in a checkout.`;
  return { name: "node", status: isNew ? "ok" : "missing", found: nodeVersion, neededFor: "everything", hint };
}

async function checkPython(machine: Machine): Promise<Finding> {
  const { usable, problem } = await machine.findPythons();
  const neededFor = "running notebooks";
  if (usable.length === 0) {
    return {
      name: "python",
      status: "missing",
      found: problem ?? "none",
      neededFor,
      hint: "Install CPython 3.9 to 3.13, or specify one with --python.",
    };
  }
  const found = usable.map(({ version, executable }) => `${version} (${executable})`).join("\n");
  return { name: "python", status: "ok", found, neededFor, hint: null };
}

async function checkPort(port: number, neededFor: string, hint: string, { portOwner }: Machine): Promise<Finding> {
  const owner = await portOwner(port);
  if (owner === undefined) return { name: `port ${port}`, status: "ok", found: "free", neededFor, hint: null };
  return {
    name: `port ${port}`,
    status: "absent",
    found: `taken by process ${owner.pid} (${owner.command})`,
    neededFor,
    hint,
  };
}

async function checkDocker({ run }: Machine): Promise<Finding> {
  const neededFor = "`--storage docker`";
  const version = (await run("docker", ["version", "--format", "{{.Server.Version}}"]))?.trim();
  if (version) return { name: "docker", status: "ok", found: version, neededFor, hint: null };
  const hint = "Not needed otherwise: Azurite comes with same-kit.";
  const client = await run("docker", ["--version"]);
  return {
    name: "docker",
    status: "absent",
    found: client === null ? "not found" : "its engine does not answer",
    neededFor,
    hint,
  };
}

type Tool = { name: string; args: readonly string[]; read: (text: string) => string; neededFor: string; hint: string };

async function checkTool({ run }: Machine, { name, args, read, neededFor, hint }: Tool): Promise<Finding> {
  const text = await run(name, args);
  if (text === null) return { name, status: "absent", found: "not found", neededFor, hint };
  return { name, status: "ok", found: read(text), neededFor, hint: null };
}

const TOOLS: readonly Tool[] = [
  {
    name: "terraform",
    args: ["version", "-json"],
    read: jsonField("terraform_version"),
    neededFor: "`up`, `down`",
    hint: "Install Terraform 1.9 or newer.",
  },
  {
    name: "func",
    args: ["--version"],
    read: (text) => text.trim(),
    neededFor: "`up --publisher func`",
    hint: "Not needed: `up` can publish without it.",
  },
  {
    name: "az",
    args: ["version", "-o", "json"],
    read: jsonField("azure-cli"),
    neededFor: "signing in to Azure",
    hint: "Install the Azure CLI, or sign in as a service principal with ARM_… variables.",
  },
];

function jsonField(field: string): (text: string) => string {
  return (text) => {
    try {
      return String((JSON.parse(text) as Record<string, unknown>)[field] ?? "unknown version");
    } catch {
      return "unknown version";
    }
  };
}
