const RPC_EXCEPTION = "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException";

/**
 * A failed call of user code as the extension writes it into history: a .NET exception in Newtonsoft's JSON. Apps parse
 * this text and read `Message`.
 *
 * @param message - Message of the outer exception.
 * @param userMessage - Message of the error thrown by the user's code.
 */
export function serializedException(message: string, userMessage: string, stack: string | null): string {
  const rpcMessage = `Result: Failure\nException: ${userMessage}\nStack: ${stack ?? ""}`;
  const inner = members(`${RPC_EXCEPTION}, Microsoft.Azure.WebJobs.Script`, RPC_EXCEPTION, rpcMessage, null);
  return JSON.stringify(members("System.Exception, System.Private.CoreLib", "System.Exception", message, inner));
}

function members(type: string, className: string, message: string, inner: Record<string, unknown> | null) {
  return {
    $type: type,
    ClassName: className,
    Message: message,
    Data: null,
    InnerException: inner,
    HelpURL: null,
    StackTraceString: null,
    RemoteStackTraceString: null,
    RemoteStackIndex: 0,
    ExceptionMethod: null,
    HResult: -2146233088, // COR_E_EXCEPTION
    Source: null,
    WatsonBuckets: null,
  };
}
