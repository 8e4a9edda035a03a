import { styleText } from 'node:util'
import type { OutputStream } from '../command-context.ts'
import type { Finding } from './finding.ts'

const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const

/** A line for each finding, what to do below it, and the sum. */
export function formatFindings(findings: readonly Finding[], stream: OutputStream): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.flatMap(({ check, status, message, remedy }) => [
    `${styleText(colours[status], status.padEnd(4), { stream })}  ${check.padEnd(width)}  ${message}`,
    ...(remedy === null ? [] : [`${' '.repeat(width + 8)}→ ${remedy}`]),
  ])
  return `${lines.join('\n')}\n\n${sum(findings)}\n`
}

function sum(findings: readonly Finding[]): string {
  const count = (status: Finding['status']) => findings.filter((one) => one.status === status).length
  if (count('fail') > 0) return `${count('fail')} to put right, ${count('warn')} to look at, ${count('ok')} as they should be.`
  return count('warn') > 0
    ? `Nothing to put right; ${count('warn')} to look at, ${count('ok')} as they should be.`
    : 'All as it should be.'
}
