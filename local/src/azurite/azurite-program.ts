import path from "node:path";
import { packageRoot } from "@same-kit/shared";

/** The file of the program in `child/`. */
export const azuriteProgram = (): string => path.join(packageRoot(), "dist", "azurite", "main.cjs");
