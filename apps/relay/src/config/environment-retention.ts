import type { RetentionSettings } from '../retention/retention-settings.ts'
import { mostDays } from '../retention/retention-settings.ts'
import type { EnvironmentName } from './environment.ts'
import { parseInteger } from './parse-settings.ts'
import type { Environment } from './read-environment.ts'

const variables = {
  payloadDays: 'RELAY_RETENTION_PAYLOAD_DAYS',
  ledgerDays: 'RELAY_RETENTION_LEDGER_DAYS',
  deadLetterDays: 'RELAY_RETENTION_DEAD_LETTER_DAYS',
  quarantineDays: 'RELAY_RETENTION_QUARANTINE_DAYS',
} as const satisfies Record<keyof RetentionSettings, EnvironmentName>

/** What the environment says of retention. Throws a `ConfigurationError` that names the variable. */
export function environmentRetention(values: Environment): Partial<RetentionSettings> {
  const given = Object.entries(variables).flatMap(([setting, name]) => {
    const text = values[name]
    return text === undefined ? [] : [[setting, parseInteger(name, text, 1, mostDays)] as const]
  })
  return Object.fromEntries(given)
}
