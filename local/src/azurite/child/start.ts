// The program that is started: it loads the services from the compile cache.

import path from "node:path";
import { compiledFolder, requireCompiled } from "@same-kit/shared";
import { SPARE_ARGUMENT } from "./child-options.ts";
import { openEarly } from "./early-entrance.ts";

type Services = typeof import("./main.ts");

const load = () => requireCompiled(path.join(__dirname, "services.cjs"), compiledFolder(process.env)) as Services;

// The parent learns the port of a spare process before the services are loaded, which blocks.
if (process.argv[2] === SPARE_ARGUMENT) void openEarly().then((entrance) => load().serveWhenOrdered(entrance));
else load().serve();
