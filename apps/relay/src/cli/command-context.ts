/** A stream that a command writes to: `process.stdout`, or any other in a test. */
export interface OutputStream extends NodeJS.WritableStream {
  /** Whether a person is watching. */
  readonly isTTY?: boolean
  /** Lines of the terminal; 0 where they are not known. */
  readonly rows?: number
}

/** A stream that a command reads from: `process.stdin`, or any other in a test. */
interface InputStream extends NodeJS.ReadableStream {
  /** Whether a person is typing. */
  readonly isTTY?: boolean
}

/** What a command may use of the process it runs in. */
export interface CommandContext {
  readonly env: NodeJS.ProcessEnv
  /** The caller's folder: paths are relative to it, and `.env` and `relay.config.ts` are looked for there. */
  readonly cwd: string
  /** Answers to questions, and what is piped in. */
  readonly stdin: InputStream
  /** Results. */
  readonly stdout: OutputStream
  /** Errors, notes and progress. */
  readonly stderr: OutputStream
  /** A signal that is aborted when the process is asked to end (SIGINT, SIGTERM). Only long commands ask for it. */
  stopSignal(): AbortSignal
}
