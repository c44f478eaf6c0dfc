// The program that is started: the worker, compiled already.

import path from "node:path";
import { cacheFolder, requireCompiled } from "@same-kit/shared";

const worker = requireCompiled(path.join(__dirname, "worker.cjs"), path.join(cacheFolder(process.env), "compiled"));
(worker as typeof import("./main.ts")).serve((url) => import(url));
