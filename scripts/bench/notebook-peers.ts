// papermill and nbclient, each with its own kernel: how notebooks are run elsewhere, from a command or a program.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

const PACKAGES = ["papermill==2.6.0", "nbclient==0.10.2", "ipykernel==6.30.1"];

export type NotebookPeers = {
  papermill(notebook: string): Promise<unknown>;
  nbclient(notebook: string): Promise<unknown>;
  /** Milliseconds of each of `count` executions of one cell in a running kernel. */
  nbclientCell(code: string, count: number): Promise<number[]>;
};

const WHOLE = `import sys, nbformat, nbclient
nb = nbformat.read(sys.argv[1], as_version=4)
nbclient.execute(nb)
nbformat.write(nb, sys.argv[2])
`;

const CELL = `import json, sys, time, nbformat
from nbclient import NotebookClient
nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(sys.stdin.read())])
client, times = NotebookClient(nb), []
with client.setup_kernel():
    for _ in range(int(sys.argv[1]) + 1):
        started = time.perf_counter()
        client.execute_cell(nb.cells[0], 0)
        times.append((time.perf_counter() - started) * 1000)
print(json.dumps(times[1:]))
`;

/** @returns null if they cannot be installed. */
export async function installNotebookPeers(folder: string, python: string): Promise<NotebookPeers | null> {
  const environment = path.join(folder, "peers");
  await execa(python, ["-m", "venv", environment], { reject: false });
  const bin = path.join(environment, "bin");
  const own = path.join(bin, "python");
  const installed = await execa(own, ["-m", "pip", "install", "-q", ...PACKAGES], { reject: false });
  if (installed.failed) return null;
  const result = path.join(folder, "out.ipynb");
  const script = path.join(folder, "execute.py");
  await writeFile(script, WHOLE);
  return {
    papermill: (notebook) => execa(path.join(bin, "papermill"), [notebook, result, "--no-progress-bar"]),
    nbclient: (notebook) => execa(own, [script, notebook, result]),
    async nbclientCell(code, count) {
      const { stdout } = await execa(own, ["-c", CELL, String(count)], { input: code });
      return JSON.parse(stdout) as number[];
    },
  };
}
