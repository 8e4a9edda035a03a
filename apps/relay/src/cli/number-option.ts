import { InvalidArgumentError } from 'commander'

/** Reads a whole number of at least 1 from the command line. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw new InvalidArgumentError('Give a whole number of at least 1.')
  return Number(text)
}

/** Reads a rate per second, more than 0 and at most 100,000, from the command line. */
export function parseRate(text: string): number {
  const rate = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : 0
  if (rate <= 0 || rate > 100_000) throw new InvalidArgumentError('Give a number of webhooks per second, more than 0.')
  return rate
}
