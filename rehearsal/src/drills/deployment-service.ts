// What the deployment service of a site does while a drill is active.
import type { Answer } from "../http/answer.ts";
import { HANG_UP } from "../http/answer.ts";
import type { Drill } from "./drill.ts";
import { on } from "./requests.ts";

const refuseUpload = (answer: Answer) => ({ requests: [on("scm", "POST", /^/, () => answer)] });

export const DEPLOYMENT_SERVICE_DRILLS = {
  "scm-unauthorized": {
    summary: "The deployment service refuses the sign-in.",
    ...refuseUpload({ status: 401, headers: { "www-authenticate": "Bearer" } }),
  },
  "scm-forbidden": {
    summary: "The deployment service is restricted to other addresses.",
    ...refuseUpload({ status: 403, body: "Ip Forbidden" }),
  },
  "package-too-large": {
    summary: "The package does not fit.",
    ...refuseUpload({ status: 413, body: "Request Entity Too Large" }),
  },
  "scm-unavailable": {
    summary: "The deployment service is still starting.",
    times: 2,
    ...refuseUpload({ status: 503, body: "Site Unavailable" }),
  },
  "publish-interrupted": {
    summary: "The connection breaks during the upload.",
    times: 1,
    ...refuseUpload(HANG_UP),
  },
  "deployment-conflict": {
    summary: "Another deployment is running, then ends.",
    times: 2,
    deployment: { status: "conflict", errors: ["Deployment was cancelled, another deployment in progress."] },
  },
  "storage-forbidden": {
    summary: "The app may not write its package yet.",
    times: 1,
    deployment: {
      status: "failed",
      errors: [
        "InaccessibleStorageException: Failed to access storage account for deployment: BlobUploadFailedException: Failed to upload blob to storage account: Response status code does not indicate success: 403 (This request is not authorized to perform this operation using this permission.).",
      ],
    },
  },
  "build-failed": {
    summary: "The remote build fails.",
    deployment: { status: "failed", errors: ["npm error code ERESOLVE", "Oryx build failed with exit code 1."] },
  },
} as const satisfies Record<string, Drill>;
