import { apiKey, signingSecret } from './secrets.ts'

/** Looks for what a log must not hold, and counts what it tells. */
export interface LogWatch {
  /** A line of the log. */
  readonly line: (text: string) => void
  /** Lines with a secret, or with a person's email or phone number: I8. */
  leaks(): readonly string[]
  /** How often a lease was lost before its result was settled: I4. */
  stale(): number
  /** Lines that hold the text. */
  count(text: string): number
}

const personal = /[\w.+-]+@[\w-]+\.[\w.]+|"\+\d{7,15}"/

/** Watches from now on. */
export function createLogWatch(): LogWatch {
  const leaks: string[] = []
  const messages = new Map<string, number>()
  return {
    line(text) {
      if (text.includes(apiKey) || text.includes(signingSecret) || personal.test(text)) leaks.push(text)
      const message = /"msg":"([^"]*)"/.exec(text)?.[1] ?? ''
      messages.set(message, (messages.get(message) ?? 0) + 1)
    },
    leaks: () => leaks,
    stale: () => messages.get('lease lost before settling') ?? 0,
    count: (text) => [...messages].reduce((sum, [message, count]) => (message.includes(text) ? sum + count : sum), 0),
  }
}
