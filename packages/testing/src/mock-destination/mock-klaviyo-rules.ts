import { type KlaviyoBody, klaviyoEnvelopeRules } from './mock-klaviyo-envelope-rules.ts'
import type { KlaviyoEntry } from './mock-klaviyo-event.ts'
import { klaviyoEventRules } from './mock-klaviyo-event-rules.ts'
import { klaviyoJobRules } from './mock-klaviyo-job-rules.ts'
import { klaviyoLimitRules } from './mock-klaviyo-limit-rules.ts'
import { klaviyoProfileRules } from './mock-klaviyo-profile-rules.ts'
import { klaviyoRequestRules } from './mock-klaviyo-request-rules.ts'
import type { KlaviyoRule } from './mock-klaviyo-rule.ts'
import type { KlaviyoCall } from './mock-klaviyo-settings.ts'

/** All that the mock refuses, by what a rule looks at. */
export interface KlaviyoRules {
  readonly request: readonly KlaviyoRule<KlaviyoCall>[]
  readonly envelope: readonly KlaviyoRule<KlaviyoBody>[]
  readonly event: readonly KlaviyoRule<KlaviyoEntry>[]
  /** Refused with `dataLimits: 'refuse'` alone, otherwise lost. */
  readonly limit: readonly KlaviyoRule<KlaviyoEntry>[]
  readonly job: readonly KlaviyoRule<readonly KlaviyoEntry[]>[]
}

/** The rules of `createMockKlaviyo`, each with the page it comes from. */
export const klaviyoRules: KlaviyoRules = {
  request: klaviyoRequestRules,
  envelope: klaviyoEnvelopeRules,
  event: [...klaviyoEventRules, ...klaviyoProfileRules],
  limit: klaviyoLimitRules,
  job: klaviyoJobRules,
}
