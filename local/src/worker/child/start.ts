// The program that is started: the worker, compiled already.

import path from "node:path";
import { cacheFolder, requireCompiled } from "@same-kit/shared";

requireCompiled(path.join(__dirname, "worker.cjs"), path.join(cacheFolder(process.env), "compiled"));
