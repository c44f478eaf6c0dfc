// A file of its own, so that it can be loaded late: of a CommonJS package, a bundle gives `import()` no named exports.
export { generate } from "selfsigned";
