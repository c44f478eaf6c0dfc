import { expect, test } from "vitest";
import { withRemedies } from "../../../functions-app/src/steps/missing-package.ts";

const missing = { type: "ModuleNotFoundError", message: "No module named 'x'", traceback: "Traceback" };
const python = { version: "3.12.1", executable: "/opt/python", isIsolated: false, isInCloud: false };

test("the error for a missing package includes the Python that ran and three remedies", () => {
  const { message, traceback } = withRemedies(missing, python);
  expect(message).toBe(
    "No module named 'x'\nThe step ran on Python 3.12.1 (/opt/python). If it is a package: choose a Python that has it (--python), name it in a requirements.txt (notebook.requirements in same.yaml), or activate an environment that has it before you start same-kit.",
  );
  expect(traceback).toBe("Traceback");
});

test("in an environment with a requirements.txt that file is the remedy, in the cloud also the app's packages", () => {
  expect(withRemedies(missing, { ...python, isIsolated: true }).message).toMatch(/add the package to that file, /);
  expect(withRemedies(missing, { ...python, isInCloud: true }).message).toMatch(/same-kit up --with NAME\)\.$/);
});

test("any other failure is left unchanged", () => {
  const failure = { ...missing, type: "ImportError" };
  expect(withRemedies(failure, python)).toBe(failure);
});
