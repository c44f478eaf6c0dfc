// Azurite ships no types. Its modules are CommonJS; the bundler exposes their `exports` as the default import of an ES
// module.
declare module "azurite/dist/src/*" {
  const exports: { default: new (...args: unknown[]) => object };
  export default exports;
}
