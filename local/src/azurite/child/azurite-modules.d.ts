// Azurite ships no types. Its modules are CommonJS: the bundler gives their `exports` to an ES module as the default import.
declare module "azurite/dist/src/*" {
  const exports: { default: new (...args: unknown[]) => object };
  export default exports;
}
