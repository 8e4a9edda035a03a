import { randomUUID } from 'node:crypto'
import type { KlaviyoFault, KlaviyoRule } from './mock-klaviyo-rule.ts'
import type { MockAnswer } from './mock-server.ts'

const contentType = 'application/vnd.api+json'

/** A fault and the rule it breaks. */
export interface KlaviyoBreach {
  readonly rule: Pick<KlaviyoRule<never>, 'status' | 'code' | 'title'>
  readonly fault: KlaviyoFault
}

/**
 * Klaviyo's JSON:API error list; `status`, `links` and `meta` are in real bodies though not in the OpenAPI document.
 *
 * @see https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling
 */
export function toErrorAnswer(status: number, breaches: readonly KlaviyoBreach[]): MockAnswer {
  const errors = breaches.map(({ rule, fault }) => ({
    id: randomUUID(),
    status,
    code: rule.code,
    title: rule.title,
    detail: fault.detail,
    source: {
      ...(fault.pointer !== undefined && { pointer: fault.pointer }),
      ...(fault.parameter !== undefined && { parameter: fault.parameter }),
    },
    links: {},
    meta: {},
  }))
  return { status, headers: { 'content-type': contentType }, body: { errors } }
}

/** The answer over a rate limit. Its body is not documented; this one has the shape of the others. */
export function toRateLimitAnswer(retryAfterSeconds: number): MockAnswer {
  const rule = { status: 429, code: 'throttled', title: 'Request was throttled.' }
  const answer = toErrorAnswer(429, [{ rule, fault: { detail: `Expected available in ${retryAfterSeconds} seconds.` } }])
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfterSeconds) } }
}

/** The one account of every key. */
export function toAccountAnswer(): MockAnswer {
  return {
    status: 200,
    headers: { 'content-type': contentType },
    body: {
      data: [
        {
          type: 'account',
          id: 'MoCk01',
          attributes: {
            test_account: true,
            contact_information: {
              default_sender_name: 'Mock Brand',
              default_sender_email: 'hello@mock-brand.example',
              website_url: null,
              organization_name: 'Mock Brand',
              street_address: { address1: null, address2: null, city: null, region: null, country: null, zip: null },
            },
            industry: null,
            timezone: 'Etc/UTC',
            preferred_currency: 'USD',
            public_api_key: 'MoCk01',
            locale: 'en-US',
          },
          links: { self: 'https://a.klaviyo.com/api/accounts/MoCk01' },
        },
      ],
      links: { self: 'https://a.klaviyo.com/api/accounts' },
    },
  }
}
