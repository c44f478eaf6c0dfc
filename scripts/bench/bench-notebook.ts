import { cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { listPythons } from "@same-kit/functions-app/python";
import { packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { startAzurite } from "../../local/src/azurite/index.ts";
import { type Figure, figure, sideBySide, timed } from "./figure.ts";
import { installNotebookPeers, type NotebookPeers } from "./notebook-peers.ts";

const ROUNDS = 7;
// After these runs, the compile caches of Node.js and Python are complete.
const WARM_UPS = 4;
const NOTEBOOK = path.join("test", "testdata", "features", "singlestep");

/** The whole command compared with papermill and nbclient on the same notebook, and its individual parts. */
export async function benchNotebook(folder: string): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  const notebook = path.join(folder, "singlestep");
  await cp(path.join(packageRoot(), NOTEBOOK), notebook, { recursive: true });
  const python = await basePython();
  const peers = await installNotebookPeers(folder, python);
  const localRun = () => timed(() => execa(process.execPath, [launcher(), "local", "run", notebook, "--json"]));
  for (let round = 0; round < WARM_UPS; round += 1) await localRun();
  if (peers === null) {
    const note = "papermill could not be installed here: no comparison";
    const alone = figure("local run singlestep, whole command", await localRun(), "ms", { note });
    return [alone, ...(await parts(folder, python))];
  }
  return [...(await besidePeers(localRun, peers, notebook)), ...(await parts(folder, python))];
}

async function besidePeers(localRun: () => Promise<number>, peers: NotebookPeers, notebook: string): Promise<Figure[]> {
  const file = path.join(notebook, "singlestep.ipynb");
  const papermill = await sideBySide(ROUNDS, localRun, () => timed(() => peers.papermill(file)));
  const nbclient = await sideBySide(ROUNDS, localRun, () => timed(() => peers.nbclient(file)));
  return [
    figure("local run singlestep, whole command", papermill.a, "ms", {
      yardstick: { name: "papermill", value: papermill.b },
    }),
    figure("local run singlestep / papermill", papermill.a / papermill.b, "x", { atMost: 0.45 }),
    figure("local run singlestep, whole command", nbclient.a, "ms", {
      yardstick: { name: "nbclient", value: nbclient.b },
    }),
  ];
}

async function parts(folder: string, python: string): Promise<Figure[]> {
  const node = () => timed(() => execa(process.execPath, ["-e", "0"]));
  const dill = path.join(packageRoot(), "dist", "functions-app", "python", "packages");
  const withDill = () => timed(() => execa(python, ["-c", "import dill"], { env: { PYTHONPATH: dill } }));
  const starts = await sideBySide(ROUNDS, node, withDill);
  const azurite = await timed(async () => {
    const running = await startAzurite({ azuriteDir: path.join(folder, "azurite"), data: "memory" });
    await running.ready;
    await running.stop();
  });
  return [
    figure("part: node starts and ends", starts.a, "ms"),
    figure("part: python imports dill", starts.b, "ms"),
    figure("part: Azurite starts, answers and stops", azurite, "ms"),
  ];
}

const launcher = (): string => path.join(packageRoot(), "bin", "same-kit.cjs");

export async function basePython(): Promise<string> {
  const appPythonDir = path.join(packageRoot(), "dist", "functions-app", "python");
  const [first] = (await listPythons({ env: process.env, appPythonDir })).usable;
  if (first === undefined) throw new Error("There is no Python here.");
  return first.executable;
}
