import { type KlaviyoEntry, toAcceptedEvent } from './mock-klaviyo-event.ts'
import { deduplicationKey } from './mock-klaviyo-memory.ts'
import { invalid, type KlaviyoRule, klaviyoPages } from './mock-klaviyo-rule.ts'

/** What refuses the events of one bulk job together. */
export const klaviyoJobRules: readonly KlaviyoRule<readonly KlaviyoEntry[]>[] = [
  {
    doubt: 'the OpenAPI document says that the request fails, the guide that repeats are discarded; see the option repeatsInJob',
    ...invalid(
      'a unique_id that is repeated in a job for one profile and metric',
      klaviyoPages.bulkCreateEvents,
      (entries: readonly KlaviyoEntry[]) => {
        if (entries.some((entry) => !entry.isInJob || entry.settings.repeatsInJob === 'discard')) return undefined
        const seen = new Set<string>()
        return entries.flatMap((entry) => {
          const event = toAcceptedEvent(entry)
          if (event.uniqueId === null) return []
          const key = deduplicationKey(event)
          const isRepeat = seen.has(key)
          seen.add(key)
          return isRepeat
            ? [
                {
                  detail: 'The unique_id is repeated for the same profile and metric.',
                  pointer: `${entry.pointer}/attributes/unique_id`,
                },
              ]
            : []
        })
      },
    ),
  },
]
