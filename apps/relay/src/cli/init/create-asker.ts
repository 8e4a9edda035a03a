import type { Readable, Writable } from 'node:stream'
import { type CANCEL_SYMBOL, isCancel, multiselect, password, select, text } from '@clack/prompts'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'

/** One of the answers to choose from. */
interface Choice {
  readonly value: string
  readonly hint: string
}

/** Asks a person. Every question rejects with a `CommandError` when they give up. */
export interface Asker {
  several(message: string, choices: readonly Choice[]): Promise<readonly string[]>
  one(message: string, choices: readonly Choice[]): Promise<string>
  /** A line, trimmed; `undefined` for an empty one. `refuse` says what is wrong with it. */
  line(message: string, refuse: (line: string) => string | undefined): Promise<string | undefined>
  /** As {@link Asker.line}, and shown as dots. */
  secret(message: string, refuse: (line: string) => string | undefined): Promise<string | undefined>
}

/** An asker on the terminal of a command. */
export function createAsker({ stdin, stdout }: Pick<CommandContext, 'stdin' | 'stdout'>): Asker {
  const streams = { input: stdin as Readable, output: stdout as Writable }
  const validating = (refuse: (line: string) => string | undefined) => (line: string | undefined) => refuse((line ?? '').trim())
  return {
    several: async (message, choices) =>
      answered(await multiselect({ ...streams, message, options: toOptions(choices), required: true })),
    one: async (message, choices) => answered(await select({ ...streams, message, options: toOptions(choices) })),
    line: async (message, refuse) => emptyToNone(answered(await text({ ...streams, message, validate: validating(refuse) }))),
    secret: async (message, refuse) =>
      emptyToNone(answered(await password({ ...streams, message, validate: validating(refuse) }))),
  }
}

function toOptions(choices: readonly Choice[]): { value: string; label: string; hint: string }[] {
  return choices.map(({ value, hint }) => ({ value, label: value, hint }))
}

function answered<Value>(answer: Value | typeof CANCEL_SYMBOL): Value {
  if (isCancel(answer)) throw new CommandError('ended before anything was written.')
  return answer
}

function emptyToNone(line: string | undefined): string | undefined {
  return line?.trim() || undefined
}
