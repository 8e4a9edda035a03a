import type { CheckRequest, CheckResult, DestinationResponse } from '@subtotal-connectors/core'
import { batchPath } from './customerio-api.ts'
import type { CustomerioConnectorOptions } from './customerio-connector-options.ts'
import { mapBatchResponse } from './map-batch-response.ts'

/** The options that {@link checkCustomerio} speaks of. */
export type CheckOptions = Pick<CustomerioConnectorOptions, 'region' | 'baseUrl' | 'linkUrl' | 'currency' | 'identifyBy'>

/**
 * Whether Customer.io knows the key, by an empty batch in strict mode: it holds no message, so nothing is created. The Pipelines
 * API has nothing to read, and no document describes the answer to an empty batch; a wrong key is 401.
 */
export async function checkCustomerio(
  request: (request: CheckRequest) => Promise<DestinationResponse>,
  options: CheckOptions,
): Promise<CheckResult> {
  const notes = optionNotes(options)
  const where = options.baseUrl === undefined ? `region ${options.region ?? 'us'}` : 'the base URL'
  const response = await request({ method: 'POST', path: batchPath, body: { batch: [] } })
  const { status } = response
  if (status >= 200 && status < 300) {
    if (mapBatchResponse(response, []) === undefined) {
      const problem = `The answer to an empty batch was not Customer.io's (HTTP ${status}). Check the options region and baseUrl.`
      return { ok: false, proved: [], problems: [problem], notes }
    }
    const proved = [`Customer.io (${where}) took an empty batch with this key in strict mode.`]
    const region =
      'Older documents of Customer.io say that a key of the other region is answered alike, and its data lost: the region is not proved.'
    return { ok: true, proved, problems: [], notes: [region, ...notes] }
  }
  switch (status) {
    case 400: {
      const note = 'Customer.io refused an empty batch (HTTP 400) and did not complain of the key: the key is not proved.'
      return { ok: true, proved: [`Customer.io (${where}) answers.`], problems: [], notes: [note, ...notes] }
    }
    case 401:
    case 403: {
      const problem = `Customer.io (${where}) refused the key (HTTP ${status}). Use the key of a "Customer.io API" source, not of the Track or App API (option apiKey, CUSTOMERIO_API_KEY), with the region of its workspace (option region, CUSTOMERIO_REGION).`
      return { ok: false, proved: [], problems: [problem], notes }
    }
    default: {
      const problem = `Customer.io (${where}) answered HTTP ${status} to an empty batch. Check the options region and baseUrl.`
      return { ok: false, proved: [], problems: [problem], notes }
    }
  }
}

function optionNotes({ linkUrl, currency, identifyBy }: CheckOptions): string[] {
  const notes: string[] = []
  if (linkUrl === undefined)
    notes.push('Option linkUrl is not set: link_url is left out of Account Disconnected and Connection Unauthenticated.')
  if (currency === undefined) notes.push('Option currency is not set: currency is left out of Order Completed.')
  if (Array.isArray(identifyBy) && identifyBy.length > 1)
    notes.push('Option identifyBy is a list: a customer who has only some of the identifiers may become two people.')
  return notes
}
