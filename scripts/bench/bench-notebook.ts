import { cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { listPythons } from "@same-kit/functions-app/python";
import { packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { startAzurite } from "../../local/src/azurite/index.ts";
import { type Figure, figure, sideBySide, timed } from "./figure.ts";

const ROUNDS = 5;
const NOTEBOOK = path.join("test", "testdata", "features", "singlestep");
const PAPERMILL = "papermill==2.6.0 ipykernel==6.30.1";

/** The whole command beside papermill on the same notebook, and its parts alone. */
export async function benchNotebook(folder: string): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  const notebook = path.join(folder, "singlestep");
  await cp(path.join(packageRoot(), NOTEBOOK), notebook, { recursive: true });
  const python = await basePython();
  const papermill = await installPapermill(folder, python);
  const localRun = () => timed(() => execa(process.execPath, [launcher(), "local", "run", notebook, "--json"]));
  await localRun(); // The compile cache, and Python's own, are warm from here on.
  const figures: Figure[] = [];
  if (papermill === null) {
    const note = "papermill could not be installed here: no comparison";
    figures.push(figure("local run singlestep, whole command", await localRun(), "ms", { note }));
  } else {
    const file = path.join(notebook, "singlestep.ipynb");
    const other = () => timed(() => execa(papermill, [file, path.join(folder, "out.ipynb"), "--no-progress-bar"]));
    const { a, b } = await sideBySide(ROUNDS, localRun, other);
    const ratio = figure("local run singlestep / papermill", a / b, "x", { atMost: 0.45 });
    const whole = figure("local run singlestep, whole command", a, "ms", {
      yardstick: { name: "papermill", value: b },
    });
    figures.push(whole, ratio);
  }
  return [...figures, ...(await parts(folder, python))];
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

async function installPapermill(folder: string, python: string): Promise<string | null> {
  const environment = path.join(folder, "papermill");
  const options = { reject: false } as const;
  await execa(python, ["-m", "venv", environment], options);
  const bin = path.join(environment, "bin");
  const installed = await execa(
    path.join(bin, "python"),
    ["-m", "pip", "install", "-q", ...PAPERMILL.split(" ")],
    options,
  );
  return installed.failed ? null : path.join(bin, "papermill");
}
