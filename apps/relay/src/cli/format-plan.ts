import { styleText } from 'node:util'
import type { Plan } from '@subtotal-connectors/core'
import type { OutputStream } from './command-context.ts'

/** A destination's plan for one event as a person reads it: each request whole, then what is not sent, then warnings. */
export function formatPlan(name: string, plan: Plan, stream: OutputStream): string {
  const parts = [
    ...plan.requests.map((request) =>
      [
        `${request.method} ${request.url}`,
        ...Object.entries(request.headers).map(([header, value]) => `${header}: ${value}`),
        '',
        JSON.stringify(request.body, null, 2),
      ].join('\n'),
    ),
    ...plan.notSent.map(({ result }) =>
      result.status === 'skipped' ? `Not sent: ${result.reason}` : `Not sent: ${result.error.code}: ${result.error.message}`,
    ),
    ...plan.warnings.map(({ warning }) => `Warning: ${warning}`),
  ]
  const title = styleText('bold', `# ${name}`, { stream })
  return `${[title, ...parts].join('\n')}\n`
}
