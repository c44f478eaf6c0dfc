import path from "node:path";

/** The app's own Python files, as the build lays them out: `dist/functions-app/python`, and the same folder in the cloud. */
export type RunnerFiles = { folder: string };

export const runnerMain = ({ folder }: RunnerFiles): string => path.join(folder, "main.py");
/** dill, and what else a deployment put there for its own Python. */
export const runnerPackages = ({ folder }: RunnerFiles): string => path.join(folder, "packages");
