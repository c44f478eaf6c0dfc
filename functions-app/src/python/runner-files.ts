import path from "node:path";

/** The app's own Python files in the layout of the build: `dist/functions-app/python`, and the same folder in the cloud. */
export type RunnerFiles = { folder: string };

export const runnerMain = ({ folder }: RunnerFiles): string => path.join(folder, "main.py");
/** The folder of dill and of packages that a deployment bundled with its Python. */
export const runnerPackages = ({ folder }: RunnerFiles): string => path.join(folder, "packages");
