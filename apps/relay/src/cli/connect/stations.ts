import { styleText } from 'node:util'
import type { CommandContext, OutputStream } from '../command-context.ts'

/** Says how far an event has come. */
export interface Stations {
  pass(sentence: string): void
  note(sentence: string): void
  stop(sentence: string): void
}

/** Writes a line for each station, and where it stopped to stderr. */
export function createStations({ stdout, stderr }: Pick<CommandContext, 'stdout' | 'stderr'>): Stations {
  const line = (stream: OutputStream, word: string, colour: 'green' | 'yellow' | 'red') => (sentence: string) => {
    stream.write(`${styleText(colour, word.padEnd(8), { stream })}${sentence}\n`)
  }
  return { pass: line(stdout, 'ok', 'green'), note: line(stdout, 'note', 'yellow'), stop: line(stderr, 'stopped', 'red') }
}
