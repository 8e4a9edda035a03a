import type { Environment } from '../config/read-environment.ts'

const defaultPort = '8080'

/** The URL of a relay on this machine with the same settings. */
export function localUrl({ PORT: port }: Environment): string {
  return `http://127.0.0.1:${port === undefined || port === '0' ? defaultPort : port}`
}
