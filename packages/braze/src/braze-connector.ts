import type { Connector } from '@subtotal-connectors/core'
import { defineConnector, OptionsError } from '@subtotal-connectors/core'
import type { BrazeConnectorOptions } from './braze-connector-options.ts'
import { brazeOptionsShape } from './braze-connector-options.ts'
import { brazeOrigin } from './braze-instances.ts'
import { brazeLimits, maxCharacters, maxObjectsPerRequest } from './braze-limits.ts'
import type { BrazeObject } from './braze-objects.ts'
import { checkBraze } from './check-braze.ts'
import { mapBrazeResponse } from './map-braze-response.ts'
import { toBrazeMessages } from './to-braze-messages.ts'
import { brazeEventNames } from './to-braze-properties.ts'
import { toBrazeRequest } from './to-braze-request.ts'

/**
 * A connector to Braze's `POST /users/track`.
 *
 * Braze has no deduplication and no backfill flag: an event that is sent again is a second event, and linking an account can
 * start a Canvas once for each purchase of the past, unless `historical` is `'skip'`.
 *
 * @throws OptionsError at once, naming every option that is wrong.
 * @example
 * const braze = createBrazeConnector({ apiKey: process.env.BRAZE_API_KEY, instance: 'US-01', historical: 'skip' })
 * const [result] = await braze.deliver([event])
 */
export const createBrazeConnector: (options: BrazeConnectorOptions) => Connector = defineConnector<
  BrazeConnectorOptions,
  BrazeObject
>({
  name: 'braze',
  optionsShape: brazeOptionsShape,
  configure(options) {
    const origin = originOf(options)
    checkEventNames(options)
    const updateExistingOnly = options.updateExistingOnly ?? false
    const mapping = { profiles: options.profiles ?? 'event', writeContact: options.writeContact ?? false, updateExistingOnly }
    return {
      title: 'Braze',
      origin,
      headers: { 'content-type': 'application/json' },
      credentials: { authorization: `Bearer ${options.apiKey}` },
      limits: brazeLimits(options.maxObjectsPerRequest ?? maxObjectsPerRequest),
      eventNames: brazeEventNames,
      toMessages: (event, context) => toBrazeMessages(event, context, mapping),
      toRequest: toBrazeRequest,
      mapResponse: (response, objects) => mapBrazeResponse(response, objects, { updateExistingOnly }),
      retryAfterHeaders: { wait: ['x-ratelimit-retry-after'], reset: ['x-ratelimit-reset'] },
      onUnknownOutcome: options.onUnknownOutcome ?? 'retry',
      check: (request) => checkBraze(request, options, origin),
    }
  },
})

function originOf({ baseUrl, instance }: BrazeConnectorOptions): string {
  if (baseUrl !== undefined) return new URL(baseUrl).origin
  const origin = instance === undefined ? undefined : brazeOrigin(instance)
  if (origin === undefined)
    throw new OptionsError('instance: needed unless baseUrl is given; a Braze key works on its own instance alone.')
  return origin
}

function checkEventNames({ events }: BrazeConnectorOptions): void {
  for (const [type, name] of Object.entries(events ?? {})) {
    if (typeof name === 'string' && name.length > maxCharacters) {
      throw new OptionsError(`events["${type}"]: must have at most ${maxCharacters} characters.`)
    }
  }
}
