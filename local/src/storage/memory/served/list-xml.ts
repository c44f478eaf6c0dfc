import type { StoredBlob } from "../memory-container.ts";

/** The response to "List Blobs". @see https://learn.microsoft.com/rest/api/storageservices/list-blobs */
export function listXml(containerName: string, blobs: readonly StoredBlob[], nextMarker: string): string {
  const items = blobs.map(
    (blob) =>
      `<Blob><Name>${escapeXml(blob.name)}</Name><Properties>` +
      `<Last-Modified>${blob.modifiedAt.toUTCString()}</Last-Modified><Etag>${escapeXml(blob.etag)}</Etag>` +
      `<Content-Length>${blob.sizeBytes}</Content-Length><Content-Type>${escapeXml(blob.contentType)}</Content-Type>` +
      `<BlobType>BlockBlob</BlobType></Properties></Blob>`,
  );
  return (
    `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="${escapeXml(containerName)}">` +
    `<Blobs>${items.join("")}</Blobs><NextMarker>${escapeXml(nextMarker)}</NextMarker></EnumerationResults>`
  );
}

export function errorXml(code: string, message: string): string {
  const texts = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  return `<?xml version="1.0" encoding="utf-8"?><Error>${texts}</Error>`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (char) => ENTITIES[char] as string);
