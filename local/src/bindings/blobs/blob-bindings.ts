// The blob input and output. An input is text unless its `dataType` says otherwise: Azure/azure-functions-host,
// Description/Binding/FunctionBinding.cs, BindStreamAsync.

import type { InputBindingContext, OutputBindingContext } from "../../host/index.ts";
import type { StorageAccount } from "../../storage/storage-account.ts";
import { ignoring } from "../../storage/storage-errors.ts";
import type { BindingInfo, TypedData } from "../../worker/messages.ts";
import { optionOf, wantsBytes } from "../binding-options.ts";
import { toBytes } from "../typed-values.ts";
import { blobValue } from "./blob-value.ts";

/** @returns `undefined` if the blob does not exist. */
export async function readBlob(
  account: StorageAccount,
  binding: BindingInfo,
  { fill }: InputBindingContext,
): Promise<TypedData | undefined> {
  const { containerName, blobName } = splitPath(fill(optionOf(binding, "path")));
  const container = account.container(containerName);
  return ignoring([404], blobValue(binding, { container, blobName, asBytes: wantsBytes(binding) }));
}

/** Uploads the value, creating the container if needed; replaces an existing blob. */
export async function writeBlob(
  account: StorageAccount,
  binding: BindingInfo,
  value: TypedData,
  context: OutputBindingContext,
): Promise<void> {
  const { containerName, blobName } = splitPath(context.fill(optionOf(binding, "path")));
  const container = account.container(containerName);
  await container.createIfNotExists();
  await container.upload(blobName, toBytes(value));
}

function splitPath(path: string): { containerName: string; blobName: string } {
  const [containerName = "", ...name] = path.split("/");
  const blobName = name.join("/");
  if (containerName === "" || blobName === "") throw new Error(`The path "${path}" of a blob is not CONTAINER/NAME.`);
  return { containerName, blobName };
}
