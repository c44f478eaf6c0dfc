// The program that is started: it loads the services from the compile cache.

import path from "node:path";
import { compiledFolder, requireCompiled } from "@same-kit/shared";

requireCompiled(path.join(__dirname, "services.cjs"), compiledFolder(process.env));
