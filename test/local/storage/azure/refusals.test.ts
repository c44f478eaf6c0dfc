import { expect, test } from "vitest";
import { toStorageError } from "../../../../local/src/storage/azure/refusals.ts";

const REASON = "The specified resource name length is not within the permissible limits.";
const TOLD = `${REASON}\nRequestId:6968f84e-3b3f-4f4e-aab6-7a6a8bac20e2\nTime:2026-11-27T19:26:51.548Z`;

test.each([
  ["blobs", TOLD, { errorCode: "OutOfRangeInput", message: TOLD }],
  ["queues", "Unexpected status code: 400", { errorCode: "OutOfRangeInput", message: TOLD }],
  ["tables", JSON.stringify({ "odata.error": {} }), { odataError: { code: "", message: { value: TOLD } } }],
  ["table batches", TOLD, undefined],
])("the error message for %s is only the service's reason, the same for every request", (_, message, details) => {
  const error = Object.assign(new Error(message), { statusCode: 400, ...(details && { details }) });
  expect(toStorageError(error)).toMatchObject({ name: "StorageError", message: REASON, statusCode: 400 });
});

test("a response without a body is described by its status and code", () => {
  const error = Object.assign(new Error(""), { statusCode: 404, details: { errorCode: "BlobNotFound" } });
  expect(toStorageError(error).message).toBe("HTTP 404 BlobNotFound");
});
