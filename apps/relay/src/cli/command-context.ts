/** A stream that a command writes to: `process.stdout`, or any other in a test. */
export interface OutputStream extends NodeJS.WritableStream {
  /** Whether a person is watching. */
  readonly isTTY?: boolean
  /** Lines of the terminal; 0 where they are not known. */
  readonly rows?: number
}

/** What a command may use of the process it runs in. */
export interface CommandContext {
  readonly env: NodeJS.ProcessEnv
  /** The caller's folder: paths are relative to it, and `.env` and `relay.config.ts` are looked for there. */
  readonly cwd: string
  /** Results. */
  readonly stdout: OutputStream
  /** Errors, notes and progress. */
  readonly stderr: OutputStream
  /** A signal that is aborted when the process is asked to end (SIGINT, SIGTERM). Only long commands ask for it. */
  stopSignal(): AbortSignal
}
