import { checkOptions, connectorOptionsShape, OptionsError } from '@subtotal-connectors/core'
import { z } from 'zod'
import type { ApiClock, SubtotalApiOptions } from './subtotal-api-options.ts'

const credential = connectorOptionsShape.apiKey.exactOptional()
const shape: Readonly<Record<keyof SubtotalApiOptions, z.ZodType>> = {
  apiKey: credential,
  accessToken: credential,
  baseUrl: connectorOptionsShape.baseUrl,
  concurrency: connectorOptionsShape.concurrency,
  requestsPerSecond: z.number().positive().max(1_000).exactOptional(),
  retries: z.number().int().min(0).max(10).exactOptional(),
  maxRetryWaitMs: z.number().int().min(0).max(3_600_000).exactOptional(),
  timeoutMs: z.number().int().min(1).max(600_000).exactOptional(),
  clock: z.custom<ApiClock>((value) => typeof value === 'object' && value !== null, 'must be a clock').exactOptional(),
}

/** The options as they were given, trimmed. Throws an `OptionsError` that names each one that cannot work. */
export function checkApiOptions(options: SubtotalApiOptions): SubtotalApiOptions {
  const checked = checkOptions("The client of Subtotal's API", shape, options)
  if ((checked.apiKey === undefined) === (checked.accessToken === undefined)) {
    throw new OptionsError(
      'The client of Subtotal\'s API cannot be made: give exactly one of the options "apiKey" and "accessToken".',
    )
  }
  return checked
}
