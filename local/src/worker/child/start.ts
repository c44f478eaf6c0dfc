// The program that is started: the worker, compiled already.

import path from "node:path";
import { compiledFolder, requireCompiled } from "@same-kit/shared";

const worker = requireCompiled(path.join(__dirname, "worker.cjs"), compiledFolder(process.env));
(worker as typeof import("./main.ts")).serve((url) => import(url));
