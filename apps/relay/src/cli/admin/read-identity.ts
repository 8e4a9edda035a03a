import { text } from 'node:stream/consumers'
import type { CommandContext } from '../command-context.ts'
import { UsageError } from '../usage-error.ts'

/** What names a person on the command line. */
export type IdentityOption = 'customer' | 'email' | 'mobile'

/** The value of an option that names a person. `-`: it is read from the standard input, as what stands on a command line others see. */
export async function readIdentity(name: IdentityOption, given: string, { stdin, stderr }: CommandContext): Promise<string> {
  if (given !== '-') return given
  if (stdin.isTTY === true) stderr.write(`The ${name}, then Enter and Ctrl-D:\n`)
  const value = (await text(stdin)).trim()
  if (value === '') throw new UsageError(`Nothing came from the standard input for --${name} -.`)
  if (/[\r\n]/.test(value))
    throw new UsageError(`The standard input has more than one line for --${name} -. Name one person at a time.`)
  return value
}
