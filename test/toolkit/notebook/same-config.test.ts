import { expect, test } from "vitest";
import { defaultConfig, parseEmbeddedConfig, parseSameConfig } from "../../../toolkit/src/notebook/same-config.ts";
import { parseYaml } from "../../../toolkit/src/notebook/yaml-file.ts";

const minimal = {
  apiVersion: "sameproject.io/v1alpha1",
  metadata: { name: "n", version: "0.0.1" },
  notebook: { name: "n", path: "n.ipynb" },
};

test("every key of the format is accepted", () => {
  const config = {
    ...minimal,
    metadata: { name: "1 name", version: "v", labels: ["a"], sha: "abc" },
    notebook: { ...minimal.notebook, requirements: "requirements.txt" },
    environments: {
      default: { image_tag: "library/python:3.11" },
      gpu: {
        image_tag: "a/b",
        private_registry: true,
        credentials: {
          image_pull_secret_name: "n",
          image_pull_secret_registry_uri: "r",
          image_pull_secret_username: "u",
          image_pull_secret_password: "p",
          image_pull_secret_email: "e",
        },
      },
    },
    datasets: { iris: { schema_uri: "s", environments: { default: "iris.csv" } } },
    run: { name: "r", sha: "s", parameters: { depth: { any: [1] } } },
    runtime_options: { serialisation_memory_limit: 1000, same_env: "default", functions_host_name: "h" },
  };
  expect(parseSameConfig(config, "same.yaml")).toEqual(config);
});

test.each([
  ["an unknown key at the top", { ...minimal, pipeline: 1 }, "pipeline: unknown key"],
  ["an unknown key below", { ...minimal, run: { name: "r", when: 1 } }, "run.when: unknown key"],
  ["a missing key", { ...minimal, apiVersion: undefined }, "apiVersion: is missing"],
  ["a number instead of a string", { ...minimal, metadata: { name: "n", version: 1.5 } }, 'write "1.5" in quotes'],
  [
    "a string instead of a list",
    { ...minimal, metadata: { ...minimal.metadata, labels: "a" } },
    "metadata.labels: must be a list",
  ],
  [
    "a name that starts with a sign",
    { ...minimal, metadata: { name: "-n", version: "1" } },
    "metadata.name: must start",
  ],
  [
    "environments without default",
    { ...minimal, environments: { gpu: { image_tag: "a/b" } } },
    "environments: must have an entry `default`",
  ],
  ["an image without a slash", { ...minimal, environments: { default: { image_tag: "python" } } }, "must contain a /"],
  [
    "a data set with a dash in its name",
    { ...minimal, datasets: { "a-b": { environments: { default: "x" } } } },
    "only letters, digits and _",
  ],
  [
    "a memory limit in words",
    { ...minimal, runtime_options: { serialisation_memory_limit: "1 GB" } },
    "must be a number",
  ],
  [
    "a number for the environment",
    { ...minimal, runtime_options: { same_env: 3 } },
    'same_env: must be text: write "3"',
  ],
  ["a run without a name", { ...minimal, run: {} }, "run.name: is missing"],
  ["a value that is not a map", [], "(the whole file): must be a map"],
])("%s is an error with an explanation", (_title, value, text) => {
  expect(() => parseSameConfig(value, "same.yaml")).toThrow(text);
});

test("all problems are reported at once", () => {
  expect(() => parseSameConfig({ metadata: {} }, "same.yaml")).toThrow(/same.yaml has 4 mistakes/);
});

test("a notebook's own configuration takes its name and path from the file", () => {
  const { notebook: _notebook, ...embedded } = minimal;
  const config = parseEmbeddedConfig({ ...embedded, notebook: { name: "old", requirements: "r.txt" } }, "n.ipynb", {
    name: "new",
    path: "new.ipynb",
  });
  expect(config.notebook).toEqual({ name: "new", path: "new.ipynb", requirements: "r.txt" });
});

test.each([
  ["at the top", { ...minimal, notbook: {} }, "notbook: unknown key; did you mean `notebook`?"],
  [
    "below",
    { ...minimal, run: { name: "r", parametres: {} } },
    "run.parametres: unknown key; did you mean `parameters`?",
  ],
  [
    "below a user-defined name",
    { ...minimal, environments: { default: { image_tag: "a/b", image_tags: "c" } } },
    "environments.default.image_tags: unknown key; did you mean `image_tag`?",
  ],
])("a key misspelt %s gets a suggestion", (_title, value, text) => {
  expect(() => parseSameConfig(value, "same.yaml")).toThrow(text);
});

test.each(["sameproject.io/v1alpha1", "projectsame.io/v1alpha1", "0.1.16"])(
  "the version %s is accepted",
  (apiVersion) => {
    expect(parseSameConfig({ ...minimal, apiVersion }, "same.yaml").apiVersion).toBe(apiVersion);
  },
);

test.each([
  ["sameproject.io/v1alpha2", "did you mean sameproject.io/v1alpha1?"],
  ["v1", "known are sameproject.io/v1alpha1 and projectsame.io/v1alpha1"],
])("the version %s is rejected: %s", (apiVersion, text) => {
  const message = `apiVersion: "${apiVersion}" is not a known version of this format; ${text}`;
  expect(() => parseSameConfig({ ...minimal, apiVersion }, "same.yaml")).toThrow(message);
});

test("all errors have line numbers, in the order of the file", () => {
  const text = [
    "# A comment.",
    "apiVersion: sameproject.io/v1alpha1",
    "metadata:",
    "  name: n",
    "notebook:",
    "  name: n",
    "  pth: n.ipynb",
    "datasets:",
    "  iris: { environments: { dev: x } }",
    "metadat: 1",
  ].join("\n");
  const { value, lineOf } = parseYaml(text, "same.yaml");
  expect(() => parseSameConfig(value, "same.yaml", lineOf)).toThrowErrorMatchingInlineSnapshot(`
    [OperationError: same.yaml has 5 mistakes:
      line 3: metadata.version: is missing
      line 5: notebook.path: is missing
      line 7: notebook.pth: unknown key; did you mean \`path\`?
      line 9: datasets.iris.environments: must have an entry \`default\`
      line 10: metadat: unknown key; did you mean \`metadata\`?]
  `);
});

test("the default for a missing same.yaml is valid", () => {
  for (const name of ["My notebook", "-draft", "été"]) {
    const config = defaultConfig({ name, path: `${name}.ipynb` });
    expect(parseSameConfig(config, "same.yaml")).toEqual(config);
  }
});
