// A separate file so that it can be loaded lazily: in a bundle, `import()` of a CommonJS package yields no named
// exports.
export { generate } from "selfsigned";
