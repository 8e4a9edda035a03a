import { readFileSync } from 'node:fs'
import { errorCodeOf } from '../../observability/error-code-of.ts'

const parameters = ['sslrootcert', 'sslcert', 'sslkey'] as const

/** A file that the URL of a database names cannot be read. The message names the parameter, and nothing of the URL. */
export class TlsFileError extends Error {
  override readonly name: string = 'TlsFileError'
  /** What the operating system says, such as `ENOENT`. */
  readonly code: string

  constructor(parameter: (typeof parameters)[number], cause: unknown) {
    const code = errorCodeOf(cause)
    const what = code === 'ENOENT' ? 'is not there' : 'cannot be read'
    const without =
      parameter === 'sslrootcert' ? ', or leave sslrootcert out where a public authority signed the certificate' : ''
    super(`The file that ${parameter} names in RELAY_STORE ${what}. Put it there, correct the path${without}.`)
    this.code = code
  }
}

/** The error of the first file of the URL that cannot be read; `undefined`: all can. */
export function tlsFileErrorOf(url: string): TlsFileError | undefined {
  const named = URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams()
  for (const parameter of parameters) {
    const path = named.get(parameter)
    if (path === null || path === '') continue
    try {
      readFileSync(path)
    } catch (error) {
      return new TlsFileError(parameter, error)
    }
  }
  return undefined
}
