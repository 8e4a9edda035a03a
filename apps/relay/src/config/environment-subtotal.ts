import { OptionsError } from '@subtotal-connectors/core'
import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import { createSubtotalApi } from '@subtotal-connectors/subtotal-api'
import { ConfigurationError } from './configuration-error.ts'
import type { Environment } from './read-environment.ts'

/** The client of Subtotal's API; `undefined` without `SUBTOTAL_API_KEY`. Throws a `ConfigurationError` that names the variable. */
export function environmentSubtotal(values: Environment): SubtotalApi | undefined {
  const { SUBTOTAL_API_KEY: apiKey, SUBTOTAL_BASE_URL: baseUrl } = values
  if (apiKey === undefined) {
    if (baseUrl === undefined) return undefined
    throw new ConfigurationError(
      'SUBTOTAL_BASE_URL is set and SUBTOTAL_API_KEY is not. Set the key too, or remove SUBTOTAL_BASE_URL.',
    )
  }
  try {
    return createSubtotalApi({ apiKey, ...(baseUrl === undefined ? {} : { baseUrl }) })
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error
    const variable = /\bbaseUrl\b/.test(error.message) ? 'SUBTOTAL_BASE_URL' : 'SUBTOTAL_API_KEY'
    throw new ConfigurationError(`${variable} cannot be used: ${error.message}`)
  }
}
