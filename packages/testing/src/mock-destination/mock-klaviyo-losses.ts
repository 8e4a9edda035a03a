import type { KlaviyoEntry } from './mock-klaviyo-event.ts'
import { klaviyoLimitRules } from './mock-klaviyo-limit-rules.ts'
import { at, klaviyoPages } from './mock-klaviyo-rule.ts'

/** Domains whose addresses the mock drops after a 202. */
const droppedDomains: readonly string[] = ['example.com', 'example.net', 'example.org', 'test.com']

/** A reason for which Klaviyo answers 202 and drops the event. */
export interface KlaviyoLoss {
  readonly name: string
  /** The page that says so. */
  readonly source: string
  /** What the page leaves open. */
  readonly doubt?: string
  isLost(entry: KlaviyoEntry): boolean
}

/** What is lost without an error, repeats aside. Properties that are ignored are told with `AcceptedKlaviyoEvent`. */
export const klaviyoLosses: readonly KlaviyoLoss[] = [
  {
    name: 'an address at a test domain',
    source: klaviyoPages.events,
    doubt: 'the guide names example.com and test.com and says that there are more; example.net and example.org are ours',
    isLost: ({ profile }) => {
      const email = at(profile, 'attributes', 'email')
      return typeof email === 'string' && droppedDomains.includes(email.toLowerCase().split('@').at(-1) ?? '')
    },
  },
  {
    name: 'a profile id that is nobody’s',
    source: klaviyoPages.events,
    doubt: 'the guide says that the event may be lost',
    isLost: ({ profile, settings }) => {
      const id = at(profile, 'id')
      return typeof id === 'string' && !settings.profileIds.has(id)
    },
  },
  ...klaviyoLimitRules.map((rule) => ({
    name: rule.name,
    source: rule.source,
    isLost: (entry: KlaviyoEntry) => rule.find(entry).length > 0,
  })),
]
