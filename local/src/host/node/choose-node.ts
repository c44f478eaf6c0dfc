import semver from "semver";
import { HostError } from "../errors.ts";
import { type FoundNode, findNodes, probeNode } from "./find-nodes.ts";
import { readWantedNode, toRange, type WantedNode } from "./wanted-node.ts";

/** The first version with the ES module hooks that the worker uses to load its API into an app. */
const SUPPORTED = ">=22.15.0";

export type NodeChoice = FoundNode & {
  /** Why it is not the Node.js version that the app requires. */
  warning: string | null;
};

type NodeRequirement = {
  appDir: string;
  /** A version, a range, or the path of an executable; null: the version that the app's own files require. */
  node: string | null;
  /** Environment to search. */
  env: NodeJS.ProcessEnv;
  /** The Node.js that this process runs on. */
  own?: FoundNode;
};

/**
 * Chooses the Node.js for an app's worker: ours if it satisfies the app, else the newest matching one on PATH or
 * installed by nvm, else ours with a warning.
 *
 * @throws HostError `ERR_NODE_NOT_FOUND` if `node` cannot be satisfied.
 */
export async function chooseNode({ appDir, node, env, own = ownNode() }: NodeRequirement): Promise<NodeChoice> {
  if (node !== null && /[\\/]/.test(node)) return { ...(await requireNode(node)), warning: null };
  const wanted = node === null ? await readWantedNode(appDir) : rangeOf(node);
  if (wanted === null || semver.satisfies(own.version, wanted.range)) return { ...own, warning: null };
  const fitting = (await findNodes(env)).filter(({ version }) => semver.satisfies(version, wanted.range));
  const [newest] = fitting
    .filter(({ version }) => semver.satisfies(version, SUPPORTED))
    .toSorted((a, b) => semver.rcompare(a.version, b.version));
  if (newest !== undefined) return { ...newest, warning: null };
  const why = describeMissing(fitting);
  if (node !== null) throw notFound(`No Node for ${wanted.words} can be used: ${why}.`);
  return {
    ...own,
    warning: `The app asks for Node ${wanted.words}, and runs on Node ${own.version}: ${why}.`,
  };
}

function ownNode(): FoundNode {
  return { file: process.execPath, version: process.versions.node };
}

function rangeOf(node: string): WantedNode {
  const range = toRange(node);
  if (range !== null) return { range, words: `--node ${node}` };
  throw notFound(`--node ${node} is neither a version of Node nor the path of one.`);
}

async function requireNode(file: string): Promise<FoundNode> {
  const found = await probeNode(file);
  if (found === null) throw notFound(`${file} does not behave like Node.`);
  if (semver.satisfies(found.version, SUPPORTED)) return found;
  throw notFound(`${file} cannot be used: it is Node ${found.version}, and the worker needs ${SUPPORTED}.`);
}

function describeMissing(fitting: readonly FoundNode[]): string {
  const [first] = fitting;
  if (first === undefined) return "none is on PATH or installed with nvm";
  return `the worker needs ${SUPPORTED}, and ${first.file} is ${first.version}`;
}

function notFound(message: string): HostError {
  return new HostError({
    code: "ERR_NODE_NOT_FOUND",
    message,
    hint: "Use --node with a version that is on PATH or installed with nvm, such as 22, or with the path of an executable.",
  });
}
