import { WITH_OWN_PACKAGES } from "@same-kit/functions-app/contract";
import { expect, test } from "vitest";
import { mergeRequirements } from "../../../toolkit/src/notebook/pip-lines.ts";

test.each([
  ["nothing is installed", "numpy\n", [], "numpy\n"],
  ["there is no file", null, ["numpy"], `${WITH_OWN_PACKAGES}\nnumpy\n`],
  ["the file has other packages", "numpy==1", ["pandas"], "numpy==1\npandas\n"],
  [
    "the file already contains the package",
    "Scikit_Learn==1\n",
    ["scikit-learn", "-i https://x"],
    "Scikit_Learn==1\n-i https://x\n",
  ],
])("requirements if %s", (_, file, installs, merged) => {
  expect(mergeRequirements(file, installs)).toBe(merged);
});
